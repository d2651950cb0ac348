"""What the scheduler does for the dynamic database: (name, every so many seconds, function)."""

from __future__ import annotations

from collections.abc import Callable

from backend.records import bulk_work, converting, indexes, recount

JOBS: list[tuple[str, int, Callable[[], int]]] = [
    ("records.indexes", 20, lambda: len(indexes.settle())),
    ("records.formulas", 20, recount.sweep),
    ("records.converting", 5, converting.sweep),
    ("records.bulk", 10, bulk_work.resume),
]
