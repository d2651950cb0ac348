"""Residents as a table of the dynamic database: what of a file is shown, found and kept in its history there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backend.core.access import Actor
from backend.core.i18n import _
from backend.fields.choices import Choice
from backend.fields.words import Option
from backend.records import sources, store
from backend.records.sources import BuiltIn, Source
from backend.residents import file
from backend.residents.form import FILE
from backend.residents.models import Household, Resident
from backend.residents.status import STATUS_WORDS

STATUS = Choice(
    "status",
    label=_("Status"),
    options=tuple(Option(value, words) for value, words in STATUS_WORDS.items()),
)
_FOUND = frozenset({"name", "id_number", "mobile", "email", "home"})
_INDEXED = frozenset({"name", "birthday", "home"})
AT_ONCE = 500


def show(ids: Iterable[int], by: Actor, why: str = "") -> None:
    """Give the faces of these files, as they stand now, inside the transaction that changed them."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), AT_ONCE):
        rows = Resident.select().where(Resident.id.in_(wanted[start : start + AT_ONCE]))
        store.put_many("resident", [(i, o, v, None) for i, o, v in _faces(rows)], by=by, why=why)


def _faces(rows: Any) -> Iterator[tuple[int, int, Mapping[str, Any]]]:
    homes = {
        h.id: h for h in Household.select().where(Household.id.in_({r.household_id for r in rows} - {None}))
    }
    for resident in rows:
        resident.household = homes.get(resident.household_id)
        yield resident.id, resident.org_id, file.answers_of(resident) | {"status": resident.status}


def _everybody() -> Iterator[tuple[int, int, Mapping[str, Any]]]:
    last = 0
    while True:
        rows = list(Resident.select().where(Resident.id > last).order_by(Resident.id).limit(AT_ONCE))
        if not rows:
            return
        last = rows[-1].id
        yield from _faces([r for r in rows if r.status != "erased"])


sources.register(
    Source(
        "resident",
        _("Residents"),
        (
            *(BuiltIn(f, keyword=f.name in _FOUND, indexed=f.name in _INDEXED) for f in FILE.values()),
            BuiltIn(STATUS, writable=False),
        ),
        {
            "read": "resident.read", "change": "resident.change", "create": "resident.create",
            "delete": "resident.erase",
        },
        "residents.show",
        "resident_id",
        10,
        _everybody,
    )
)  # fmt: skip
