"""Computed columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from backend.records.state import State
from backend.records.tables import Table


def filled(table: Table, values: Mapping[str, Any], row: State) -> Mapping[str, Any]:
    """The values with those that formulas give."""
    return values


def follow(parents: Iterable[int]) -> None:
    """Compute anew what main rows say of their sub-tables' rows."""
