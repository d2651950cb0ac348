"""Whose the rows of a table are: the residents who can be told something about them."""

from __future__ import annotations

from collections.abc import Sequence

from backend.records import sources, state, tables
from backend.records.sources import Source
from backend.records.state import State
from backend.records.tables import Table


def source_of(table: Table) -> Source | None:
    """The Source whose subjects can be told something about rows of the table: its own, or its main table's. None: nobody can."""
    for key in (table.key, table.parent):
        source = sources.find(key) if key else None
        if source is not None and source.hearing is not None:
            return source
    return None


def people(table: Table, rows: Sequence[State]) -> dict[int, int]:
    """The resident by row; who is nobody's is absent."""
    if source_of(table) is None:
        return {}
    if table.source is not None and table.source.hearing is not None:
        return {row.id or 0: row.subject_id for row in rows if row.subject_id is not None}
    main = tables.of(table.parent or "")
    above = state.read_ids({row.parent_id for row in rows if row.parent_id is not None})
    subjects = {row.id: row.subject_id for row in above if row.table_id == main.id and row.deleted_at is None}
    return {row.id or 0: who for row in rows if (who := subjects.get(row.parent_id)) is not None}
