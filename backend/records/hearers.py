"""Whose the rows of a table are: the residents who can be told something about them."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.db import execute
from backend.records import sources, state, tables
from backend.records.sources import Source
from backend.records.tables import Table


def source_of(table: Table) -> Source | None:
    """The Source whose subjects can be told something about rows of the table: its own, or its main table's. None: nobody can."""
    for key in (table.key, table.parent):
        source = sources.find(key) if key else None
        if source is not None and source.hearing is not None:
            return source
    return None


def people(table: Table, ids: Sequence[int]) -> dict[int, int]:
    """The resident of each of these rows that is there; who is nobody's is absent. What rows say is not read for it."""
    return dict(_pairs(table, "r.id", ids))


def rows_of(table: Table, resident_ids: Sequence[int]) -> list[int]:
    """The rows that are these residents'."""
    return sorted(row for row, _resident in _pairs(table, "{whose}", resident_ids))


def _pairs(table: Table, asked: str, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """(row, resident) of the rows where this is one of the numbers."""
    if source_of(table) is None:
        return []
    own = table.source is not None and table.source.hearing is not None
    whose = "r.subject_id" if own else "m.subject_id"
    sql = f"SELECT r.id, {whose} FROM record r"
    given = [table.id]
    if not own:
        sql += " JOIN record m ON m.id = r.parent_id AND m.table_id = ? AND m.deleted_at IS NULL"
        given = [tables.of(table.parent or "").id, table.id]
    sql += f" WHERE r.table_id = ? AND r.deleted_at IS NULL AND {whose} IS NOT NULL AND {asked.format(whose=whose)}"
    found: list[tuple[int, int]] = []
    for start in range(0, len(numbers), state.AT_ONCE):
        part = numbers[start : start + state.AT_ONCE]
        places = ", ".join("?" * len(part))
        found += execute(f"{sql} IN ({places})", (*given, *part)).fetchall()
    return found
