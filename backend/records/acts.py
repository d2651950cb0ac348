"""Acts on chosen rows that other parts offer in every list: each registers itself, and goes on on a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from backend.core.access import Actor
from backend.core.i18n import Text
from backend.records.tables import Table

Params = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Act:
    """`may(actor, table)`: whether it is offered. `begin(actor, table, ids, params)` notes what was chosen and returns the address of the
    page where it goes on: `ids` are the ticked rows, None the whole result of the question `params` (see `asked`). It raises what
    an action raises. `most`: rows that it takes."""

    label: Text
    may: Callable[[Actor, Table], bool]
    begin: Callable[[Actor, Table, Sequence[int] | None, Params], str]
    most: int


_acts: dict[str, Act] = {}


def register(name: str, act: Act) -> None:
    """At import."""
    _acts[name] = act


def find(name: str) -> Act | None:
    return _acts.get(name)


def offered(actor: Actor, table: Table) -> list[tuple[str, Text]]:
    """(name, what it is called) of those that this actor may do with rows of the table."""
    return [(name, act.label) for name, act in _acts.items() if act.may(actor, table)]
