"""A rule from message to message: once per episode, whatever is repeated, late or out of order, and whoever restarts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from iot.rules.built_in import BUILT_IN
from iot.rules.definition import Definition
from iot.rules.running import Runner
from iot.rules.schedule import Schedule
from iot.rules.step import Effect

START = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)  # Monday 10:00 in Shanghai


def rule(condition: str, **more: Any) -> Definition:
    return Definition("x", condition, "device_notice", "warning", {"en": "x"}, **more)


def ran(
    definition: Definition, said: Iterable[tuple[float, Any]], *, until: float | None = None, about: Any = None
) -> list[str]:  # fmt: skip
    """What comes of messages at these minutes: "raise 10"."""
    runner = Runner(definition)
    runner.known.about = about or {}
    for minute, values in said:
        runner.hear(values, START + timedelta(minutes=minute))
    if until is not None:
        runner.wait(START + timedelta(minutes=until))
    return [f"{effect.value} {(at - START).total_seconds() / 60:g}" for effect, at in runner.effects]


DOOR = rule("door_open", lasts=600)


def test_a_door_left_open_is_told_after_ten_minutes_without_another_message() -> None:
    assert ran(DOOR, [(0, {"door_open": True})], until=9.9) == []
    assert ran(DOOR, [(0, {"door_open": True})], until=60) == ["raise 10"]
    assert ran(DOOR, [(0, {"door_open": True}), (9, {"door_open": False})], until=60) == []
    assert ran(DOOR, [(0, {"door_open": True}), (15, {"door_open": False})]) == ["raise 10", "clear 15"]


def test_a_message_that_says_nothing_of_the_door_neither_shuts_nor_opens_it() -> None:
    said = [(0, {"door_open": True}), (4, {"battery": 80.0}), (12, {"battery": 80.0})]
    assert ran(DOOR, said) == ["raise 10"]


def test_between_the_two_conditions_nothing_flutters() -> None:
    hot = rule("temperature > 60", clear="temperature < 50")
    said = [(n, {"temperature": t}) for n, t in enumerate([61.0, 59.0, 62.0, 55.0, 49.0, 55.0, 61.0])]
    assert ran(hot, said) == ["raise 0", "clear 4", "raise 6"]


def test_so_many_times_within_so_long() -> None:
    knocks = rule("tamper", times=3, within=600)
    assert ran(knocks, [(n, {"tamper": True}) for n in (0, 8, 12)]) == []
    assert ran(knocks, [(n, {"tamper": n % 2 == 0}) for n in range(8)]) == ["raise 4", "clear 5"]


def test_water_that_never_stands_still_is_told_when_enough_messages_say_so() -> None:
    flows = rule("water_total > before.water_total", lasts=6 * 3600, times=6)
    hourly = [(60 * n, {"water_total": n * 0.01}) for n in range(10)]
    assert ran(flows, hourly) == ["raise 420"]
    # Two readings a day that differ say nothing about the hours between.
    assert ran(flows, [(720 * n, {"water_total": float(n)}) for n in range(4)]) == []
    at_night = [(60 * n, {"water_total": float(n if n < 4 else n - 1)}) for n in range(9)]
    assert ran(flows, at_night) == []


def test_a_frame_told_again_is_neither_a_pause_nor_flow_and_a_meter_that_stands_still_is_no_leak() -> None:
    runs = BUILT_IN["water_runs"].definition()
    hourly = [(60 * n, {"water_total": n * 0.01}) for n in range(30)]
    repeated = sorted([*hourly, *((minute + 1, said) for minute, said in hourly)], key=lambda one: one[0])
    assert ran(runs, hourly) == ran(runs, repeated) == ["raise 1440"]
    still = [(n, {"water_total": 5.0}) for n in range(0, 1800, 5)]
    assert ran(runs, still, until=1800) == []
    paused = [
        (minute, {"water_total": 0.1 if 300 < minute < 480 else minute / 100})
        for minute in range(0, 1740, 20)
    ]
    assert ran(runs, paused) == []
    assert ran(runs, hourly, until=1900)[-1].startswith("clear 1830")


def test_it_looks_only_at_its_hours_and_what_is_the_case_when_they_begin_counts() -> None:
    night = rule("door_open", lasts=600, schedule=Schedule("1234567", "22:00", "06:00"))
    opened = [(0, {"door_open": True})]
    assert ran(night, opened, until=12 * 60) == []
    assert ran(night, opened, until=13 * 60) == ["raise 730"]  # 22:10


def test_nothing_for_a_day_is_told_by_the_clock_and_ends_with_the_next_message() -> None:
    dry = rule("since.water_total > hours(24) && home.alone && !home.away")
    here = {"home.alone": True, "home.away": False}
    steady = [(60 * n, {"water_total": 5.0}) for n in range(30)]
    assert ran(dry, steady, about=here)[0].startswith("raise 1440")
    assert ran(dry, steady[:2], until=1439, about=here) == []
    assert ran(dry, steady, about={**here, "home.away": True}) == []
    assert ran(dry, [*steady, (1800, {"water_total": 5.1})], about=here)[-1] == "clear 1800"


def test_a_home_is_quiet_when_none_of_its_devices_notices_anybody() -> None:
    still = rule("home.quiet > hours(12)")
    said = [
        (0, {"motion": True}),
        (300, {"motion": False}),
        (400, {"door_open": False}),
        (500, {"door_open": True}),
    ]
    assert ran(still, said, until=500 + 719) == []
    assert ran(still, said, until=500 + 730)[0].startswith("raise 1220")


_MESSAGES = some.lists(
    some.tuples(
        some.integers(0, 120),
        some.dictionaries(some.sampled_from(("door_open", "tamper")), some.booleans(), max_size=2),
    ),
    max_size=14,
)
_RULES = some.sampled_from(
    (
        DOOR,
        rule("door_open"),
        rule("door_open", times=2),
        rule("door_open", times=2, within=1200, lasts=120),
        rule("door_open", clear="tamper"),
        rule("last.door_open && since.door_open > minutes(7)"),
        rule("last.door_open && ago.tamper > minutes(5)", lasts=60),
        rule("door_open", lasts=300, schedule=Schedule("1", "10:30", "11:10")),
    )
)


def alternate(effects: list[tuple[Effect, datetime]]) -> bool:
    """Raised and cleared by turns, beginning with raised."""
    return [e for e, _at in effects] == [(Effect.RAISE, Effect.CLEAR)[n % 2] for n in range(len(effects))]


@given(_RULES, _MESSAGES)
@settings(max_examples=30)
def test_an_episode_is_raised_once_however_messages_come(definition: Definition, said: Any) -> None:
    runner = Runner(definition)
    for minute, values in said:  # in any order, some late
        runner.hear(values, START + timedelta(minutes=minute))
    runner.wait(START + timedelta(minutes=200))
    assert alternate(runner.effects)


@given(_RULES, _MESSAGES, some.lists(some.integers(0, 200), max_size=10))
@settings(max_examples=30)
def test_a_restart_or_the_clock_between_any_two_messages_changes_nothing(
    definition: Definition, said: Any, moments: list[int]
) -> None:
    ordered = sorted(said, key=lambda one: one[0])
    whole, parts = Runner(definition), Runner(definition)
    effects = []
    for minute, values in ordered:
        whole.hear(values, START + timedelta(minutes=minute))
        for moment in sorted(m for m in moments if m <= minute):
            parts.wait(START + timedelta(minutes=moment))
        # What is kept is all that the next process knows.
        effects += parts.effects
        parts = replace(parts, effects=[])
        parts.hear(values, START + timedelta(minutes=minute))
    for one in (whole, parts):
        one.wait(START + timedelta(minutes=200))
    assert whole.effects == effects + parts.effects


@given(_RULES, _MESSAGES, some.data())
@settings(max_examples=30)
def test_what_is_repeated_or_comes_late_changes_nothing(definition: Definition, said: Any, data: Any) -> None:
    ordered = sorted(said, key=lambda one: one[0])
    plain, noisy = Runner(definition), Runner(definition)
    for n, (minute, values) in enumerate(ordered):
        plain.hear(values, START + timedelta(minutes=minute))
        noisy.hear(values, START + timedelta(minutes=minute))
        earlier = data.draw(some.integers(0, n))
        # The one just heard once more, or an earlier one.
        again, old = ordered[earlier]
        if again == minute and old != values:
            continue
        noisy.hear(old, START + timedelta(minutes=again))
    for one in (plain, noisy):
        one.wait(START + timedelta(minutes=200))
    assert [e for e, _at in plain.effects] == [e for e, _at in noisy.effects]


@pytest.mark.parametrize("clear", ["", "temperature < 50"])
def test_a_definition_is_the_same_after_it_was_kept(clear: str) -> None:
    kept = rule(
        "temperature > 60",
        clear=clear,
        where="devices",
        which=("1", "2"),
        schedule=Schedule("12", "22:00", "06:00"),
    )
    assert Definition.from_json(kept.to_json()) == kept
