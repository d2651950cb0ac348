"""An alarm as other domains see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.alarms.models import Alarm


@dataclass(frozen=True, slots=True)
class Summary:
    """`status`: open, going or cleared. `answer` is the last one given (see `kinds.ANSWERS`; "cleared" by staff with a reason),
    `answered_by` how the others know who gave it."""

    id: int
    kind: str
    severity: str
    status: str
    source: str
    org_id: int
    resident_id: int | None
    device_id: int | None
    raised_at: datetime
    answer: str
    answered_by: str | None
    answered_at: datetime | None
    cleared_at: datetime | None


def of(alarm: Alarm) -> Summary:
    return Summary(**{name: getattr(alarm, name) for name in Summary.__slots__})
