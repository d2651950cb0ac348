"""What the scheduler does for alarms: (name, every so many seconds, function)."""

from __future__ import annotations

from collections.abc import Callable

from backend.alarms import climbing, gathered, photos

JOBS: list[tuple[str, int, Callable[[], int]]] = [
    ("alarms.climb", 5, climbing.climb),
    ("alarms.storms", 5, gathered.tend),
    ("alarms.photos", 3600, photos.clear_old),
]
