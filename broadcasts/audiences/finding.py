"""How people are found for a campaign: each way registers itself, and gives rows and whose they are in portions, by the row's number.

An audience is JSON: {"kind": RowSource, "how": way, ...what the way needs, "minus": [audience, ...]}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import Text, _
from backend.printing import rows

Audience = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the audience: a resident's, or an address of somebody else. Neither: nobody who could be told."""

    row_id: int
    resident_id: int | None = None
    identity_id: int | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """`ids(actor, audience, after, limit)`: the numbers of the next rows beyond `after`, in their order, as far as the actor may see
    them; `count` how many there are in all; `told` what staff read of it. Each raises Invalid for what makes no sense."""

    title: Text
    ids: Callable[[Actor, Audience, int, int], list[int]]
    count: Callable[[Actor, Audience], int]
    told: Callable[[Actor, Audience], Text]


_ways: dict[str, Way] = {}


def register(name: str, way: Way) -> None:
    """At import."""
    _ways[name] = way


def way(audience: Audience) -> Way:
    """Raises Invalid."""
    found = _ways.get(str(audience.get("how", "")))
    if found is None:
        raise Invalid(_("Who shall be told? Please choose."), "audience")
    return found


def portion(actor: Actor, audience: Audience, after: int, limit: int) -> list[Found]:
    """The next rows of the audience, in the order of their numbers; exclusions are not taken off yet."""
    ids = way(audience).ids(actor, audience, after, limit)
    return found(actor, str(audience["kind"]), ids)


def found(_actor: Actor, kind: str, ids: Sequence[int]) -> list[Found]:
    """These rows of a RowSource with their people."""
    hearing = rows.find(kind).hearing
    if hearing is None:
        raise Invalid(_("Rows of this table are nobody’s who could be written to."), "audience")
    people = hearing.people(ids)
    return [Found(i, people.get(i)) for i in ids]


def count(actor: Actor, audience: Audience) -> int:
    """Rows, before anybody is left out."""
    return way(audience).count(actor, audience)


def told(actor: Actor, audience: Audience) -> Text:
    """In words."""
    return way(audience).told(actor, audience)
