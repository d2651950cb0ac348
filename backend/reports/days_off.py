"""The community's days off: whoever keeps them says how they are found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

_known: list[Callable[[int], frozenset[date]]] = []


def provide(find: Callable[[int], frozenset[date]]) -> None:
    """`find` gives the days off at an Org, those of the Orgs above it among them."""
    _known[:] = [find]


def at(org_id: int) -> frozenset[date]:
    return _known[0](org_id) if _known else frozenset()
