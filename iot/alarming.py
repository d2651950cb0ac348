"""What raises an alarm at once, without a rule of staff: smoke, gas, water, a help button, a fall."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.alarms import actions as alarms
from backend.alarms import queries
from backend.core.i18n import Msg, _
from backend.fields.words import Words
from iot.models import Device
from iot.uplink import Scalar

STALE = timedelta(hours=24)
"""What a device tells so late is kept, and nobody is woken for it."""
KEPT_BY_BROKER = timedelta(minutes=10)
"""A retained message is a picture of some earlier moment: older than this it raises nothing."""
STILL = timedelta(minutes=10)
"""Smoke that was called a false alarm may take so long to clear; after that it is another matter."""


@dataclass(frozen=True, slots=True)
class Cause:
    """`again`: each time counts as a new one (a button), not only the change from no to yes."""

    kind: str
    severity: str
    words: Msg
    again: bool = False


CAUSES: dict[str, Cause] = {
    "smoke": Cause("smoke", "critical", _("The smoke detector reports smoke.")),
    "gas": Cause(
        "gas", "critical", _("The gas detector reports gas. Please do not use switches or flames there.")
    ),
    "carbon_monoxide": Cause(
        "gas", "critical", _("The detector reports carbon monoxide. Please open the windows and go outside.")
    ),
    "water_leak": Cause("water_leak", "warning", _("The water sensor reports water on the floor.")),
    "sos": Cause("sos", "critical", _("The help button was pressed."), again=True),
    "fall": Cause("fall", "critical", _("The sensor reports a fall."), again=True),
}


def raised(
    device: Device,
    before: Mapping[str, Scalar],
    values: Mapping[str, Scalar],
    at: datetime,
    received: datetime,
    *,
    retained: bool,
) -> list[int]:
    """The alarms that this reading raises, inside the caller's transaction; an open one of the same device and kind gets a line more."""
    if received - at > (KEPT_BY_BROKER if retained else STALE) or device.org_id is None:
        return []
    made = []
    for point, cause in CAUSES.items():
        if values.get(point) is not True or not _counts(
            device, cause, received, changed=before.get(point) is not True
        ):
            continue
        made.append(
            alarms.raise_alarm(
                cause.kind,
                org_id=device.org_id,
                severity=cause.severity,
                words=Words(
                    _("{what} Device: {name}.", what=cause.words, name=device.name or device.address)
                ),
                source=device.subject,
                resident_id=device.resident_id,
                place=json.loads(device.place) if device.place else None,
                dedupe=f"{device.subject}:{cause.kind}",
                device_id=device.id,
            )
        )
    return made


def _counts(device: Device, cause: Cause, now: datetime, *, changed: bool) -> bool:
    """A button counts each time. A state counts when it begins; one that lasts adds nothing to an open alarm, and counts again when somebody closed that and
    it is still so after a while."""
    if changed or cause.again:
        return True
    last = queries.latest(device.subject, cause.kind)
    if last is None:
        return True
    status, cleared_at = last
    return status == "cleared" and cleared_at is not None and now - cleared_at > STILL
