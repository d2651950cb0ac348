"""What may be kept and shown of anonymous answers, so that no group is so small that it points at somebody. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

LEAST = 5
"""People in the smallest group that may be told apart."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one person; empty where they are not known or must not be kept."""

    building: str = ""
    age_group: str = ""


def kept(one: Groups, count: Callable[[Groups], int]) -> Groups:
    """What is kept with the answer of somebody in `one`; `count` tells how many invited people are in groups ("": whatever):
    her building where it has `LEAST` of them, and her age group where, together with what is kept of the building, that still
    fits `LEAST`."""
    building = one.building if one.building and count(Groups(one.building)) >= LEAST else ""
    both = Groups(building, one.age_group)
    return both if one.age_group and count(both) >= LEAST else Groups(building)


def shown(counts: Mapping[str, int]) -> list[str]:
    """The groups that may be looked at alone, of these with so many answers each ("": of no group). The others together are
    nobody, or at least `LEAST`, so that they cannot be found by taking the shown ones away from all."""
    offered = sorted((n, name) for name, n in counts.items() if name and n >= LEAST)
    rest = sum(counts.values()) - sum(n for n, _name in offered)
    while offered and 0 < rest < LEAST:
        n, _name = offered.pop(0)
        rest += n
    return sorted(name for _n, name in offered)


def shown_now(held: int, *, over: bool) -> int:
    """How many of the answers that are held back are shown now, so that two looks differ by none or by `LEAST` of them. While
    the survey is open as many stay behind, for those at its end are to be several, too."""
    if over:
        return held if held >= LEAST else 0
    return LEAST if held >= 2 * LEAST else 0


def tally(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names))
