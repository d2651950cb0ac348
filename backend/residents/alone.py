"""Who shares a home with nobody: for those who watch over people who live alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import peewee

from backend.residents.models import Household, Resident

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Living:
    """`alone`: nobody else is registered in her home; None without a home. `building`, `unit`, `room` are "" where not known."""

    alone: bool | None
    birthday: date | None
    building: str
    unit: str
    room: str


def living(resident_ids: Iterable[int]) -> dict[int, Living]:
    """How these residents live; who is not registered is absent. Also what they keep to themselves: for an alarm about them."""
    wanted = sorted(set(resident_ids))
    other = Resident.alias()
    others = other.select(peewee.fn.COUNT(other.id)).where(
        (other.household == Resident.household) & other.status.in_(("pending", "approved"))
    )
    found: dict[int, Living] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        rows: Any = (
            Resident.select(
                Resident.id,
                Resident.birthday,
                Household.id,
                Household.building,
                Household.unit,
                Household.room,
                others,
            )
            .join(Household, peewee.JOIN.LEFT_OUTER)
            .where(Resident.id.in_(wanted[start : start + _AT_ONCE]))
            .tuples()
        )
        for resident_id, birthday, home, building, unit, room, count in rows:
            alone = None if home is None else count == 1
            found[resident_id] = Living(alone, birthday, building or "", unit or "", room or "")
    return found
