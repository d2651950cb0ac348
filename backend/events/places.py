"""Who gets a place: decisions over plain data, for the actions to carry out under the Event's lock. Pure.

The waiting list is served in the order in which people joined it. A freed place is offered to the first party that fits: a
family of four does not keep a single place empty, and does not lose its turn either, for it stays where it is and is the
first to be asked once four places are free together. A newcomer never takes what somebody on the list could have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

HOLDING = ("signed", "offered", "attended")
"""Statuses that keep a place from others; an offer keeps it until its deadline."""
STANDING = ("signed", "offered", "waiting")
"""Statuses of somebody who still means to come."""
UNLIMITED = 1_000_000


@dataclass(frozen=True, slots=True)
class Party:
    """One sign-up: `people` counts herself and her companions; `position` orders the waiting list; `until` ends an offer."""

    id: int
    status: str
    people: int
    position: int = 0
    until: datetime | None = None


def free(capacity: int | None, parties: Sequence[Party]) -> int:
    """Places that nobody keeps; never below 0. `capacity` None: as many as like."""
    if capacity is None:
        return UNLIMITED
    return max(0, capacity - sum(p.people for p in parties if p.status in HOLDING))


def waiting(parties: Sequence[Party]) -> list[Party]:
    """The waiting list, whose turn it is first."""
    return sorted((p for p in parties if p.status == "waiting"), key=lambda p: (p.position, p.id))


def offers(capacity: int | None, parties: Sequence[Party]) -> list[Party]:
    """To whom the free places are offered now, in order: each time the first on the list who fits."""
    left, found = free(capacity, parties), []
    for party in waiting(parties):
        if party.people <= left:
            found.append(party)
            left -= party.people
    return found


def left_for_newcomers(capacity: int | None, parties: Sequence[Party]) -> int:
    """Free places beyond those that people on the list could have (at night nobody is asked, and theirs stay theirs)."""
    return free(capacity, parties) - sum(p.people for p in offers(capacity, parties))


def joins(capacity: int | None, parties: Sequence[Party], people: int) -> Literal["signed", "waiting"]:
    """What a newcomer's party of `people` becomes."""
    return "signed" if people <= left_for_newcomers(capacity, parties) else "waiting"


def ever_fits(capacity: int | None, people: int) -> bool:
    """Whether the whole event has room for such a party."""
    return capacity is None or people <= capacity


def ahead(parties: Sequence[Party], party_id: int) -> int:
    """How many parties on the waiting list come before this one; of somebody who is not on it, all of them."""
    line = [p.id for p in waiting(parties)]
    return line.index(party_id) if party_id in line else len(line)


def lapsed(parties: Sequence[Party], now: datetime) -> list[Party]:
    """Offers that nobody answered in time."""
    return [p for p in parties if p.status == "offered" and p.until is not None and p.until <= now]
