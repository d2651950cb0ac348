"""Homes: one row per address of a community, placed in the grid that its building already belongs to."""

from __future__ import annotations

import peewee

from backend.core import orgs
from backend.core.db import savepoint
from backend.fields.address import Address, Home
from backend.residents.models import Household

ADDRESS = Address("home")


def home_of(household: Household) -> Home:
    return Home(
        household.building, household.unit, household.room, phase=household.phase, area=household.area
    )


def key_of(home: Home) -> str:
    """The address in one spelling."""
    return ADDRESS.search(home)[:160]


def community_of(org_id: int) -> int:
    """The community that an Org is or lies in; an Org above every community stands for itself."""
    org = orgs.get(org_id)
    return int(org.parent.id) if org.level == "grid" and org.parent else int(org.id)


def ensure(home: Home, org_id: int) -> Household:
    """The household of this address; a new one goes to the grid of its building, else to the Org given."""
    community_id = community_of(org_id)
    key = key_of(home)
    found = _find(community_id, key)
    if found is not None:
        return found
    try:
        with savepoint():
            return Household.create(
                community_id=community_id,
                org_id=_grid_of(community_id, home) or org_id,
                phase=home.phase,
                area=home.area,
                building=home.building,
                unit=home.unit,
                room=home.room,
                key=key,
            )
    except peewee.IntegrityError:
        # The neighbour at the same door registered in the same moment.
        return _find(community_id, key)  # type: ignore[return-value]


def _find(community_id: int, key: str) -> Household | None:
    return Household.get_or_none((Household.community_id == community_id) & (Household.key == key))


def _grid_of(community_id: int, home: Home) -> int | None:
    """The grid that most homes of this building lie in."""
    row = (
        Household.select(Household.org_id, peewee.fn.COUNT(Household.id))
        .where(
            (Household.community_id == community_id)
            & (Household.building == home.building)
            & (Household.phase == home.phase)
            & (Household.area == home.area)
            & (Household.org_id != community_id)
        )
        .group_by(Household.org_id)
        .order_by(peewee.fn.COUNT(Household.id).desc())
        .tuples()
        .first()
    )
    return int(row[0]) if row else None
