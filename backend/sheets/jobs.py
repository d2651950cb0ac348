"""What the scheduler does for imports: (name, every so many seconds, function)."""

from __future__ import annotations

from collections.abc import Callable

from backend.sheets import results, working

JOBS: list[tuple[str, int, Callable[[], int]]] = [
    ("imports.resume", 10, working.resume),
    ("imports.sweep", 3600, results.sweep),
]
