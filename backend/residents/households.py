"""Homes: one row per address of a community, placed in the grid that its building already belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import peewee

from backend.core import orgs
from backend.core.db import execute, savepoint
from backend.core.errors import NotFound
from backend.fields.address import Address, Home
from backend.residents.models import Household, Resident

ADDRESS = Address("home")
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Placed:
    """A home that is there, and the Org that it lies in."""

    id: int
    org_id: int


def home_of(household: Household) -> Home:
    return Home(
        household.building, household.unit, household.room, phase=household.phase, area=household.area
    )


def key_of(home: Home) -> str:
    """The address in one spelling."""
    return ADDRESS.search(home)[:160]


def get(household_id: int) -> Household:
    """Raises NotFound."""
    found = Household.get_or_none(Household.id == household_id)
    if found is None:
        raise NotFound()
    return found  # type: ignore[no-any-return]


def members(household_id: int) -> list[Resident]:
    """Who lives there, the eldest first."""
    here = (Resident.household == household_id) & Resident.status.in_(("pending", "approved"))
    return list(Resident.select().where(here).order_by(Resident.birthday, Resident.id))


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


def ensure_many(wanted: Sequence[tuple[Home, int]]) -> list[Placed]:
    """`ensure` for many addresses at once, each with its Org; in the same order."""
    communities = {org_id: community_of(org_id) for org_id in {o for _home, o in wanted}}
    keys = [(communities[org_id], key_of(home)) for home, org_id in wanted]
    found = _find_many(keys)
    missing = {k: w for k, w in zip(keys, wanted, strict=True) if k not in found}
    if missing:
        grids = _grids(
            {(community_id, home.building) for (community_id, _key), (home, _org) in missing.items()}
        )
        rows = []
        for (community_id, key), (home, org_id) in missing.items():
            building = (community_id, home.building, home.phase, home.area)
            rows.append((community_id, grids.get(building, org_id), home.phase, home.area, home.building, home.unit, home.room, key))  # fmt: skip
        _insert(rows)
        found |= _find_many(list(missing))
    return [found[key] for key in keys]


def _insert(rows: Sequence[tuple[int | str, ...]]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        values = ", ".join([f"({', '.join('?' * 8)})"] * len(part))
        execute(
            "INSERT INTO household (community_id, org_id, phase, area, building, unit, room, key)"
            f" VALUES {values} ON CONFLICT (community_id, key) DO NOTHING",
            [value for row in part for value in row],
        )


def _find_many(keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Placed]:
    found: dict[tuple[int, str], Placed] = {}
    for community_id in {community for community, _key in keys}:
        here = list(dict.fromkeys(key for community, key in keys if community == community_id))
        for start in range(0, len(here), AT_ONCE):
            part = here[start : start + AT_ONCE]
            rows = execute(
                f"SELECT id, org_id, key FROM household WHERE community_id = ? AND key IN ({', '.join('?' * len(part))})",
                [community_id, *part],
            ).fetchall()
            found |= {(community_id, key): Placed(row_id, org_id) for row_id, org_id, key in rows}
    return found


def _find(community_id: int, key: str) -> Household | None:
    return Household.get_or_none((Household.community_id == community_id) & (Household.key == key))


def _grids(buildings: Iterable[tuple[int, str]]) -> dict[tuple[int, str, str, str], int]:
    """`_grid_of` each of these buildings, by community, building, phase, area."""
    there: dict[int, list[str]] = {}
    for community_id, building in buildings:
        there.setdefault(community_id, []).append(building)
    found: dict[tuple[int, str, str, str], int] = {}
    for community_id, names in there.items():
        rows = execute(
            "SELECT building, phase, area, org_id FROM household WHERE community_id = ? AND org_id <> ?"
            f" AND building IN ({', '.join('?' * len(names))})"
            " GROUP BY building, phase, area, org_id ORDER BY COUNT(*)",
            [community_id, community_id, *names],
        ).fetchall()
        found |= {(community_id, *row[:3]): row[3] for row in rows}
    return found


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
