"""What becomes of the alarms of devices goes onward as well, to whoever asked for it: that, and nothing of people."""

from __future__ import annotations

from backend.alarms import listeners
from backend.alarms.summary import Summary
from backend.core import clock
from iot.models import Device
from iot.routes import listening
from iot.routes.filters import ALARM
from iot.routes.listening import Passing
from iot.uplink import Scalar


def on_alarm(summary: Summary) -> None:
    """An entry, in the transaction that raises it, answers it or ends it."""
    device = Device.get_or_none(Device.id == summary.device_id) if summary.device_id is not None else None
    if device is not None:
        now = clock.now()
        said: dict[str, Scalar] = {
            "alarm": summary.kind, "number": summary.id, "severity": summary.severity, "status": summary.status,
            "answer": summary.answer or None,
        }  # fmt: skip
        listening.put(Passing(device, ALARM, now, now, said, {}))


listeners.register("", on_alarm, raised=True)
