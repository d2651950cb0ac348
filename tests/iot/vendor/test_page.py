"""Staff see which models are not read any more, and let a codec go on."""

from __future__ import annotations

from flask import Flask

from backend.alarms.models import Alarm
from backend.core import clock
from iot.mapping import written
from iot.models import Device, DeviceProfile
from iot.vendor import breaker
from tests.care.town import found
from tests.databases import TestDatabase
from tests.web.browser import Browser, employ


def test_staff_see_what_was_stopped_and_let_it_go_on(sqlite_database: TestDatabase, app: Flask) -> None:
    town = found()
    employ("lin", "林主任", ("community_admin", town.happy))
    lin = Browser(app.test_client())
    lin.sign_in("lin")
    now = clock.now()
    model = DeviceProfile.create(
        key="dw10", name="门磁 DW10", decoder="vendor:" + "a" * 64, rules=[written("smoke=alarm==1").to_json()],
        state="approved", by_name="林主任", created_at=now, changed_at=now,
    )  # fmt: skip
    for number, status in enumerate(("active", "active", "retired")):
        Device.create(
            address=f"eui:{number}", name="门磁", org_id=town.grid.id, profile_id=model.id, status=status,
            created_at=now, changed_at=now,
        )  # fmt: skip
    page = "/admin/devices/codecs"
    assert "没有停用的解码程序" in lin.get(page).text
    breaker.note([("a" * 64, "it took more than 32 MiB of memory")] * 3)
    alarm = Alarm.get()
    assert (alarm.kind, alarm.severity, alarm.org_id) == ("devices_unread", "critical", town.happy.id)
    assert page in lin.get("/admin/devices/models").text
    shown = lin.get(page).text
    assert "门磁 DW10" in shown and "占用内存过多" in shown
    (stop,) = breaker.stops()
    assert "已恢复解读" in lin.post(f"{page}/{stop.id}/go-on").text
    assert breaker.stops() == [] and Alarm.get().status == "cleared"
