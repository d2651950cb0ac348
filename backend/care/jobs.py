"""What the scheduler does for care: (name, every so many seconds, function)."""

from __future__ import annotations

from collections.abc import Callable

from backend.care import (
    asking,
    faults,
    following,
    hooks,
    long_away,
    mornings,
    summaries,
    visit_sending,
    visits,
)
from backend.care.health import appointments, reminding, weeks
from backend.care.services import running

__all__ = ["JOBS", "hooks"]

JOBS: list[tuple[str, int, Callable[[], int]]] = [
    ("care.due", 10, asking.due),
    ("care.remind", 10, following.remind),
    ("care.visits", 15, visits.make_due),
    ("care.overdue", 60, visits.overdue),
    ("care.watch", 60, faults.watch),
    ("care.away", 300, long_away.look),
    ("care.mornings", 300, mornings.tell),
    ("care.summaries", 600, summaries.tell),
    ("care.medicines", 10, reminding.sweep_due),
    ("care.medicine_weeks", 1800, weeks.tell),
    ("care.appointments", 60, appointments.remind),
    ("care.services", 600, running.nightly),
    ("care.visits_sent", 3600, visit_sending.forget_old),
]
