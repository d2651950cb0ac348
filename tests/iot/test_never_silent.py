"""Smoke and a help button reach somebody whatever is wrong around them: the device's clock, its counter, what staff wrote of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from backend.alarms import actions as alarms
from backend.alarms.models import Alarm, AlarmNote
from backend.core import clock as clocks
from backend.core import db, orgs
from backend.core.access import Actor, Post
from backend.core.errors import Forbidden
from backend.messaging.models import Message
from iot import storing
from iot.maintenance import windows as maintenance
from iot.mapping import written
from iot.models import Device, QuarantinedMessage, Reading
from iot.quarantine import replaying
from iot.registry import devices
from iot.uplink import Arrived
from tests.databases import TestDatabase
from tests.iot.test_maintenance import work
from tests.iot.test_storing import House, alarms_open


@pytest.fixture
def house(sqlite_database: TestDatabase) -> House:
    from backend import domains
    from tests.care.town import found

    domains.load()
    return House(found())


def test_a_detector_whose_clock_lost_its_battery_is_heard_by_ours(house: House) -> None:
    house.bound("kitchen", "smoke=smoke")
    house.arrives("kitchen", smoke=False)
    house.arrives("kitchen", smoke=True, at=datetime(1970, 1, 1, tzinfo=UTC))
    assert alarms_open() == ["smoke"]
    last = Reading.select().order_by(Reading.id.desc()).first()
    assert clocks.now() - last.at < timedelta(minutes=1)
    assert Device.get(Device.address == "plain:kitchen").points["smoke"][0] is True


@pytest.mark.parametrize("days", [45, 3_000, -3, -5_000])
def test_a_clock_that_is_wrong_by_months_or_ahead_silences_no_help_button(house: House, days: int) -> None:
    house.bound("hall", "sos=sos")
    house.arrives("hall", sos=True, at=clocks.now() - timedelta(days=days))
    assert alarms_open() == ["sos"]


def test_what_the_broker_kept_since_1970_or_for_two_days_wakes_nobody(house: House) -> None:
    house.bound("kitchen", "smoke=smoke", "water_leak=leak")
    house.arrives("kitchen", smoke=True, at=datetime(1970, 1, 1, tzinfo=UTC), retained=True)
    house.arrives("kitchen", leak=True, at=clocks.now() - timedelta(days=2), retained=True)
    assert alarms_open() == []


@pytest.mark.parametrize("days", [2, 29])
@pytest.mark.parametrize(
    ("point", "kind"), [("smoke", "smoke"), ("water_leak", "water_leak"), ("fall", "fall")]
)
def test_a_clock_that_runs_days_behind_keeps_no_smoke_and_no_leak_silent_and_the_family_is_told_of_it(
    house: House, days: int, point: str, kind: str
) -> None:
    house.bound("kitchen", f"{point}={point}")
    at = clocks.now() - timedelta(days=days)
    house.arrives("kitchen", **{point: False}, at=at)
    house.arrives("kitchen", **{point: True}, at=at)
    house.arrives("kitchen", **{point: True}, at=at)
    assert alarms_open() == [kind]
    here = clocks.local(at)
    assert f"{here:%H:%M}" in Alarm.get().words and f"{here.month}月{here.day}日" in Alarm.get().words


def test_a_device_that_counts_from_one_again_is_no_repeat_of_itself(
    house: House, clock: clocks.Hands
) -> None:
    house.bound("kitchen", "smoke=smoke")
    assert house.said("kitchen", {"id": 7, "smoke": False}).readings == 1
    assert house.said("kitchen", {"id": 7, "smoke": False}).repeats == 1
    assert house.said("kitchen", {"id": 7, "smoke": True}).readings == 1
    assert alarms_open() == ["smoke"]
    clock.forward(days=1)
    assert house.said("kitchen", {"id": 7, "smoke": False}).readings == 1


@pytest.mark.parametrize("place", ["no JSON", "[3]", "null", json.dumps({"building": ["3"]})])
def test_a_place_that_cannot_be_read_keeps_no_smoke_silent(house: House, place: str) -> None:
    device = house.bound("kitchen", "smoke=smoke")
    Device.update(place=place, resident_id=None).where(Device.id == device.id).execute()
    work(house, building="9")
    house.arrives("kitchen", smoke=True)
    assert alarms_open() == ["smoke"]


def test_a_resident_who_is_not_there_any_more_keeps_no_smoke_silent(house: House) -> None:
    device = house.bound("kitchen", "smoke=smoke")
    Device.update(resident_id=987_654).where(Device.id == device.id).execute()
    house.arrives("kitchen", smoke=True)
    assert alarms_open() == ["smoke"]


def test_an_earlier_all_clear_that_comes_late_does_not_end_what_work_holds_back(house: House) -> None:
    house.bound("kitchen", "smoke=smoke")
    window = work(house)
    house.arrives("kitchen", smoke=True)
    house.arrives("kitchen", smoke=False, at=clocks.now() - timedelta(minutes=5))
    assert maintenance.end(house.admin, window.id) == 1 and alarms_open() == ["smoke"]


def test_what_cannot_be_raised_at_the_end_of_work_keeps_nothing_else_silent(house: House) -> None:
    for name in ("kitchen", "cellar"):
        house.bound(name, "smoke=smoke")
    window = work(house)
    for name in ("kitchen", "cellar"):
        house.arrives(name, smoke=True)
    first = maintenance.active(window)[0]
    maintenance.HeldAlarm.update(words="{").where(maintenance.HeldAlarm.id == first.id).execute()
    assert maintenance.end(house.admin, window.id) == 1
    assert alarms_open() == ["smoke"]


def test_a_device_that_moved_is_heard_where_it_is_now_though_its_old_alarm_is_open(house: House) -> None:
    device = house.bound("kitchen", "smoke=smoke")
    house.arrives("kitchen", smoke=True)
    devices.bind(
        house.admin, device.id, name="烟感", org_id=house.town.happy.id, profile_id=device.profile_id
    )
    house.arrives("kitchen", smoke=True)
    assert alarms_open() == ["smoke", "smoke"]
    assert Alarm.select().order_by(Alarm.id.desc()).first().org_id == house.town.happy.id


def test_a_device_in_use_is_not_taken_out_of_it_by_being_described_again(house: House) -> None:
    device = house.bound("kitchen", "smoke=smoke")
    devices.bind(
        house.admin,
        device.id,
        name="烟感",
        org_id=house.town.grid.id,
        profile_id=device.profile_id,
        in_use=False,
    )
    house.arrives("kitchen", smoke=True)
    assert alarms_open() == ["smoke"]


def test_who_may_only_look_at_a_device_cannot_take_it_into_a_community_of_hers(house: House) -> None:
    device = house.bound("kitchen", "smoke=smoke")
    sunny = orgs.add("阳光社区", "community", orgs.Org.get(orgs.Org.level == "street"))
    both = Actor(
        "staff", 987, "两边", (Post("auditor", house.town.happy.path), Post("community_admin", sunny.path))
    )
    assert devices.seen(both, device.id).id == device.id
    with pytest.raises(Forbidden):
        devices.bind(both, device.id, name="x", org_id=sunny.id, profile_id=None)


def test_work_in_one_community_mutes_no_device_of_another(house: House) -> None:
    device = house.bound("kitchen", "smoke=smoke")
    sunny = orgs.add("阳光社区", "community", orgs.Org.get(orgs.Org.level == "street"))
    theirs = Actor("staff", 987, "别处", (Post("community_admin", sunny.path),))
    now = clocks.now()
    maintenance.begin(
        theirs, org_id=sunny.id, why="x", starts_at=now, ends_at=now + timedelta(hours=1), device_id=device.id
    )
    house.arrives("kitchen", smoke=True)
    assert alarms_open() == ["smoke"]


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+08:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-08:00"]
)
def test_a_time_that_nobody_can_reckon_with_silences_nothing(house: House, at: str) -> None:
    house.bound("kitchen", "smoke=smoke")
    assert house.said("kitchen", {"id": "x", "smoke": True, "at": at}).quarantined == 0
    assert alarms_open() == ["smoke"]


@pytest.mark.parametrize("named", [{}, {"id": 1}])
def test_a_clock_that_stands_still_makes_no_repeat_of_what_is_said_days_later(
    house: House, clock: clocks.Hands, named: dict[str, int]
) -> None:
    house.bound("kitchen", "smoke=smoke")
    said = {**named, "at": "1970-01-01T00:00:00Z"}
    for _day in range(2):
        assert house.said("kitchen", {**said, "smoke": True}).readings == 1
        assert house.said("kitchen", {**said, "smoke": False}).readings == 1
        clock.forward(days=1)


def test_a_press_that_the_broker_kept_calls_once_however_often_it_is_told_of_again(
    house: House, clock: clocks.Hands
) -> None:
    house.bound("hall", "sos=sos")

    def kept() -> None:
        house.said("hall", {"event": True, "sos": True}, retained=True)

    kept()
    assert alarms_open() == ["sos"]
    alarms.clear(house.admin, Alarm.get().id, "没事")
    for _restart in range(2):
        clock.forward(hours=1)
        kept()
    assert alarms_open() == []
    house.said("hall", {"event": True, "sos": True})
    assert alarms_open() == ["sos"]


def test_two_names_that_are_alike_for_a_hundred_and_twenty_characters_are_not_taken_for_one(
    house: House,
) -> None:
    long = "a" * 118
    assert house.arrives(long + "b", t=1).quarantined == house.arrives(long + "c", t=1).quarantined == 1
    assert not Device.select().exists()
    first, second = QuarantinedMessage.select().order_by(QuarantinedMessage.id)
    assert "120" in first.why and first.topic.endswith("b/up") and second.topic.endswith("c/up")
    whole = "k" * 80
    assert [
        house.said("x", {"id": 1, "at": "2026-11-22T03:00:00Z", "n": whole + end}).readings for end in "ab"
    ] == [1, 1]


def refuse(kind: str) -> None:
    """What the database does not take: an alarm of this kind."""
    db.db.execute_sql(
        f"CREATE TRIGGER refuse BEFORE INSERT ON alarm WHEN NEW.kind = '{kind}' BEGIN SELECT RAISE(ABORT, 'no'); END"
    )


def test_smoke_that_cannot_be_told_of_as_usual_is_cried_out_to_staff_and_tried_again_once(
    house: House,
) -> None:
    house.bound("kitchen", "smoke=smoke")
    refuse("smoke")
    done = house.arrives("kitchen", smoke=True)
    assert (done.readings, done.quarantined) == (1, 1)
    alarm = Alarm.get()
    assert (alarm.kind, alarm.severity) == ("unheard", "critical") and "厨房烟感" in alarm.words
    aside = QuarantinedMessage.get()
    assert "understood, but alarming could not act on it: IntegrityError" in aside.why
    assert not replaying.again(house.admin, aside.id) and QuarantinedMessage.select().count() == 1
    db.db.execute_sql("DROP TRIGGER refuse")
    readings = Reading.select().count()
    assert replaying.again(house.admin, QuarantinedMessage.get().id)
    assert alarms_open() == ["unheard", "smoke"]
    assert not QuarantinedMessage.select().exists() and Reading.select().count() == readings


def test_carbon_monoxide_is_told_of_while_gas_is(house: House) -> None:
    house.bound("kitchen", "gas=gas", "carbon_monoxide=co")
    house.arrives("kitchen", gas=True)
    told = Message.select().count()
    house.arrives("kitchen", gas=True, co=True)
    assert alarms_open() == ["gas", "gas"] and Message.select().count() > told


def test_a_button_pressed_again_after_somebody_ended_its_alarm_by_mistake_calls_again(
    house: House, clock: clocks.Hands
) -> None:
    house.bound("hall", "sos=sos")
    house.said("hall", {"sos": True})
    clock.forward(seconds=1)
    alarms.clear(house.admin, Alarm.get().id, "按错了")
    house.said("hall", {"sos": True})
    assert alarms_open() == ["sos"]


@pytest.mark.parametrize("days", [40, 200])
@pytest.mark.parametrize("point", ["sos", "smoke"])
def test_a_clock_that_begins_at_the_same_moment_at_each_start_makes_no_repeat_of_what_comes_a_day_later(
    house: House, clock: clocks.Hands, days: int, point: str
) -> None:
    house.bound("hall", f"{point}={point}")
    built = (clocks.now() - timedelta(days=days)).isoformat()
    house.said("hall", {point: True, "at": built})
    alarms.clear(house.admin, Alarm.get().id, "好了")
    clock.forward(days=1)
    house.said("hall", {point: True, "at": built})
    assert alarms_open() == [point]


@pytest.mark.parametrize("named", [{}, {"id": 1}])
@pytest.mark.parametrize("point", ["smoke", "sos"])
def test_a_device_that_says_the_same_time_for_ever_calls_again_after_its_alarm_was_over(
    house: House, clock: clocks.Hands, point: str, named: dict[str, int]
) -> None:
    house.bound("hall", f"{point}={point}")
    said = {**named, point: True, "at": clocks.now().isoformat()}
    assert house.said("hall", said).readings == 1
    alarms.clear(house.admin, Alarm.get().id, "好了")
    house.said("hall", said if named else {**said, "smoke": True})
    clock.forward(hours=1)
    assert house.said("hall", said).readings == 1
    assert alarms_open()[-1:] == [point]
    assert house.said("hall", said).repeats == (1 if named or point == "smoke" else 0)


def test_what_a_gateway_says_again_after_the_device_went_on_is_a_repeat(
    house: House, clock: clocks.Hands
) -> None:
    house.bound("hall", "smoke=smoke")
    said = {"smoke": True, "at": clocks.now().isoformat()}
    house.said("hall", said)
    alarms.clear(house.admin, Alarm.get().id, "好了")
    clock.forward(minutes=5)
    house.arrives("hall", smoke=True, at=clocks.now())
    clock.forward(hours=1)
    assert house.said("hall", said).repeats == 1 and alarms_open() == []


def test_an_open_door_that_a_gateway_tells_of_again_after_it_was_shut_is_a_repeat(
    house: House, clock: clocks.Hands
) -> None:
    house.bound("door", "door_open=door")
    opened = {"door": True, "at": clocks.now().isoformat()}
    house.said("door", opened)
    clock.forward(seconds=20)
    house.said("door", {"door": False, "at": clocks.now().isoformat()})
    clock.forward(seconds=20)
    assert house.said("door", opened).repeats == 1


@pytest.mark.parametrize("point", ["smoke", "water_leak", "sos"])
def test_a_call_that_the_broker_hands_over_twice_at_once_is_one(house: House, point: str) -> None:
    house.bound("hall", f"{point}={point}")
    one = Arrived("linli/hall/up", json.dumps({"id": 7, point: True}).encode(), clocks.now())
    done = storing.store([one, one])
    assert (done.readings, done.repeats) == (1, 1)
    assert [alarm.kind for alarm in Alarm.select()] == [point]
    assert not AlarmNote.select().where(AlarmNote.act == "again").exists()


@pytest.mark.parametrize("together", [True, False])
def test_a_door_that_is_shut_and_open_again_within_the_minute_is_open(house: House, together: bool) -> None:
    device = house.bound("door", "door_open=door")
    batch = [
        Arrived("linli/door/up", json.dumps({"door": door}).encode(), clocks.now())
        for door in (True, False, True, True)
    ]
    done = [storing.store(part) for part in ([batch] if together else [[one] for one in batch])]
    assert (sum(one.readings for one in done), sum(one.repeats for one in done)) == (3, 1)
    assert Device.get_by_id(device.id).points["door_open"][0] is True


def test_what_a_detector_behind_the_things_stack_says_cut_off_is_told_of_as_its_own(house: House) -> None:
    # Its topics name devices by other names than its messages.
    def said(payload: bytes, name: str = "kitchen-7") -> None:
        storing.store([Arrived(f"v3/linli@fleet/devices/{name}/up", payload, clocks.now())])

    whole = json.dumps(
        {
            "end_device_ids": {"device_id": "kitchen-7", "dev_eui": "70B3D57ED0000007"},
            "uplink_message": {"session_key_id": "a", "f_cnt": 1, "decoded_payload": {"smoke": False}},
        }
    ).encode()
    said(whole)
    model = devices.save_profile(house.admin, "ttn", "ttn", [written("smoke=smoke")])
    devices.approve(house.admin, model.id)
    detector = Device.get(Device.address == "eui:70b3d57ed0000007")
    devices.bind(
        house.admin,
        detector.id,
        name="厨房烟感",
        org_id=house.town.grid.id,
        profile_id=model.id,
        resident_id=house.chen,
    )
    said(whole[:-10], name="nobody-knows")
    assert alarms_open() == [] and QuarantinedMessage.get().device == ""
    said(whole[:-10])
    assert alarms_open() == ["unheard"] and Alarm.get().device_id == detector.id
    assert (
        QuarantinedMessage.select().order_by(QuarantinedMessage.id.desc()).first().device == detector.address
    )
