"""What the scheduler does for relations: (name, every so many seconds, function)."""

from __future__ import annotations

from collections.abc import Callable

from backend.family import asking

JOBS: list[tuple[str, int, Callable[[], int]]] = [
    ("family.forget_unanswered", 3600, asking.forget_unanswered)
]
