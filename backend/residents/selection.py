"""Residents chosen by what their files say: for whoever speaks to many of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import peewee

from backend.core import orgs
from backend.residents.models import Household, Resident

AT_ONCE = 500
"""Ids in one statement."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The approved residents of an Org and everything under it; each further part narrows it.

    `born_from` and `born_to` are the first and the last birthday that fit; who told none fits neither.
    """

    org_id: int
    buildings: tuple[str, ...] = ()
    born_from: date | None = None
    born_to: date | None = None
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Traits:
    """What groups are made of; empty and None where the file does not say."""

    building: str
    birthday: date | None


def ids(selection: Selection) -> list[int]:
    """Everybody whom the selection fits, the earliest file first."""
    rows: Any = Resident.select(Resident.id).where(_fits(selection)).order_by(Resident.id).tuples()
    return [row[0] for row in rows]


def includes(selection: Selection, resident_id: int) -> bool:
    return bool(Resident.select().where(_fits(selection) & (Resident.id == resident_id)).exists())


def _fits(selection: Selection) -> Any:
    condition = (Resident.status == "approved") & Resident.org_id.in_(
        orgs.within((orgs.get(selection.org_id).path,))
    )
    if selection.buildings:
        homes = Household.select(Household.id).where(Household.building.in_(selection.buildings))
        condition &= Resident.household.in_(homes)
    if selection.born_from is not None:
        condition &= Resident.birthday >= selection.born_from
    if selection.born_to is not None:
        condition &= Resident.birthday <= selection.born_to
    if selection.locale:
        condition &= Resident.locale.startswith(selection.locale)
    return condition


def traits(resident_ids: Iterable[int]) -> dict[int, Traits]:
    wanted = list(resident_ids)
    found: dict[int, Traits] = {}
    for begin in range(0, len(wanted), AT_ONCE):
        rows: Any = (
            Resident.select(Resident.id, Household.building, Resident.birthday)
            .join(Household, peewee.JOIN.LEFT_OUTER)
            .where(Resident.id.in_(wanted[begin : begin + AT_ONCE]))
            .tuples()
        )
        found |= {row[0]: Traits(row[1] or "", row[2]) for row in rows}
    return found


def how_many(
    among: Any, building: str = "", born_from: date | None = None, born_to: date | None = None
) -> int:
    """How many of `among` (a sub-query of resident ids) live in the building (any when empty) and were born in between."""
    query = Resident.select().join(Household, peewee.JOIN.LEFT_OUTER).where(Resident.id.in_(among))
    if building:
        query = query.where(Household.building == building)
    if born_from is not None:
        query = query.where(Resident.birthday >= born_from)
    if born_to is not None:
        query = query.where(Resident.birthday <= born_to)
    return int(query.count())
