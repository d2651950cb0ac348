"""A blood pressure meter that is bound to her: its values reach her care, and her one page shows it."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from backend.care.health import consenting
from backend.care.health.models import Measurement
from backend.core import clock
from backend.core.access import Actor
from iot import health
from iot.heard import Heard
from iot.models import Device, DeviceProfile
from iot.registry import elder
from iot.uplink import Uplink
from tests.care import town as towns


def test_a_meter_of_hers_is_heard_once_and_only_with_her_consent(app: Flask) -> None:
    town = towns.found()
    her = towns.elder(town, "陈秀英", 501, "sms")
    now = clock.now()
    profile = DeviceProfile.create(
        key="bp", name="血压计", decoder="", rules=[], state="approved", by_name="x", created_at=now, changed_at=now
    )  # fmt: skip
    meter = Device.create(
        address="bp-1", name="床头血压计", org_id=town.grid.id, profile_id=profile.id, resident_id=her, status="active",
        created_at=now, changed_at=now,
    )  # fmt: skip
    values = {"blood_pressure_high": 135, "blood_pressure_low": 85, "temperature": 21.5, "sos": True}
    at = now - timedelta(minutes=1)
    said = Heard(
        meter, profile, Uplink("bp-1"), before={}, before_at={}, values=values, at=at, received=now, apart={}
    )
    health.listen([said])
    assert not Measurement.select().exists()
    consenting.give(Actor("resident", her, ""), her, "webchat")
    health.listen([said, said])
    assert [(m.kind, m.source) for m in Measurement.select()] == [("pressure", meter.subject)]
    with app.test_request_context():
        shown = elder.section(town.actor(town.desk), her)
    assert shown is not None and "床头血压计" in shown.html
