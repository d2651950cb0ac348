"""A device that falls silent is told of once, by day, and many at once are one alarm."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend import domains
from backend.alarms.models import Alarm
from backend.core import clock as clocks
from backend.core import health
from iot import storing
from iot.maintenance import windows as maintenance
from iot.models import Device, DeviceProfile
from iot.registry import devices, habits, online
from iot.registry.devices import LISTENING
from iot.registry.habits import Habit
from iot.uplink import Arrived
from tests.care.town import found
from tests.databases import TestDatabase
from tests.iot.test_storing import House, alarms_open

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)


class Watched:
    """A house whose devices are looked after by the clock."""

    def __init__(self, clock: clocks.Hands) -> None:
        self.house, self.clock, self.seen = House(found()), clock, online.Seen()

    def detector(self, name: str, period_s: int | None = 3600) -> Device:
        device = self.house.bound(name, "smoke=smoke")
        DeviceProfile.update(period_s=period_s).where(DeviceProfile.id == device.profile_id).execute()
        return device

    def later(self, **by: Any) -> int:
        self.clock.forward(**by)
        return self.look()

    def look(self) -> int:
        health.beat("ingest", LISTENING)
        return online.look(self.seen)


@pytest.fixture
def watched(sqlite_database: TestDatabase, clock: clocks.Hands) -> Watched:
    domains.load()
    clock.forward(seconds=(NOON - clocks.now()).total_seconds() % 86_400)
    return Watched(clock)


def test_a_silent_detector_is_told_of_once_and_cleared_when_it_reports_again(watched: Watched) -> None:
    watched.detector("kitchen")
    assert watched.later(minutes=119) == 0
    assert watched.later(minutes=2) == 0  # it may be one of many
    assert watched.later(minutes=11) == 1 and alarms_open() == ["device_silent"]
    assert watched.later(minutes=11) == 0
    watched.house.arrives("kitchen", smoke=False)
    watched.look()
    assert alarms_open() == []
    assert watched.later(minutes=1) == 0


def test_that_ingest_was_started_anew_brings_no_silent_device_back(watched: Watched) -> None:
    watched.detector("kitchen")
    watched.later(minutes=121)
    assert watched.later(minutes=11) == 1
    health.beat("ingest", "connecting")
    online.look(watched.seen)
    assert watched.later(seconds=20) == 0 and alarms_open() == ["device_silent"], (
        "listened to again, not heard"
    )
    assert watched.later(hours=3) == 0
    watched.house.arrives("kitchen", smoke=False)
    watched.look()
    assert alarms_open() == []


def test_nobody_is_woken_at_night_because_of_one_device(watched: Watched) -> None:
    watched.later(hours=10)
    watched.detector("kitchen")
    watched.look()
    watched.later(hours=3)
    assert watched.later(minutes=11) == 0
    for _hour in range(8):
        watched.later(hours=1)
    assert alarms_open() == ["device_silent"]


def test_a_last_will_is_told_as_offline_unless_the_connection_comes_back_at_once(watched: Watched) -> None:
    watched.detector("kitchen")
    will = Arrived("linli/kitchen/state", b"offline", clocks.now())
    storing.store([will])
    assert watched.later(minutes=1) == 0
    watched.later(minutes=2)
    assert watched.later(minutes=11) == 1 and alarms_open() == ["device_offline"]


def test_many_at_once_are_one_alarm_and_it_ends_when_most_are_back(watched: Watched) -> None:
    names = [f"d{n}" for n in range(6)]
    for name in names:
        watched.detector(name)
    watched.look()
    assert watched.later(minutes=121) == 1 and alarms_open() == ["devices_silent"]
    assert watched.later(minutes=20) == 0
    for name in names[:5]:
        watched.house.arrives(name, smoke=False)
    watched.look()
    assert alarms_open() == ["device_silent"]


def test_many_behind_one_gateway_are_told_as_that_gateways_and_the_others_by_themselves(
    watched: Watched,
) -> None:
    for name in ("g1", "g2", "g3", "g4", "w1", "w2"):
        watched.detector(name)
    behind = Device.address.in_([f"plain:g{n}" for n in range(1, 5)])
    Device.update(gateway="hall:1").where(behind).execute()
    watched.look()
    assert watched.later(minutes=121) == 1
    alarm = Alarm.get()
    assert "hall:1" in alarm.words and "4" in alarm.words and "w1" not in alarm.words
    assert watched.later(minutes=11) == 2
    assert alarms_open() == ["devices_silent", "device_silent", "device_silent"]
    for name in ("g1", "g2"):
        watched.house.arrives(name, smoke=False)
    watched.look()
    assert Alarm.get_by_id(alarm.id).status == "cleared"
    watched.later(minutes=11)
    assert alarms_open() == ["device_silent"] * 4


def test_while_nobody_listens_that_is_told_and_no_device_is_called_silent(watched: Watched) -> None:
    watched.detector("kitchen")
    watched.look()
    watched.clock.forward(hours=3)
    online.look(watched.seen)
    watched.clock.forward(minutes=4)
    assert online.look(watched.seen) == 1 and alarms_open() == ["devices_silent"]
    watched.look()
    assert alarms_open() == []
    assert watched.later(minutes=30) == 0


def test_in_a_simulated_day_a_process_that_begins_anew_is_not_taken_for_nobody_listening(
    watched: Watched, configure: Callable[..., None]
) -> None:
    watched.detector("kitchen")
    watched.look()
    configure(SIMULATED_CLOCK="1795293000 2026-11-18T12:00:00+08:00 60")
    health.beat("ingest", "connecting")
    online.look(watched.seen)
    watched.clock.forward(minutes=170)  # of which the processes have had three minutes less ten seconds
    health.beat("ingest", "connecting")
    assert online.look(watched.seen) == 0
    watched.clock.forward(minutes=11)
    assert online.look(watched.seen) == 1 and alarms_open() == ["devices_silent"]


def test_a_device_that_is_worked_on_may_be_silent(watched: Watched) -> None:
    device = watched.detector("kitchen", 600)
    watched.look()
    now = clocks.now()
    window = maintenance.begin(
        watched.house.admin, org_id=watched.house.town.happy.id, why="换", starts_at=now, ends_at=now + timedelta(hours=4),
        device_id=device.id,
    )  # fmt: skip
    watched.later(hours=1)
    watched.later(minutes=11)
    assert alarms_open() == [] and [held.kind for held in maintenance.active(window)] == ["device_silent"]
    watched.house.arrives("kitchen", smoke=False)
    watched.look()
    assert maintenance.active(window) == [] and not Alarm.select().exists()


def test_a_gateway_that_is_worked_on_is_no_alarm_of_many(watched: Watched) -> None:
    for n in range(6):
        watched.detector(f"d{n}")
    watched.look()
    watched.later(hours=1)
    now = clocks.now()
    maintenance.begin(
        watched.house.admin,
        org_id=watched.house.town.happy.id,
        why="换网关",
        starts_at=now,
        ends_at=now + timedelta(hours=4),
    )
    watched.later(hours=2)
    watched.later(minutes=11)
    assert alarms_open() == []


def test_nobody_waits_any_more_for_a_device_that_is_taken_out_of_use(watched: Watched) -> None:
    device = watched.detector("kitchen")
    watched.later(hours=3)
    assert watched.later(minutes=11) == 1
    devices.retire(watched.house.admin, device.id)
    assert alarms_open() == [] and watched.later(hours=3) == 0


def test_a_habit_is_the_longest_usual_pause_however_often_a_door_opens_in_between() -> None:
    habit, now = Habit(NOON), NOON
    rng = random.Random(3)
    for _day in range(4):
        for _opening in range(30):
            pause = timedelta(seconds=rng.uniform(5, 60))
            now += pause
            habit = habits.learnt(habit, pause, now)
        now += timedelta(hours=23)
        habit = habits.learnt(habit, timedelta(hours=23), now)
    known = habit.known(now)
    assert known is not None and 20 * 3600 < known <= 23 * 3600
    assert habits.patience(known, safety=True) > timedelta(hours=40)
    assert Habit(NOON, 10.0, 50).known(NOON + timedelta(hours=2)) is None
