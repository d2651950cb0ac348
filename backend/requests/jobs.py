"""What the scheduler does for requests: (name, every so many seconds, function)."""

from __future__ import annotations

from collections.abc import Callable

from backend.requests import escalation, slots

JOBS: list[tuple[str, int, Callable[[], int]]] = [
    ("requests.escalate", 30, escalation.escalate),
    ("requests.open_slots", 3600, slots.open_everywhere),
    ("requests.close_settled", 3600, escalation.close_settled),
]
