"""Rules at work: from a message, or from a silence, to the family's phone and back to quiet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from backend import domains
from backend.alarms import actions as alarm_actions
from backend.alarms.models import Alarm, AlarmNote
from backend.care import absences
from backend.core import clock as clocks
from backend.core import health
from backend.core.db import execute
from backend.messaging.models import Message
from iot.hooks import addresses as hooks
from iot.ingest.models import BrokerSession
from iot.maintenance import windows as maintenance
from iot.models import Device
from iot.registry import devices
from iot.rules import actions, built_in, loading, waking
from iot.rules.models import DeviceRule, DeviceRuleMemory
from tests.care.town import elder
from tests.databases import TestDatabase
from tests.iot.rules.home import Home, alarms, later


@pytest.fixture
def home(sqlite_database: TestDatabase, clock: clocks.Hands) -> Home:
    domains.load()
    return Home()


@pytest.fixture
def anywhere(database: TestDatabase, clock: clocks.Hands) -> Home:
    domains.load()
    return Home()


def test_a_door_left_open_calls_the_family_after_ten_minutes_and_ends_when_it_is_shut(
    anywhere: Home, clock: clocks.Hands
) -> None:
    anywhere.device()
    anywhere.rule("door_open", lasts=600)
    anywhere.says(door=True)
    assert later(clock, minutes=9) == 0 and alarms() == []
    loading._kept = None  # another process comes up
    anywhere.says(bat=80)
    assert later(clock, minutes=2) == 1 and alarms() == ["door_left_open"]
    assert Message.select().where(Message.purpose == "alarm").count() >= 1
    assert later(clock, minutes=30) == 0
    anywhere.says(door=True)
    assert Alarm.select().count() == 1
    anywhere.says(door=False)
    assert alarms() == [] and alarms("cleared") == ["door_left_open"]
    anywhere.says(door=True)
    later(clock, minutes=11)
    assert alarms() == ["door_left_open"]


def test_devices_that_give_no_reason_leave_nothing_to_remember(home: Home) -> None:
    home.device()
    home.rule("temperature > 60 or battery < 10", clear="temperature < 50")
    home.all_say([("door", {"t": 20 + n, "bat": 90}, None) for n in range(20)])
    assert DeviceRuleMemory.select().count() == 0
    home.says(t=61)
    assert alarms() == ["door_left_open"] and DeviceRuleMemory.select().count() == 1


def test_what_began_and_ended_before_anybody_heard_of_it_wakes_nobody(home: Home) -> None:
    home.device()
    home.rule("door_open", lasts=600)
    now = clocks.now()
    home.all_say(
        [
            ("door", {"door": True}, now - timedelta(hours=2)),
            ("door", {"door": False}, now - timedelta(hours=1)),
        ]
    )
    assert Alarm.select().count() == 0
    # Told late, and out of order: it is shut already.
    home.says(door=True, at=now - timedelta(minutes=90))
    assert Alarm.select().count() == 0 and waking.wake() == 0


def test_where_a_person_has_to_look_the_alarm_outlasts_its_reason(home: Home) -> None:
    home.device()
    home.rule("moved", kind="manhole", severity="critical", ends=False)
    home.says(moved=True)
    home.says(moved=False)
    assert alarms() == ["manhole"]
    home.says(moved=True)
    assert alarms() == ["manhole"] and AlarmNote.select().where(AlarmNote.act == "again").count() == 1
    alarm_actions.clear(home.admin, Alarm.get().id, "盖好了")
    home.says(moved=False)
    home.says(moved=True)
    assert alarms() == ["manhole"]


def test_two_rules_of_one_kind_are_one_alarm_until_both_are_over(home: Home) -> None:
    home.device()
    home.rule("door_open")
    home.rule("tamper")
    home.says(door=True, tamper=True)
    assert alarms() == ["door_left_open"]
    home.says(door=False)
    assert alarms() == ["door_left_open"]
    home.says(tamper=False)
    assert alarms() == []


def test_nobody_moves_in_the_home_of_somebody_who_lives_alone(anywhere: Home, clock: clocks.Hands) -> None:
    built_in.ensure()
    for name in ("bath", "kitchen"):
        anywhere.device(name)
    anywhere.says("bath", move=True)
    assert later(clock, hours=11) >= 0 and alarms() == []
    anywhere.says("kitchen", move=False)
    anywhere.says("bath", move=True)
    later(clock, hours=11, minutes=55)
    assert alarms() == []
    later(clock, minutes=10)
    assert alarms() == ["no_movement"]
    assert Alarm.get().resident_id == anywhere.chen
    anywhere.says("kitchen", move=True)
    assert alarms() == []


def test_who_is_away_or_not_alone_is_not_missed(home: Home, clock: clocks.Hands) -> None:
    built_in.ensure()
    home.device("bath")
    wang = elder(home.town, "王秀英", 502, "sms")
    execute(
        "UPDATE resident SET household_id = (SELECT household_id FROM resident WHERE id = ?) WHERE id = ?",
        [home.chen, wang],
    )
    home.says("bath", move=True)
    later(clock, hours=13)
    assert alarms() == []
    execute("UPDATE resident SET household_id = NULL WHERE id = ?", [wang])
    today = clocks.local(clocks.now()).date()
    absences.tell("resident:1", home.chen, today, today + timedelta(days=1))
    later(clock, minutes=31)
    assert alarms() == []
    later(clock, days=3)
    assert alarms() == ["no_movement"]


def test_a_home_that_has_said_nothing_since_the_rule_began_is_watched_all_the_same(
    home: Home, clock: clocks.Hands
) -> None:
    home.device("bath")
    home.says("bath", move=True)
    built_in.ensure()
    assert DeviceRuleMemory.select().count() == 0
    assert waking.watch_homes() == 1 and waking.watch_homes() == 0
    later(clock, hours=12, minutes=1)
    assert alarms() == ["no_movement"]


def test_while_nobody_listens_to_the_devices_their_silence_says_nothing(
    home: Home, clock: clocks.Hands
) -> None:
    home.device()
    home.rule("ago.temperature > hours(1)")
    home.rule("door_open", lasts=600, kind="device_notice")
    home.says(t=20, door=True)
    execute("DELETE FROM heartbeat")
    clock.forward(hours=2)
    waking.wake()
    assert alarms() == ["device_notice"]
    health.beat("ingest", devices.LISTENING)
    waking.wake()
    assert alarms() == ["device_notice", "door_left_open"]


def test_where_devices_are_heard_by_webhook_alone_the_rules_that_count_time_are_raised(
    home: Home, clock: clocks.Hands, app: Flask
) -> None:
    home.device()
    home.rule("ago.temperature > hours(1)")
    home.says(t=20)
    execute("DELETE FROM heartbeat")
    assert not devices.heard()[0]
    hook, token = hooks.create(home.admin, home.town.happy.id, "机房", "plain")
    hooks.opened("plain", token)
    clock.forward(hours=2)
    health.beat("web")
    assert devices.heard()[0]
    waking.wake()
    assert alarms() == ["door_left_open"]
    # A broker that was listened to once is missed.
    BrokerSession.create(name="all", filters=[], changed_at=clocks.now())
    assert not devices.hearing() and not devices.heard()[0]
    assert app.test_cli_runner().invoke(args=["devices", "no-broker"]).exit_code == 0
    assert devices.hearing()
    hooks.revoke(home.admin, hook.id)
    assert not devices.hearing()


def test_no_water_for_a_day_is_told_while_the_meter_still_reports(home: Home, clock: clocks.Hands) -> None:
    built_in.ensure()
    home.device("meter")
    for _hour in range(26):
        home.says("meter", water=12.3)
        later(clock, hours=1)
    assert alarms() == ["water_use"]
    home.says("meter", water=12.31)
    assert alarms() == []


def test_the_copy_of_an_org_takes_the_place_of_what_is_shipped_there_alone(home: Home) -> None:
    built_in.ensure()
    shipped = DeviceRule.get(DeviceRule.built_in == "manhole")
    here = home.device("here")
    other = elder(home.town, "王秀英", 502)
    there = home.device("there", other, home.town.happy)
    actions.turn_off(home.admin, shipped.id, home.town.grid.id)
    loaded = loading.live()
    keys = [{live.key for live in loaded.of(device)} for device in (here, there)]
    assert "manhole" not in keys[0] and "manhole" in keys[1]
    home.all_say([("here", {"moved": True}, None), ("there", {"moved": True}, None)])
    assert [a.device_id for a in Alarm.select()] == [there.id]


def test_a_paused_rule_and_a_device_out_of_use_are_quiet(home: Home, clock: clocks.Hands) -> None:
    device = home.device()
    made = home.rule("door_open", lasts=600)
    home.says(door=True)
    actions.pause(home.admin, made.id)
    later(clock, minutes=11)
    home.says(door=True)
    assert alarms() == []
    actions.make_live(home.admin, made.id)
    home.says(door=True)
    devices.retire(home.admin, device.id)
    later(clock, minutes=11)
    assert alarms() == []


def test_another_version_begins_anew_and_may_end_what_the_one_before_raised(
    home: Home, clock: clocks.Hands
) -> None:
    home.device()
    made = home.rule("door_open")
    home.says(door=True)
    assert alarms() == ["door_left_open"]
    actions.write(
        home.admin,
        replace(actions.says(made), lasts=60),
        rule_id=made.id,
    )
    home.says(door=True)
    assert DeviceRule.get_by_id(made.id).live_version == 1
    actions.make_live(home.admin, made.id)
    home.says(door=False)
    assert alarms() == []
    home.says(door=True)
    assert alarms() == []
    later(clock, minutes=2)
    assert alarms() == ["door_left_open"]


def test_what_a_new_version_is_not_for_waits_for_nothing(home: Home, clock: clocks.Hands) -> None:
    home.device()
    made = home.rule("door_open", lasts=600)
    home.says(door=True)
    elsewhere = replace(actions.says(made), where="building", which=("9",))
    narrower = replace(actions.says(made), where="devices", which=("999",))
    for said in (elsewhere, narrower):
        actions.write(home.admin, said, rule_id=made.id)
        actions.make_live(home.admin, made.id)
        later(clock, minutes=11)
        assert alarms() == []


def test_while_somebody_works_on_a_device_its_rules_raise_nothing(home: Home, clock: clocks.Hands) -> None:
    device = home.device()
    home.rule("door_open")
    now = clocks.now()
    maintenance.begin(
        home.admin,
        org_id=home.town.grid.id,
        why="换电池",
        starts_at=now,
        ends_at=now + timedelta(hours=1),
        device_id=device.id,
    )
    home.says(door=True)
    assert alarms() == []
    home.says(door=False)
    clock.forward(hours=2)
    maintenance.close_due()
    assert alarms() == []


def test_only_the_devices_that_a_rule_is_for(home: Home) -> None:
    one, other = home.device("one"), home.device("other")
    home.rule("door_open", where="devices", which=(str(other.id),), kind="tilt")
    home.rule("door_open", where="building", which=("4",), kind="manhole")
    home.rule("door_open and device.room == '501'", where="building", which=("3",), kind="too_hot")
    home.all_say([("one", {"door": True}, None), ("other", {"door": True}, None)])
    assert [(a.kind, a.device_id) for a in Alarm.select().order_by(Alarm.kind, Alarm.device_id)] == [
        ("tilt", other.id), ("too_hot", one.id), ("too_hot", other.id),
    ]  # fmt: skip


def test_a_device_that_is_gone_is_forgotten(home: Home, clock: clocks.Hands) -> None:
    device = home.device()
    home.rule("door_open", lasts=600)
    home.says(door=True)
    Device.delete().where(Device.id == device.id).execute()
    later(clock, minutes=11)
    assert DeviceRuleMemory.select().count() == 0


@pytest.mark.parametrize("wrong", [timedelta(minutes=4), -timedelta(days=60)])
def test_a_clock_that_was_ahead_once_or_fell_back_by_months_makes_no_rule_deaf(
    home: Home, clock: clocks.Hands, wrong: timedelta
) -> None:
    home.device()
    home.rule("temperature > 60")
    ahead = wrong > timedelta()
    home.says(t=20, at=clocks.now() + (wrong if ahead else timedelta()))
    clock.forward(minutes=1)
    home.says(t=90, at=clocks.now() + (timedelta() if ahead else wrong))
    assert alarms() != []
