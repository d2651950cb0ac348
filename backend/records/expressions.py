"""A column's value as SQL, the same text in an index and in a question, so that the one answers the other. Pure, but for asking
which database it is."""

from __future__ import annotations

import re

from backend.core.db import is_postgres
from backend.records.tables import NUMBERS, Column

_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")


def kind(column: Column) -> str:
    """How the value compares: "number", "flag", "list", "home" or "text"."""
    field = column.field
    if column.sealed:
        return "text"
    if field.kind in NUMBERS:
        return "number"
    return {
        "yes_no": "flag",
        "multi_choice": "list",
        "address": "home",
        "location": "list",
        "photo": "home",
    }.get(field.kind, "text")


def value(column: Column, alias: str = "r", part: str = "") -> str:
    """The value in the row called `alias`; `part` of a home ("building"). NULL where there is none."""
    data = f"{alias}.data" if alias else "data"
    key = _checked(column.key)
    how = kind(column)
    if is_postgres():
        if part or how == "home":
            return f"(({data}->'{key}'->>'{_checked(part or 'building')}') COLLATE \"C\")"
        if how == "number":
            return f"(({data}->>'{key}')::numeric)"
        if how == "flag":
            return f"(({data}->>'{key}')::boolean)"
        if how == "list":
            return f"({data}->'{key}')"
        return f"(({data}->>'{key}') COLLATE \"C\")"
    path = f"$.{key}.{_checked(part or 'building')}" if part or how == "home" else f"$.{key}"
    extracted = f"json_extract({data}, '{path}')"
    return f"CAST({extracted} AS NUMERIC)" if how == "number" else extracted


def cell(column: Column, alias: str = "r") -> str:
    """The colour of the value. NULL where it has none."""
    key = _checked(column.key)
    return f"({alias}.cells->>'{key}')" if is_postgres() else f"json_extract({alias}.cells, '$.{key}')"


def _checked(key: str) -> str:
    """Keys are ours; what is not like one never becomes SQL."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a column key: {key!r}")
    return key
