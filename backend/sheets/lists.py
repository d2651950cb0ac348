"""Lists that a domain keeps for one of its subjects (who comes to an event), brought back by the same wizard as the tables. Each has
columns of its own; its rows have no history, so an export carries a mark of what every cell said."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from backend.core.errors import NotFound
from backend.fields.base import Context, Misunderstood
from backend.records import holding, tables
from backend.records.sources import Source
from backend.records.state import State
from backend.records.tables import Column, Table
from backend.sheets.cells import tidy
from backend.sheets.mapping import ID

_MARK = 12
"""Characters that tell what a cell said."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that is there: its number in the domain, and its parsed values by column key."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class ListTable(Table):
    """A list as the wizard sees a table. `rows` reads it, held until the transaction ends; `by` writes it."""

    rows: Callable[[], Sequence[Entry]] = tuple
    by: Source | None = None
    subject_id: int = 0

    @property
    def source(self) -> Source | None:
        return self.by


_kinds: dict[str, Callable[[int], ListTable]] = {}


def register(kind: str, of_subject: Callable[[int], ListTable]) -> None:
    """`of_subject` gives the list of a subject, or raises NotFound; its table's key is `kind:number`."""
    _kinds[kind] = of_subject


def table_of(key: str) -> Table:
    """A table, or a list by `kind:number`. Raises NotFound."""
    kind, colon, number = key.partition(":")
    if not colon:
        return tables.of(key)
    if kind not in _kinds or not number.isdecimal():
        raise NotFound()
    return _kinds[kind](int(number))


def is_there(key: str) -> bool:
    """Whether the subject of a list still is."""
    try:
        table_of(key)
    except NotFound:
        return False
    return True


class Kept:
    """Finds rows of a list, as `known.Known` does those of a table."""

    def __init__(self, table: ListTable, by: str) -> None:
        self._table = table
        self._column: Column | None = None if by == ID else table.column(by)

    def kept(self, value: Any) -> str:
        return str(value) if self._column is None else str(self._column.field.dump(value))

    def find(self, kept: Iterable[str]) -> dict[str, list[State]]:
        wanted = set(kept)
        found: dict[str, list[State]] = {}
        for entry in self._table.rows():
            said = entry.number if self._column is None else entry.values.get(self._column.key)
            key = "" if said is None else self.kept(said)
            if key in wanted:
                found.setdefault(key, []).append(_state(self._table, entry))
        return found


def as_read_back(table: Table, values: Mapping[str, Any], ctx: Context) -> dict[str, Any]:
    """The values as an untouched file would give them back, so that leaving a cell alone changes nothing."""
    return {
        key: _read_back(table.column(key), value, ctx) for key, value in values.items() if value is not None
    }


def marked(table: Table, values: Mapping[str, Any]) -> str:
    """What a row says, as a mark of each cell: for the hidden column of the version."""
    return " ".join(f"{c.key}={_mark(c, values.get(c.key))}" for c in table.columns)


class Base:
    """What an export said, from its marks."""

    def __init__(self, table: Table, marks: str) -> None:
        self._table = table
        self._marks = dict(part.rpartition("=")[::2] for part in marks.split(" ") if "=" in part)

    def said(self, key: str, value: Any) -> bool:
        """Whether the export said this; a column that it did not have said nothing."""
        return self._marks.get(key, _mark(self._table.column(key), None)) == _mark(
            self._table.column(key), value
        )


def _mark(column: Column, value: Any) -> str:
    dumped = None if value in (None, "") else column.field.dump(value)
    return hashlib.sha256(orjson.dumps([column.key, dumped])).hexdigest()[:_MARK]


def _read_back(column: Column, value: Any, ctx: Context) -> Any:
    try:
        return column.field.from_cell(tidy(column.field.cell(value, ctx.locale)), ctx)
    except (Misunderstood, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return value


def _state(table: ListTable, entry: Entry) -> State:
    held = holding.held(table, entry.values)
    return State(
        id=entry.number, table_id=table.id, org_id=table.org_id or 0, subject_id=entry.number, parent_id=None,
        data=held.data, sealed=held.sealed, words="", colour="", tags="", cells={}, responsible_id=None, created_at=0,
        deleted_at=None, since=0, by_kind="", by_id=0, by_name="", why=None, batch_id=None,
    )  # fmt: skip
