"""What a watch measures of somebody's body is kept while she agrees to that; while she has not, it calls help and is forgotten."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from flask import Flask
from playhouse.migrate import SchemaMigrator
from structlog.testing import capture_logs

from backend import domains
from backend.alarms import record
from backend.alarms.models import Alarm
from backend.care.health import consenting
from backend.core import clock as clocks
from backend.core import db, privacy
from backend.core.access import Actor
from backend.core.db import transaction
from backend.family.models import Relation
from backend.messaging import people
from backend.messaging.models import Message
from backend.residents import privacy as privacy_of
from backend.residents import rights
from iot.mapping import written
from iot.models import Device, QuarantinedMessage, Reading
from iot.registry import devices
from iot.routes import entries, routes
from iot.routes.filters import Filter
from iot.routes.models import Route, RoutedReading
from iot.routes.shape import Shape
from iot.rules.models import DeviceRuleMemory
from tests.care.town import elder, said_to
from tests.databases import TestDatabase
from tests.iot.rules.home import Home, alarms, later
from tests.web.browser import Browser, employ

RULE: dict[str, Any] = {
    "kind": "device_notice",
    "words": {"zh_CN": "脉搏 {value}，请去看看她。", "en": "Her pulse is {value}."},
}


@pytest.fixture
def home(database: TestDatabase, clock: clocks.Hands) -> Home:
    domains.load()
    made = Home()
    now = clocks.now()
    Route.create(
        org_id=made.town.happy.id, uid="r", name="onward", kind="webhook", target="{}", filter=Filter().to_json(), by_id=1,
        shape=Shape().to_json(), state="live", rate=0, most=100, kept_days=1, by_name="", created_at=now, changed_at=now,
    )  # fmt: skip
    return made


def agrees(resident_id: int) -> None:
    consenting.give(Actor("resident", resident_id, ""), resident_id, "webchat")


def takes_back(resident_id: int) -> None:
    assert consenting.withdraw(Actor("resident", resident_id, ""), resident_id, "webchat")


def kept(device: Device) -> tuple[list[Any], Any, list[Any]]:
    """(what its readings, its last values and what goes onward hold of a body)."""
    readings = Reading.select().where(Reading.device_id == device.id).order_by(Reading.id)
    onward = RoutedReading.select().where(RoutedReading.device_id == device.id).order_by(RoutedReading.id)
    return [r.body for r in readings], Device.get_by_id(device.id).body, [one.body for one in onward]


def test_without_her_consent_a_pulse_calls_help_and_is_kept_nowhere(home: Home) -> None:
    watch = home.device("watch")
    home.rule("heart_rate > 120", **RULE)
    with capture_logs() as logged:
        home.says("watch", hr=141.5, bat=97)
    assert alarms() == ["device_notice"]
    assert kept(watch) == ([None, None], None, [None])
    assert Reading.select().order_by(Reading.id.desc()).get().said == {"battery": 97.0}
    alarm = Alarm.get()
    assert alarm.measured is None and "141" not in alarm.words + str(logged)
    told = [content for m in Message.select() for content in said_to(m.identity_id)]
    assert told and not any("141" in content.text for content in told)
    assert not any("141" in memory.memory for memory in DeviceRuleMemory.select())


def test_a_rule_that_waits_needs_no_kept_pulse(home: Home, clock: clocks.Hands) -> None:
    watch = home.device("watch")
    home.rule("heart_rate > 120", lasts=600, **RULE)
    home.says("watch", hr=141.5)
    assert later(clock, minutes=11) == 1 and alarms() == ["device_notice"]
    home.says("watch", hr=80)
    assert alarms() == [] and kept(watch)[:2] == ([None, None, None], None)


def test_what_was_kept_goes_when_she_takes_her_consent_back(home: Home) -> None:
    wang = elder(home.town, "王桂芳", 502, "sms")
    watch, other = home.device("watch"), home.device("other", wang)
    home.rule("heart_rate > 120", **RULE)
    for her in (home.chen, wang):
        agrees(her)
    home.says("watch", hr=141.5)
    home.says("watch", hr=80, bat=97)
    home.says("other", hr=70)
    home.says("watch", hr="not a number", extra=[[1]])
    RoutedReading.update(status="dead").where(RoutedReading.device_id == watch.id).execute()
    assert kept(watch)[1] is not None and None not in [a.measured for a in Alarm.select()]
    assert len(privacy.export(home.chen)["measured_by_devices"]) == 2
    takes_back(home.chen)
    readings, last, onward = kept(watch)
    assert set(readings) == {None} and last is None and set(onward) <= {None}
    assert privacy.export(home.chen)["measured_by_devices"] == []
    assert {(a.kind, a.measured) for a in Alarm.select()} == {("device_notice", None), ("health_limit", None)}
    assert Device.get_by_id(watch.id).open_points == {"battery": [97.0, pytest.approx(clocks.now_ms())]}
    assert kept(other)[0][-1] == {"heart_rate": 70.0} and kept(other)[1] is not None
    home.says("watch", hr=82)
    assert set(kept(watch)[0]) == {None}


def test_what_could_not_be_read_of_her_watch_goes_too_and_that_of_her_door_stays(home: Home) -> None:
    watch = home.device("watch")
    model = devices.save_profile(home.admin, "door", "门磁", [written("door_open=door")])
    devices.approve(home.admin, model.id)
    door = home.device("door")
    Device.update(profile_id=model.id).where(Device.id == door.id).execute()
    agrees(home.chen)
    for one in (watch, door):
        QuarantinedMessage.create(topic="t", payload=b"", why="x", at=clocks.now(), device=one.address)
    takes_back(home.chen)
    assert [m.device for m in QuarantinedMessage.select()] == [door.address]


def test_a_pulse_that_she_keeps_to_herself_goes_to_no_other_system(home: Home) -> None:
    watch = home.device("watch")
    agrees(home.chen)
    home.says("watch", hr=79, bat=97)
    route = Route.get()
    before = RoutedReading.select().order_by(RoutedReading.id.desc()).get()
    assert entries.items(route, [before])[0].values == {"battery": 97.0, "heart_rate": 79.0}
    privacy_of.choose(home.chen, privacy_of.HEALTH, privacy_of.ME, channel="webchat")
    assert entries.items(route, [before])[0].values == {"battery": 97.0}, "what waits"
    assert routes.sample(route).values == {"battery": 97.0}
    home.says("watch", hr=141, bat=96)
    home.says("watch", hr=142)
    after = RoutedReading.select().where(RoutedReading.id > before.id)
    assert [(json.loads(e.said), e.body) for e in after] == [({"battery": 96.0}, None)]
    assert Reading.select().order_by(Reading.id.desc()).get().said == {"heart_rate": 142.0}
    filtered = Filter(points=frozenset({"battery"}), condition="last.heart_rate > 100").to_json()
    Route.update(filter=filtered, changed_at=clocks.now() + timedelta(1)).execute()
    home.says("watch", bat=95)
    assert after.count() == 1, "a condition tells her pulse as well"
    Device.update(resident_id=None).where(Device.id == watch.id).execute()
    home.says("watch", hr=143, bat=95)
    assert after.count() == 2


def test_of_names_that_nobody_mapped_no_value_of_a_body_lies_open(home: Home) -> None:
    home.says("strange", hr=141, sys="120/80", x1=36.9, worn=True, fw=12)
    unread = {"hr": None, "sys": None, "x1": None, "worn": True, "fw": 12}
    assert Device.get(Device.address == "plain:strange").unread == unread
    watch = home.device("watch")
    agrees(home.chen)
    home.says("watch", hr="141 per minute", x1=36.9)
    assert Device.get_by_id(watch.id).unread == {"hr": None, "x1": None}
    home.says("plant", soil=17.5, latency=3)
    assert Device.get(Device.address == "plain:plant").unread == {"soil": 17.5, "latency": 3}


def test_who_takes_every_consent_back_takes_this_one_back(home: Home) -> None:
    watch = home.device("watch")
    agrees(home.chen)
    home.says("watch", hr=80)
    assert kept(watch)[1] is not None
    rights.withdraw_consent(home.chen, channel="webchat")
    assert set(kept(watch)[0]) == {None} and kept(watch)[1] is None


def test_what_it_measured_of_one_person_is_nothing_to_the_next(home: Home) -> None:
    watch = home.device("watch")
    wang = elder(home.town, "王桂芳", 502, "sms")
    for her in (home.chen, wang):
        agrees(her)
    home.says("watch", hr=80)
    home.device("watch", wang)
    assert set(kept(watch)[0]) == {None} and kept(watch)[1] is None


def test_a_pulse_that_is_being_stored_does_not_outlive_her_consent(home: Home) -> None:
    watch = home.device("watch")
    agrees(home.chen)

    def take_back() -> None:
        takes_back(home.chen)
        db.db.close()

    thread = threading.Thread(target=take_back)
    with transaction():
        home.says("watch", hr=80)
        thread.start()
        thread.join(0.5)  # it waits for this transaction, unless it comes later anyway
    thread.join(60)
    assert not thread.is_alive() and set(kept(watch)[0]) == {None} and kept(watch)[1] is None


def test_a_pulse_in_an_alarm_is_read_by_those_who_may_see_it(app: Flask, home: Home) -> None:
    home.device("watch")
    home.rule("heart_rate > 120", **RULE)
    agrees(home.chen)
    neighbour = people.ensure("telegram", "neighbour-1")
    Relation.create(
        resident_id=home.chen, kind="family", called="邻居", identity_id=neighbour.id, topics="alarm", status="active",
        created_at=clocks.now(),
    )  # fmt: skip
    home.says("watch", hr=141.5)
    alarm = Alarm.get(Alarm.kind == "device_notice")
    assert "141" not in alarm.words and "141.5 /min" in record.unpacked(alarm, body=True).text["en"]
    child = people.ensure("telegram", f"daughter-{home.chen}")
    assert any("脉搏 141.5 /min" in said.text for said in said_to(child.id))
    told = [said.text for said in said_to(neighbour.id)]
    assert len(told) == 2 and "141" not in str(told) and "脉搏" in told[0]
    for number, (role, sees) in enumerate((("duty_desk", True), ("auditor", False))):
        employ(role, role, (role, home.town.happy))
        browser = Browser(app.test_client(), f"10.4.1.{number}")
        browser.sign_in(role)
        page = browser.get(f"/admin/alarms/{alarm.id}").text
        assert ("141.5" in page) is sees and "脉搏" in page


def test_the_migration_takes_away_what_was_kept_of_those_who_never_agreed(
    sqlite_database: TestDatabase, clock: clocks.Hands
) -> None:
    domains.load()
    home = Home()
    wang = elder(home.town, "王桂芳", 502, "sms")
    watch, other = home.device("watch"), home.device("other", wang)
    agrees(wang)
    home.says("other", hr=70)
    Reading.create(
        device_id=watch.id, kind="data", at=clocks.now(), received_at=clocks.now(), values={}, body={"weight": 61}
    )  # fmt: skip
    Device.update(body={"weight": [61, 1]}).where(Device.id == watch.id).execute()
    migration = import_module("backend.migrations.0056_measured")
    migrator = SchemaMigrator.from_database(db.db.obj)
    migration.down(migrator, db.db.obj)
    migration.up(migrator, db.db.obj)
    assert set(kept(watch)[0]) == {None} and kept(watch)[1] is None
    assert kept(other)[0][-1] == {"heart_rate": 70.0}


def test_the_migration_takes_the_values_that_lay_open_beside_a_pulse(home: Home) -> None:
    home.says("strange", t=1)
    watch, plant = home.device("watch"), Device.get(Device.address == "plain:strange")
    for device, unread in ((watch, {"x1": 36.9}), (plant, {"soil": 17.5})):
        Device.update(unread=unread).where(Device.id == device.id).execute()
    Device.update(status="retired", unread={"脉搏": 80, "x": "1"}).where(Device.id == plant.id).execute()
    migration = import_module("backend.migrations.0063_clocks")
    migrator = SchemaMigrator.from_database(db.db.obj)
    migration.down(migrator, db.db.obj)
    migration.up(migrator, db.db.obj)
    assert Device.get_by_id(watch.id).unread == {"x1": None}
    assert Device.get_by_id(plant.id).unread == {"脉搏": None, "x": None}
