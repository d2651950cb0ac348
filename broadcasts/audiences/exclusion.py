"""Who is taken off an audience. Asked for the people of a portion at a time, so that a hundred thousand who are taken off are never in
memory together, nor looked up anew by every worker that goes on."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.access import Actor
from backend.family import queries as family
from backend.messaging import people
from broadcasts.audiences import finding
from broadcasts.audiences.finding import Audience, Found, whom

_AT_ONCE = 2_000


class Exclusion:
    """The audiences that are taken off, as the actor sees them."""

    def __init__(self, actor: Actor, minus: Sequence[Audience]) -> None:
        self._actor, self._minus = actor, minus
        self._all: dict[int, frozenset[str]] = {}

    def of(self, found: Sequence[Found]) -> set[str]:
        """The names (`whom`) of those of these people who are taken off. Raises Invalid, NotFound where an audience is not there any more:
        nobody is told whom somebody meant to leave out."""
        off: set[str] = set()
        residents = sorted({f.resident_id for f in found if f.resident_id is not None})
        addresses = sorted({f.identity_id for f in found if f.identity_id is not None})
        if self._minus and residents:
            addresses += people.held_by(residents)
        for number, audience in enumerate(self._minus):
            way = finding.way(audience)
            if way.whose is None:
                off |= self._everybody(number, audience)
                continue
            whose, at = residents, addresses
            if audience.get("families"):
                whose, at = sorted(family.cared_by(residents, addresses)), []
            rows = way.whose(self._actor, audience, whose, at)
            off |= _names(finding.narrowed(audience, finding.people_of(str(audience["kind"]), rows)))
        return off

    def _everybody(self, number: int, audience: Audience) -> frozenset[str]:
        """Of a way that cannot be asked for some people."""
        if number not in self._all:
            names: set[str] = set()
            after = 0
            while part := finding.portion(self._actor, audience, after, _AT_ONCE):
                names |= _names(part)
                after = part[-1].row_id
            self._all[number] = frozenset(names)
        return self._all[number]


def _names(found: Sequence[Found]) -> set[str]:
    return {name for f in found if (name := whom(f)) is not None}
