"""Values that a row's person keeps to herself, within SQL: what is masked in a list must not show in what is found, in its order,
in a count, nor in what a formula makes of it."""

from __future__ import annotations

from backend.records import expressions, formulas
from backend.records.tables import Column, Table


def hers(table: Table, key: str, alias: str = "r") -> str:
    """The condition that is true of rows whose value in this column is kept; "" when there are none."""
    source = table.source
    if source is None or source.hiding is None:
        return ""
    found = [sql for one in sorted(formulas.reads(table).get(key, {key})) if (sql := source.hiding(one))]
    return f"{alias}.subject_id IN ({' UNION ALL '.join(found)})" if found else ""


def value(table: Table, column: Column, alias: str = "r", part: str = "") -> str:
    """As `expressions.value`; NULL where it is kept."""
    plain, kept = expressions.value(column, alias, part), hers(table, column.key, alias)
    return f"(CASE WHEN {kept} THEN NULL ELSE {plain} END)" if kept else plain
