"""What a device that is bound to a resident measures of her: handed to her care, which knows whether it may be kept and what is outside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from backend.care.health.actions import measured
from iot.heard import Heard

POINTS = (
    *("blood_pressure_high", "blood_pressure_low", "blood_glucose", "heart_rate", "blood_oxygen"),
    *("body_temperature", "weight"),
)
"""Of a room's temperature nothing is told about her."""
OLDEST = timedelta(days=31)


def listen(batch: Sequence[Heard]) -> None:
    """Give what these say about somebody's body to her care; the same message counts once."""
    for heard in batch:
        whose = heard.device.resident_id
        if whose is None:
            continue
        values = {
            name: float(value)
            for name in POINTS
            if isinstance(value := heard.values.get(name), int | float) and not isinstance(value, bool)
        }
        if not values or not heard.trusted or heard.received - heard.at > OLDEST:
            continue
        key = f"{heard.device.subject}:{heard.at.timestamp():.3f}"
        measured(whose, values, heard.at, heard.device.subject, key=key)
