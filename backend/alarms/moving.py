"""A resident lives in another grid or community: what is open about her goes with her."""

from __future__ import annotations

from backend.alarms import record
from backend.alarms.models import Alarm
from backend.core import orgs
from backend.residents import one_at_a_time


def follow(resident_id: int, org_id: int) -> None:
    """Her open alarms belong there from now on: those there see them, and stand on their ladders from the next step. Who was
    told already hears how it ends, and may still answer in their chat. What a device reported stays where the device is."""
    one_at_a_time.hold(resident_id)
    hers = (Alarm.resident_id == resident_id) & (Alarm.status != "cleared") & Alarm.device_id.is_null()
    for found in Alarm.select(Alarm.id).where(hers & (Alarm.org_id != org_id)).order_by(Alarm.id):
        alarm = record.locked(found.id)
        if alarm.status == "cleared":
            continue
        Alarm.update(org_id=org_id).where(Alarm.id == alarm.id).execute()
        record.note(alarm, "moved", org=orgs.full_name(orgs.get(org_id)))
