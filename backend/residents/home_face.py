"""Households in the dynamic database: the address, and how many live there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from backend.core.access import SYSTEM
from backend.core.db import execute
from backend.core.i18n import _
from backend.fields.address import Home
from backend.fields.numbers import Integer
from backend.records import counted, store
from backend.records.sources import BuiltIn, Face
from backend.residents.form import HOME

AT_ONCE = 500
COLUMNS = (
    BuiltIn(replace(HOME, label=_("Address")), keyword=True, indexed=True, writable=False),
    BuiltIn(Integer("members", label=_("Residents there")), indexed=True, writable=False),
)
_READ = "SELECT id, org_id, phase, area, building, unit, room FROM household WHERE"


def show(ids: Iterable[int | None]) -> None:
    """Give the faces of these homes, inside the transaction in which somebody moved in or out. They follow from what was done to
    residents, and so are nobody's own doing, nor part of a batch that could be undone; the number alone makes no version."""
    wanted = sorted({home_id for home_id in ids if home_id is not None})
    with store.in_batch(None):
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            rows = execute(f"{_READ} id IN ({', '.join('?' * len(part))})", part).fetchall()
            store.put_many("household", counted.write("household", list(_faces(rows)), "members"), by=SYSTEM)


def everyone() -> Iterator[Face]:
    last = 0
    while rows := execute(f"{_READ} id > ? ORDER BY id LIMIT ?", [last, AT_ONCE]).fetchall():
        last = rows[-1][0]
        yield from _faces(rows)


def _faces(rows: Sequence[Sequence[object]]) -> Iterator[Face]:
    ids = [row[0] for row in rows]
    counted = execute(
        "SELECT household_id, COUNT(*) FROM resident WHERE status IN ('pending', 'approved')"
        f" AND household_id IN ({', '.join('?' * len(ids))}) GROUP BY household_id",
        ids,
    ).fetchall()
    members = {row[0]: row[1] for row in counted}
    for row in rows:
        home_id, org_id, phase, area, building, unit, room = row
        home = Home(str(building), str(unit), str(room), phase=str(phase), area=str(area))
        yield int(str(home_id)), int(str(org_id)), {"home": home, "members": members.get(home_id, 0)}, None
