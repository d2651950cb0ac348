"""What formulas could not compute: noted once per column, for the page on which staff write them."""

from __future__ import annotations

from backend.records.models import FormulaRun


def failed(table_id: int, key: str, row_id: int | None, why: str) -> None:
    """The first failure of each column is kept until its table is computed anew: a failing import must not write it a million times."""
    run = FormulaRun.get_or_none(FormulaRun.table_id == table_id)
    if run is None or key in run.failures:
        return
    run.failures = run.failures | {key: {"why": why, "row": row_id}}
    run.save(only=(FormulaRun.failures,))
