"""Values that a row's person keeps to herself, within SQL: what is masked in a list must not show in what is found, in its order,
in a count, nor in what a formula makes of it."""

from __future__ import annotations

from collections.abc import Mapping

from backend.records import expressions, formulas
from backend.records.tables import Column, Table


def hers(table: Table, key: str, alias: str = "r") -> str:
    """The condition that is true of rows whose value in this column is kept; "" when there are none."""
    source = table.source
    if source is None or source.hiding is None:
        return ""
    found = [sql for one in sorted(_read_by(table).get(key, {key})) if (sql := source.hiding(one))]
    return f"{alias}.subject_id IN ({' UNION ALL '.join(found)})" if found else ""


def value(table: Table, column: Column, alias: str = "r", part: str = "") -> str:
    """As `expressions.value`; NULL where it is kept."""
    plain, kept = expressions.value(column, alias, part), hers(table, column.key, alias)
    return f"(CASE WHEN {kept} THEN NULL ELSE {plain} END)" if kept else plain


def with_computed(table: Table, kept: Mapping[int, frozenset[str]]) -> Mapping[int, frozenset[str]]:
    """By subject the columns that are kept, and those whose formulas read one of them."""
    if not kept or not table.computed:
        return kept
    reads = _read_by(table)
    return {s: keys | {k for k, needs in reads.items() if needs & keys} for s, keys in kept.items()}


def _read_by(table: Table) -> dict[str, set[str]]:
    """Of each computed column itself and what it reads, over however many formulas."""
    direct = {key: set(formula.columns) for key, formula in formulas.of(table).items()}
    found = {}
    for key in direct:
        seen, waiting = {key}, [key]
        while waiting:
            fresh = direct.get(waiting.pop(), set()) - seen
            seen |= fresh
            waiting += fresh
        found[key] = seen
    return found
