"""Going down a classification above a list: the nodes one level below, and how many rows each holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backend.core.access import Actor
from backend.fields.finder import Choices
from backend.fields.tree import grown
from backend.records import hidden, query
from backend.records.query import COUNTED, Query
from backend.records.tables import Column


@dataclass(frozen=True, slots=True)
class Level:
    """Where one column's classification is looked into: the way there, the nodes below, rows by node (absent where counting them
    would take long). `url(value)` is the list within another node; "" the whole tree."""

    column: Column
    trail: list[Choices]
    nodes: list[Choices]
    counts: Mapping[str, int]
    url: Callable[[str], str]


def levels(
    actor: Actor,
    asked: Query,
    columns: Iterable[Column],
    chosen: Mapping[str, str],
    found: int,
    link: Callable[[list[str]], str],
) -> list[Level]:
    """A Level for each classification of the table. `found`: how many rows `asked` finds. `link` makes the address of what is chosen,
    `key:path` each."""
    made = []
    for column in columns:
        tree = column.tree
        if tree is None:
            continue
        at = chosen.get(column.key, "")
        nodes = tree.below(at)
        made.append(
            Level(
                column, tree.trail(at) if at else [], nodes, _counts(actor, asked, column, nodes, found),
                _linker(column.key, chosen, link),
            )
        )  # fmt: skip
    return made


def _counts(actor: Actor, asked: Query, column: Column, nodes: list[Choices], found: int) -> dict[str, int]:
    if not nodes:
        return {}
    if found <= COUNTED:
        rows = query.grouped(actor, asked, [hidden.value(asked.table, column)])
        return grown({str(value): n for value, n in rows if value is not None}, nodes)
    if not column.indexed:
        return {}
    counts = {}
    for node in nodes:
        under: dict[str, Any] = {"field": column.key, "op": "under", "value": node.value}
        n = query.count(actor, replace(asked, where={"and": [asked.where, under]}))
        if n <= COUNTED:
            counts[node.value] = n
    return counts


def _linker(key: str, chosen: Mapping[str, str], link: Callable[[list[str]], str]) -> Callable[[str], str]:
    def url(value: str) -> str:
        others = [f"{k}:{path}" for k, path in chosen.items() if k != key]
        return link([*others, f"{key}:{value}"] if value else others)

    return url
