"""Rows as people read them: values in words, sensitive ones masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from backend.fields.base import Field
from backend.records import formulas, sources, store
from backend.records.state import State
from backend.records.tables import Column, Table

_NOTHING: frozenset[str] = frozenset()


def shown(
    table: Table,
    row: State,
    columns: Iterable[Column],
    locale: str,
    *,
    open_: bool = False,
    private: Mapping[int, frozenset[str]] | None = None,
) -> dict[str, str]:
    """The values of these columns by key; a missing one is absent. `open_`: sensitive ones in full, for whoever may and said so.
    `private`: what `private_of` says of all rows of a list, asked once."""
    columns = list(columns)
    values = store.values_of(table, row, {c.key for c in columns})
    kept = kept_of(row, private_of(table, [row]) if private is None else private)
    return {
        c.key: sources.KEPT if c.key in kept else text(c, values[c.key], locale, open_=open_)
        for c in columns
        if values.get(c.key) is not None
    }


def private_of(table: Table, rows: Iterable[State]) -> Mapping[int, frozenset[str]]:
    """By subject the columns that its person keeps to herself: nobody reads them in lists, prints and files."""
    return formulas.kept_to_herself(table, {row.subject_id for row in rows})


def kept_of(row: State, private: Mapping[int, frozenset[str]]) -> frozenset[str]:
    """Of `private_of` what concerns this row."""
    return private.get(row.subject_id, _NOTHING) if row.subject_id is not None else _NOTHING


def text(column: Column, value: Any, locale: str, *, open_: bool = False) -> str:
    """One value in words."""
    field: Field = column.field
    return field.masked(value, locale) if column.sealed and not open_ else field.show(value, locale)


def title(table: Table, row: State, locale: str) -> str:
    """What a row is called: its first value, or its number."""
    values = store.values_of(table, row)
    kept = kept_of(row, private_of(table, [row]))
    for column in table.open:
        if not column.sealed and column.key not in kept and values.get(column.key) not in (None, ""):
            return column.field.show(values[column.key], locale)
    return f"#{row.subject_id or row.id}"


def typed(table: Table, values: Mapping[str, Any], kept: frozenset[str] = _NOTHING) -> dict[str, str]:
    """What stands in the fields of a page that changes a row; sensitive values, and those `kept` by their person, are left out, an
    empty field keeps them."""
    found = {}
    for key, value in values.items():
        column = table.by_key.get(key)
        if column is None or column.sealed or value is None or key in kept:
            continue
        if column.field.kind in ("choice", "tree_choice", "time_slot"):
            found[key] = str(value)
        elif column.field.kind == "yes_no":
            found[key] = "yes" if value else "no"
        else:
            found[key] = column.field.short(value, "zh_CN")
    return found
