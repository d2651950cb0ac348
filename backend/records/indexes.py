"""Indexes over the columns that are filtered and sorted among a million rows. The scheduler makes them, beside the work."""

from __future__ import annotations

from backend.core.db import db, execute, is_postgres
from backend.records import expressions, tables
from backend.records.tables import Column, Table

HELD_IN = ("record", "record_version")


def settle() -> list[str]:
    """Make the indexes that are missing, drop those that nothing wants; returns their names. On PostgreSQL the rows stay open for
    writing meanwhile; SQLite has a second's pause for each million rows."""
    wanted = {
        _name(t, c, held): (t, c, held) for t in _all() for c in t.columns for held in HELD_IN if _wanted(c)
    }
    there = _existing()
    changed = []
    for name in sorted(there - wanted.keys()):
        execute(f"DROP INDEX {'CONCURRENTLY ' if is_postgres() else ''}{name}")
        changed.append(name)
    for name in sorted(wanted.keys() - there):
        table, column, held = wanted[name]
        value = expressions.value(column, "")
        concurrently = "CONCURRENTLY " if is_postgres() else ""
        execute(f"CREATE INDEX {concurrently}{name} ON {held} (({value}), id) WHERE table_id = {table.id}")
        changed.append(name)
    if changed:
        execute("ANALYZE")
    return changed


def _wanted(column: Column) -> bool:
    return column.indexed and not column.retired


def _all() -> list[Table]:
    tables.ensure_built_in()
    return [tables.by_id(row[0]) for row in execute("SELECT id FROM data_table").fetchall()]


def _name(table: Table, column: Column, held: str) -> str:
    return f"{held}_by_{table.id}_{column.key}_{expressions.kind(column)}"


def _existing() -> set[str]:
    return {i.name for held in HELD_IN for i in db.get_indexes(held) if i.name.startswith(f"{held}_by_")}
