"""What the scheduler does for events: (name, every so many seconds, function)."""

from __future__ import annotations

from collections.abc import Callable

from backend.events import sweeping

JOBS: list[tuple[str, int, Callable[[], int]]] = [("events.sweep", 30, sweeping.sweep_all)]
