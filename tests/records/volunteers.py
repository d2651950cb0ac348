"""The volunteers of the tests: who keeps their list, and short ways to write and find them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend.core import orgs
from backend.core.access import Actor
from backend.records import query
from backend.records.query import Query
from backend.records.state import State
from backend.records.store import New
from backend.records.tables import Table


def field(
    kind: str, zh: str, en: str, *, options: list[str] | None = None, **settings: Any
) -> dict[str, Any]:
    """JSON of a Field."""
    data = {"kind": kind, "label": {"zh_CN": zh, "en": en}, **settings}
    if options:
        data["options"] = [{"value": o, "label": {"zh_CN": o, "en": o}} for o in options]
    return data


@dataclass(frozen=True)
class Volunteers:
    happy: orgs.Org
    other: orgs.Org
    lin: Actor
    """The community's admin."""
    table: Table
    keys: dict[str, str]
    store: Any

    def values(self, **given: Any) -> dict[str, Any]:
        return {self.keys[name]: value for name, value in given.items()}

    def add(self, name: str, **given: Any) -> int:
        new = New(self.happy.id, self.values(name=name, **given))
        return int(self.store.create(self.lin, self.table, [new])[0])

    def change(self, row_id: int, batch_id: int | None = None, **given: Any) -> None:
        self.store.change(self.lin, self.table, {row_id: self.values(**given)}, batch_id=batch_id)

    def says(self, row: State | int) -> dict[str, Any]:
        state = self.store.get(self.table, row) if isinstance(row, int) else row
        values = self.store.values_of(self.table, state)
        return {name: values[key] for name, key in self.keys.items() if key in values}

    def found(self, actor: Actor | None = None, **asked: Any) -> list[str]:
        rows = query.page(actor or self.lin, Query(self.table, **asked))
        return [self.says(row)["name"] for row in rows]
