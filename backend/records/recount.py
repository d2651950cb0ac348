"""Computing rows anew that nobody writes: since the clock went on, or a formula was made or changed.

The scheduler calls `sweep`, which goes through a table in portions, each a transaction of its own, and remembers how far it came. Only rows that
say something else are written, without a version and with the same `since`: nobody said anything, and a million people growing older are no
history. See `formulas` for what versions computed values have.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from backend.core import clock
from backend.core.db import execute, transaction
from backend.records import formulas, state, tables
from backend.records.models import FormulaRun
from backend.records.tables import Table

PORTION = 500
LONGEST_S = 15.0
"""Seconds of one sweep: the scheduler has other things to do."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Rows computed anew out of all; what failed by column key: why, and the id of a row."""

    done: int
    total: int
    finished: bool
    failures: dict[str, tuple[str, int | None]]


def sweep(longest: float = LONGEST_S) -> int:
    """Go on with every table that has something to compute; how many rows were written."""
    ends = time.monotonic() + longest
    written = 0
    having = execute(
        "SELECT DISTINCT table_id FROM data_column WHERE formula <> '' AND retired_at IS NULL ORDER BY table_id"
    )
    for (table_id,) in having.fetchall():
        table = tables.by_id(table_id)
        run = FormulaRun.get_or_none(FormulaRun.table_id == table_id)
        more = run is None or not run.finished or run.target != _target(table)
        while more and time.monotonic() < ends:
            with transaction():
                rows, more = _portion(tables.by_id(table_id))
            written += rows
    return written


def progress(table: Table) -> Progress | None:
    """How far the table is; None when nothing in it is computed."""
    if not table.computed:
        return None
    run = FormulaRun.get_or_none(FormulaRun.table_id == table.id)
    if run is None or run.target != _target(table):
        return Progress(0, _count(table), False, {})
    failures = {key: (str(f["why"]), f["row"]) for key, f in run.failures.items()}
    return Progress(run.done, run.total, run.finished, failures)


def _portion(table: Table) -> tuple[int, bool]:
    """Rows written, and whether there is more to do."""
    run, _new = FormulaRun.get_or_create(table_id=table.id, defaults={"failures": {}})
    target = _target(table)
    if run.target != target:
        run.target, run.position, run.done, run.finished, run.failures = target, 0, 0, False, {}
        run.total = _count(table)
        run.save()
    if run.finished:
        return 0, False
    rows = state.read(
        f"table_id = ? AND id > ? AND id <= {_last(table, run.position)}", [table.id, run.position], lock=True
    )
    fresh = formulas.recomputed(table, rows)
    changed = [new for old, new in zip(rows, fresh, strict=True) if not new.says_as(old)]
    state.update(changed)
    run.done += len(rows)
    run.finished = len(rows) < PORTION
    run.position = rows[-1].id or 0 if rows else run.position
    run.save(only=(FormulaRun.position, FormulaRun.done, FormulaRun.finished))
    return len(changed), not run.finished


def _last(table: Table, after: int) -> int:
    """The id that ends the portion."""
    sql = "SELECT MAX(id) FROM (SELECT id FROM record WHERE table_id = ? AND id > ? ORDER BY id LIMIT ?) AS part"
    return int(execute(sql, [table.id, after, PORTION]).fetchone()[0] or 0)


def _count(table: Table) -> int:
    return int(execute("SELECT COUNT(*) FROM record WHERE table_id = ?", [table.id]).fetchone()[0])


def _target(table: Table) -> str:
    """Says what has been computed when a pass is done: another formula, another kind of value, another day ask for a new one."""
    said = [(c.key, c.formula, c.field.kind) for c in table.computed]
    looks = {look for formula in formulas.of(table).values() for look in formula.looks if look.column}
    seen = sorted((k.sub, k.column, tables.of(k.sub).column(k.column).field.kind) for k in looks)
    digest = hashlib.sha256(repr((said, seen)).encode()).hexdigest()[:32]
    day = clock.local(clock.now()).date().isoformat() if formulas.by_the_clock(table) else ""
    return f"{digest} {day}".strip()
