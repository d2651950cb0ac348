"""What a device says becomes what it means, or is told to mean nothing."""

from __future__ import annotations

from typing import Any

import pytest

from backend.core.errors import Invalid
from iot.mapping import Rule, as_written, read, written
from iot.points import POINTS, SAFETY


@pytest.mark.parametrize(
    ("rule", "said", "meant"),
    [
        ("door_open=DOOR_OPEN_STATUS==1", {"DOOR_OPEN_STATUS": 1}, {"door_open": True}),
        ("door_open=contact==false", {"contact": True}, {"door_open": False}),
        ("smoke=alarm!=0|normal", {"alarm": "Normal"}, {"smoke": False}),
        ("smoke=alarm!=0|normal", {"alarm": "test"}, {"smoke": True}),
        ("temperature=temp*0.1", {"temp": 272}, {"temperature": 27.2}),
        ("temperature=soil.temp", {"soil.temp": "13.25"}, {"temperature": 13.25}),
        ("battery=battery", {"battery": "100.00"}, {"battery": 100.0}),
        ("motion=count>=1", {"count": 3}, {"motion": True}),
        ("water_leak=leak", {"leak": "N"}, {"water_leak": False}),
        ("switch=POWER", {"POWER": "ON"}, {"switch": True}),
        ("smoke=smoke==ON", {"smoke": True}, {"smoke": True}),
        ("smoke=smoke!=OFF", {"smoke": False}, {"smoke": False}),
    ],
)
def test_a_name_of_the_maker_means_a_point(rule: str, said: dict[str, Any], meant: dict[str, Any]) -> None:
    found = written(rule)
    assert read([found], said).values == meant
    assert Rule.from_json(found.to_json()) == found
    assert written(as_written(found)) == found


def test_a_value_that_nobody_can_read_is_told_and_means_nothing() -> None:
    found = read([written("smoke=alarm")], {"alarm": "purple", "x": 1})
    assert (found.values, found.wrong, found.left) == ({}, {"alarm": "purple"}, ("x",))


def test_smoke_in_one_of_two_chambers_is_smoke() -> None:
    rules = [written("smoke=chamber_1"), written("smoke=chamber_2")]
    assert read(rules, {"chamber_1": 0, "chamber_2": 1}).values == {"smoke": True}


@pytest.mark.parametrize("text", ["", "smoke", "ghost=x", "temperature=t==1", "motion=n>=many"])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        written(text)


def test_safety_points_are_states_or_events() -> None:
    assert {POINTS[name].kind for name in SAFETY} == {"yes_no", "event"}
