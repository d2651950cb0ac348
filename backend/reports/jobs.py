"""What the scheduler does for reports: (name, every so many seconds, function)."""

from __future__ import annotations

from collections.abc import Callable

from backend.reports import letters, sending

JOBS: list[tuple[str, int, Callable[[], int]]] = [
    ("reports.due", 10, sending.due),
    ("reports.send", 10, sending.send),
    ("reports.forget_old", 3600, letters.forget_old),
]
