"""Who is the head of a home (户主): as the file says, else the eldest adult who is on file there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from backend.core import clock
from backend.residents.models import Resident

AT_ONCE = 500
ADULT = 18
_LAST = ("tenant", "helper")
"""Who is head only where nobody else lives: see `living.RELATION`."""


class Member(NamedTuple):
    """Somebody who lives there; `relation` as in `living.RELATION`, "" where the file does not say."""

    id: int
    relation: str
    birthday: date | None


def head_of(members: Sequence[Member], today: date) -> int | None:
    """None where no adult lives. Who told no birthday counts as an adult, after those who did."""
    grown = [m for m in members if m.birthday is None or _age(m.birthday, today) >= ADULT]
    named = [m for m in members if m.relation == "head"]
    first = min(
        named or [m for m in grown if m.relation not in _LAST] or grown,
        key=lambda m: (m.birthday is None, m.birthday or today, m.id),
        default=None,
    )
    return None if first is None else first.id


def among(resident_ids: Sequence[int]) -> set[int]:
    """Those of these residents who are the head of their home; who has no home on file is none."""
    homes: set[int] = set()
    for start in range(0, len(resident_ids), AT_ONCE):
        which = Resident.id.in_(list(resident_ids[start : start + AT_ONCE])) & Resident.household.is_null(
            False
        )
        rows: Any = Resident.select(Resident.household).where(which).distinct().tuples()
        homes |= {row[0] for row in rows}
    return _heads(sorted(homes)).intersection(resident_ids)


def _heads(homes: Sequence[int]) -> set[int]:
    today = clock.local(clock.now()).date()
    members: dict[int, list[Member]] = {}
    for start in range(0, len(homes), AT_ONCE):
        here = Resident.household.in_(list(homes[start : start + AT_ONCE])) & (Resident.status == "approved")
        rows: Any = Resident.select(Resident.household, Resident.id, Resident.relation, Resident.birthday)
        for home, number, relation, birthday in rows.where(here).tuples():
            members.setdefault(home, []).append(Member(number, relation, birthday))
    return {head for some in members.values() if (head := head_of(some, today)) is not None}


def _age(birthday: date, today: date) -> int:
    return today.year - birthday.year - ((today.month, today.day) < (birthday.month, birthday.day))
