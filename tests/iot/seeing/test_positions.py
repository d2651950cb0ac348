"""Where somebody is: with consent alone, for days, seen by few; and when she leaves her safe area."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from backend import domains
from backend.alarms import actions as alarms
from backend.alarms.models import Alarm
from backend.core import audit, db
from backend.core.clock import Hands
from backend.core.errors import Conflict, Forbidden
from backend.messaging.content import Content
from backend.messaging.models import Message
from iot.models import Device, Reading
from iot.seeing import positions
from iot.seeing.fences import Circle, Place
from iot.seeing.models import Fence, Position, Tracking
from tests.care.town import Town, daughter, elder, found
from tests.databases import TestDatabase
from tests.iot.seeing.house import bound, says
from tests.web.browser import Browser, employ

HOME = (39.9042, 116.4074)
RULES = ("latitude=lat", "longitude=lon", "accuracy=acc", "battery=bat")


class Chen:
    """She wears a watch; her daughter is on Telegram."""

    def __init__(self, town: Town, clock: Hands) -> None:
        self.town, self.clock = town, clock
        self.admin = town.actor(town.admin)
        self.id = elder(town, "陈秀英", 501, "sms")
        self.daughter = daughter(self.id)
        bound(town, "watch", *RULES, resident_id=self.id)

    def agrees(self) -> Fence:
        positions.allow(self.admin, self.id, "guardian")
        shape = Circle(Place(*HOME), 300)
        return positions.add_fence(self.admin, self.id, "家和花园", shape, days="1234567")

    def is_at(self, metres_north: float, times: int = 1, **more: float) -> None:
        for _n in range(times):
            self.clock.forward(minutes=1)
            says("watch", lat=HOME[0] + metres_north / 111_195, lon=HOME[1], acc=10, bat=80, **more)

    def told(self) -> list[str]:
        mine = Message.select().where((Message.identity_id == self.daughter) & (Message.purpose == "alarm"))
        return [Content.unseal(m.content).text for m in mine.order_by(Message.id)]


@pytest.fixture
def everywhere(database: TestDatabase, clock: Hands) -> Chen:
    domains.load()
    return Chen(found(), clock)


@pytest.fixture
def chen(sqlite_database: TestDatabase, clock: Hands) -> Chen:
    domains.load()
    return Chen(found(), clock)


def test_without_consent_nothing_is_kept_and_no_reading_holds_where_she_is(chen: Chen) -> None:
    chen.is_at(0, 2)
    assert not Position.select().exists()
    assert Reading.select().order_by(Reading.id.desc()).first().values == {"battery": 80.0}
    assert set(Device.get(Device.name == "watch").points) == {"battery"}
    says("watch", gps_lat=39.9, steps=7)
    assert Device.get(Device.name == "watch").unread == {"gps_lat": None, "steps": 7}
    chen.agrees()
    chen.is_at(0)
    assert Position.select().count() == 1
    assert b"39.9" not in bytes(db.execute("SELECT place FROM position").fetchone()[0])


def test_leaving_tells_the_family_the_last_place_in_words_with_a_link_and_being_back_ends_it(
    chen: Chen, app: Flask
) -> None:
    fence = chen.agrees()
    chen.is_at(0)
    chen.is_at(900)
    assert not Alarm.select().exists()
    chen.is_at(900)
    alarm = Alarm.get()
    assert (alarm.kind, alarm.severity, alarm.resident_id) == ("geofence", "critical", chen.id)
    (told,) = chen.told()
    assert "约 900 米" in told and "北" in told and "家和花园" in told
    link = re.search(r"http\S+(/w/\S+)", told)[1]  # type: ignore[index]
    browser = app.test_client()
    page = browser.get(link)
    assert page.status_code == 200 and "<svg" in page.text and "no-store" in page.headers["Cache-Control"]
    assert browser.get(link[:-1] + ("0" if link[-1] != "0" else "1")).status_code == 404
    with pytest.raises(Conflict):
        positions.remove_fence(chen.admin, fence.id)
    chen.is_at(900, 3)
    assert Alarm.select().count() == 1
    chen.is_at(0, 2)
    assert Alarm.get().status == "cleared" and "家和花园" in chen.told()[-1]
    assert browser.get(link).status_code == 404


def test_who_was_found_outside_is_not_looked_for_again_until_she_was_back(everywhere: Chen) -> None:
    chen = everywhere
    chen.agrees()
    chen.is_at(900, 2)
    alarms.clear(chen.admin, Alarm.get().id, "女儿陪着她")
    chen.is_at(900, 4)
    assert Alarm.select().count() == 1
    chen.is_at(0, 2)
    chen.is_at(900, 2)
    assert Alarm.select().count() == 2


def test_what_comes_late_is_kept_and_wakes_nobody(chen: Chen) -> None:
    chen.agrees()
    chen.is_at(0)
    for minutes in (50, 45, 40):
        says("watch", chen.clock.at - timedelta(minutes=minutes), lat=41.0, lon=116.4)
    assert not Alarm.select().exists() and Position.select().count() == 4
    says("watch", lat=0, lon=0)
    assert Position.select().count() == 4
    chen.clock.forward(days=8)
    assert positions.clear_old() == 4 and Tracking.get().last is None


def test_few_may_look_and_each_look_is_on_record(chen: Chen, app: Flask) -> None:
    chen.agrees()
    chen.is_at(0, 2)
    employ("lin", "林主任", ("community_admin", chen.town.happy))
    employ("qin", "秦审计", ("auditor", chen.town.happy))
    lin, qin = Browser(app.test_client()), Browser(app.test_client(), "10.1.1.2")
    lin.sign_in("lin")
    qin.sign_in("qin")
    where = f"/admin/devices/where/{chen.id}"
    assert qin.get(where).status_code == 403 and where not in qin.get(f"/admin/residents/{chen.id}").text
    assert where in lin.get(f"/admin/residents/{chen.id}").text
    page = lin.get(where).text
    assert "39.90420" in page and "家和花园" in page
    assert audit.AuditEntry.select().where(audit.AuditEntry.action == "position.look").count() == 1
    wrong = lin.post(f"{where}/fence", {"name": "菜市场", "at": "somewhere", "radius": "200", "days": ["1"]})
    assert wrong.status_code == 422 and "菜市场" in wrong.text
    given = {
        "name": "菜市场",
        "corners": "39.90 116.40\n39.91 116.40\n39.91 116.41",
        "days": ["1", "6"],
        "begins": "20:00",
        "ends": "07:00",
    }
    assert "20:00–07:00" in lin.post(f"{where}/fence", given).text
    with pytest.raises(Forbidden):
        positions.forbid(chen.town.actor(chen.town.desk), chen.id)
    lin.post(f"{where}/forbid")
    assert not any(m.select().exists() for m in (Position, Fence, Tracking))


def test_she_gets_a_copy_and_is_forgotten(chen: Chen) -> None:
    chen.agrees()
    chen.is_at(0)
    assert positions.export(chen.id)["consent"] == "guardian"
    assert len(positions.export(chen.id)["positions"]) == 1
    positions.forget(chen.id)
    assert positions.export(chen.id)["positions"] == []
