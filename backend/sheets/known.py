"""Which rows of a table a file speaks of: found by their number or by a column, many at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from backend.core.db import execute
from backend.records import expressions, holding, state
from backend.records.state import State
from backend.records.tables import Column, Table
from backend.sheets.fingerprints import Fingerprints
from backend.sheets.mapping import ID

KINDS = frozenset({"id_number", "phone", "email", "text", "integer", "real_name"})
"""Kinds of columns that rows can be known by."""
_AT_ONCE = 5_000


class Known:
    """Finds rows of a table by `by`: `mapping.ID`, or a column's key; only those that belong to one of `orgs`, for a file must not
    tell who is known elsewhere. Without an index over that column it looks through the table once and remembers where what stands:
    make a new one when time has passed."""

    def __init__(self, table: Table, by: str, orgs: Collection[int]) -> None:
        self._table = table
        self._orgs = orgs
        self._column: Column | None = None if by == ID else table.column(by)
        self._all: Fingerprints | None = None

    def kept(self, value: Any) -> str:
        """The value as it is compared."""
        if self._column is None:
            return str(value)
        if self._column.sealed:
            return holding.blind(self._column, value)
        return str(self._column.field.dump(value))

    def find(self, kept: Iterable[str]) -> dict[str, list[State]]:
        """The rows, not deleted, by what they are known by."""
        wanted = set(kept)
        if not wanted:
            return {}
        if self._column is None:
            ids = {k: [int(k)] for k in wanted if k.isdecimal() and len(k) < 11 and int(k) < 2**31}
        else:
            ids = self._by_column(self._column, wanted)
        rows = {
            row.id: row
            for row in state.read_ids(i for them in ids.values() for i in them)
            if row.table_id == self._table.id and row.deleted_at is None and row.org_id in self._orgs
        }
        return {k: [rows[i] for i in them if i in rows and self._says(rows[i], k)] for k, them in ids.items()}

    def _says(self, row: State, kept: str) -> bool:
        return self._column is None or str(row.data.get(self._column.key)) == kept

    def _by_column(self, column: Column, wanted: set[str]) -> dict[str, list[int]]:
        value = expressions.value(column, "")
        if column.indexed and expressions.kind(column) == "text":
            found: dict[str, list[int]] = {}
            places = ", ".join("?" * len(wanted))
            for row_id, said in self._asked(value, f"{value} IN ({places})", sorted(wanted)):
                found.setdefault(str(said), []).append(row_id)
            return found
        if self._all is None:
            self._all = self._looked_through(value)
        return {k: ids for k in wanted if (ids := self._all.of(k))}

    def _looked_through(self, value: str) -> Fingerprints:
        found = Fingerprints()
        last = 0
        while part := self._asked(value, f"id > ? ORDER BY id LIMIT {_AT_ONCE}", [last]):
            for row_id, said in part:
                if said is not None:
                    found.add(str(said), row_id)
            last = part[-1][0]
        return found

    def _asked(self, value: str, condition: str, params: Sequence[Any]) -> list[tuple[int, Any]]:
        sql = f"SELECT id, {value} FROM record WHERE table_id = {self._table.id} AND deleted_at IS NULL AND {condition}"  # noqa: S608 our own names
        return list(execute(sql, params).fetchall())
