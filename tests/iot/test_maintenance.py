"""While somebody works on devices, what they report is written down; what still holds at the end is raised; who calls for help is heard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.alarms.models import Alarm
from backend.core import clock as clocks
from backend.core.errors import Forbidden, Invalid
from backend.fields.address import Home
from iot.maintenance import windows as maintenance
from iot.maintenance.windows import HeldAlarm, MaintenanceWindow
from iot.registry import devices
from tests.databases import TestDatabase
from tests.iot.test_storing import House, alarms_open


@pytest.fixture
def house(sqlite_database: TestDatabase) -> House:
    from backend import domains
    from tests.care.town import found

    domains.load()
    return House(found())


def work(house: House, hours: int = 2, **scope: Any) -> MaintenanceWindow:
    now = clocks.now()
    return maintenance.begin(
        house.admin,
        org_id=house.town.happy.id,
        why="换电池",
        starts_at=now,
        ends_at=now + timedelta(hours=hours),
        **scope,
    )


def test_smoke_during_work_waits_and_is_raised_when_it_still_holds_at_the_end(
    house: House, clock: clocks.Hands
) -> None:
    house.bound("kitchen", "smoke=smoke")
    window = work(house)
    house.arrives("kitchen", smoke=True)
    assert alarms_open() == [] and [held.kind for held in maintenance.active(window)] == ["smoke"]
    clock.forward(hours=1)
    assert maintenance.close_due() == 0
    clock.forward(hours=1)
    assert maintenance.close_due() == 1
    assert alarms_open() == ["smoke"] and HeldAlarm.get().alarm_id == Alarm.get().id


def test_what_was_over_before_the_work_was_done_wakes_nobody(house: House) -> None:
    house.bound("kitchen", "smoke=smoke")
    window = work(house)
    house.arrives("kitchen", smoke=True)
    house.arrives("kitchen", smoke=False)
    assert maintenance.end(house.admin, window.id) == 0 and alarms_open() == []
    house.arrives("kitchen", smoke=True)
    assert alarms_open() == ["smoke"]


def test_a_help_button_and_a_fall_are_never_muted(house: House) -> None:
    house.bound("bed", "sos=pressed", "fall=fell")
    work(house)
    house.arrives("bed", pressed=True)
    house.arrives("bed", fell=True)
    assert alarms_open() == ["sos", "fall"]


@pytest.mark.parametrize(
    ("scope", "muted"),
    [
        ("device", True),
        ("other device", False),
        ("model", True),
        ("building", True),
        ("other building", False),
    ],
)
def test_work_mutes_what_it_is_done_on_and_nothing_else(house: House, scope: str, muted: bool) -> None:
    device = house.bound("kitchen", "smoke=smoke")
    other = house.bound("hall", "smoke=smoke")
    given: dict[str, Any] = {
        "device": {"device_id": device.id},
        "other device": {"device_id": other.id},
        "model": {"profile_id": device.profile_id},
        "building": {"building": "3"},
        "other building": {"building": "4"},
    }[scope]
    work(house, **given)
    assert maintenance.muted(device, "smoke", clocks.now()) is muted
    assert not maintenance.muted(device, "smoke", clocks.now() + timedelta(hours=2))


def test_work_is_short_and_somebody_says_what_it_is(house: House) -> None:
    with pytest.raises(Invalid):
        work(house, hours=13)
    now = clocks.now()
    with pytest.raises(Invalid):
        maintenance.begin(
            house.admin, org_id=house.town.happy.id, why=" ", starts_at=now, ends_at=now + timedelta(hours=1)
        )
    with pytest.raises(Forbidden):
        maintenance.begin(
            house.town.actor(house.town.grid_worker), org_id=house.town.happy.id, why="x", starts_at=now,
            ends_at=now + timedelta(hours=1),
        )  # fmt: skip


def test_gas_that_goes_on_is_not_over_because_carbon_monoxide_is(house: House) -> None:
    house.bound("kitchen", "gas=gas", "carbon_monoxide=co")
    window = work(house)
    house.arrives("kitchen", gas=True, co=True)
    house.arrives("kitchen", co=False)
    assert maintenance.end(house.admin, window.id) == 1 and "一氧化碳" not in Alarm.get().words


def test_smoke_that_came_back_within_the_minute_is_raised_at_the_end_of_work(
    house: House, clock: clocks.Hands
) -> None:
    house.bound("kitchen", "smoke=smoke")
    window = work(house)
    for smoke in (True, False, True):
        clock.forward(seconds=1)
        house.said("kitchen", {"smoke": smoke})
    assert maintenance.end(house.admin, window.id) == 1


@pytest.mark.parametrize(("building", "muted"), [("3", False), ("二期3号楼", True), ("一期3号楼", False)])
def test_work_in_a_building_mutes_none_of_the_same_number_in_another_phase(
    house: House, building: str, muted: bool
) -> None:
    device = house.bound("kitchen", "smoke=smoke")
    devices.bind(
        house.admin, device.id, name="烟感", org_id=house.town.grid.id, profile_id=device.profile_id,
        resident_id=house.chen, place=Home(phase="2", building="3", unit="2", room="501"),
    )  # fmt: skip
    work(house, building=building)
    house.arrives("kitchen", smoke=True)
    assert alarms_open() == ([] if muted else ["smoke"])
