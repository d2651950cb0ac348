"""What the scheduler does for surveys: (name, every so many seconds, function)."""

from __future__ import annotations

from collections.abc import Callable

from backend.surveys import inviting

JOBS: list[tuple[str, int, Callable[[], int]]] = [("surveys.sweep", 30, inviting.run)]
