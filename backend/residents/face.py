"""What of a resident's file is shown and found in the dynamic database, and kept in its history there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from backend.core.access import Actor
from backend.core.i18n import _
from backend.fields.choices import Choice
from backend.fields.finder import Choices
from backend.records import store
from backend.records.sources import BuiltIn, Face
from backend.residents import file
from backend.residents.form import FILE
from backend.residents.models import Household, Resident
from backend.residents.status import STATUS_WORDS

STATUS = Choice(
    "status",
    label=_("Status"),
    options=tuple(Choices(value, words) for value, words in STATUS_WORDS.items()),
)
AT_ONCE = 500
_FOUND = frozenset({"name", "id_number", "mobile", "email", "home"})
_INDEXED = frozenset({"name", "birthday", "home"})
NEEDED = ("name", "id_number", "home")
"""What a list of the office must say of everybody: children and elders may have no mobile, and few an e-mail address."""

COLUMNS = (
    *(
        BuiltIn(replace(f, optional=n not in NEEDED), keyword=n in _FOUND, indexed=n in _INDEXED)
        for n, f in FILE.items()
    ),
    BuiltIn(STATUS, writable=False),
)


def show(ids: Iterable[int], by: Actor, why: str = "") -> None:
    """Give the faces of these files, as they stand now, inside the transaction that changed them. An erased file has none."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), AT_ONCE):
        rows = Resident.select().where(
            Resident.id.in_(wanted[start : start + AT_ONCE]) & (Resident.status != "erased")
        )
        store.put_many("resident", list(_faces(list(rows))), by=by, why=why)


def everybody() -> Iterator[Face]:
    last = 0
    while rows := list(Resident.select().where(Resident.id > last).order_by(Resident.id).limit(AT_ONCE)):
        last = rows[-1].id
        yield from _faces([r for r in rows if r.status != "erased"])


def _faces(rows: Sequence[Resident]) -> Iterator[Face]:
    wanted = {r.household_id for r in rows if r.household_id is not None}
    homes = {home.id: home for home in Household.select().where(Household.id.in_(wanted))}
    for resident in rows:
        resident.household = homes.get(resident.household_id)
        yield resident.id, resident.org_id, file.answers_of(resident) | {"status": resident.status}, None
