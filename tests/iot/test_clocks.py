"""A clock that is days behind is told apart from a backlog, and makes no rule deaf."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend import domains
from backend.core import clock as clocks
from iot.clocks import ALIKE, FAR, LATE, STEADY, Clock, after, moment
from iot.models import Device, Reading
from tests.databases import TestDatabase
from tests.iot.rules.home import Home, alarms, later

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
START = 1_795_000_000_000


def heard(said: list[tuple[int, int]]) -> tuple[list[int], Clock | None]:
    """When each was said by our clock, of messages as (the device's time, ours)."""
    known: Clock | None = None
    found = []
    for at, received in said:
        known = after(known, at, received)
        found.append(moment(known, at, received))
    return found, known


@given(
    some.integers(LATE + MINUTE, FAR - MINUTE),
    some.lists(
        some.tuples(some.integers(STEADY + MINUTE, 7 * DAY), some.integers(0, MINUTE)), min_size=1, max_size=8
    ),
)
def test_of_a_clock_that_is_behind_by_always_the_same_the_second_message_counts_as_now(
    behind: int, more: list[tuple[int, int]]
) -> None:
    said, now = [(START - behind, START)], START
    for pause, delay in more:
        now += pause
        said.append((now - behind, now + delay))
    found, _known = heard(said)
    assert all(
        0 <= received - when <= ALIKE for when, (_at, received) in list(zip(found, said, strict=True))[1:]
    )


@given(
    some.lists(some.tuples(some.integers(1, 12 * HOUR), some.floats(0, 0.5)), min_size=1, max_size=40),
    some.integers(LATE, FAR),
)
def test_what_waited_somewhere_keeps_its_time(gaps: list[tuple[int, float]], oldest: int) -> None:
    said = [(START - oldest, START)]
    for pause, pace in gaps:  # it comes at least twice as fast as it was said
        at, received = said[-1]
        said.append((at + pause, received + int(pause * pace)))
    said = [(at, received) for at, received in said if at <= received]
    assert heard(said)[0] == [at for at, _received in said]


@given(
    some.lists(some.tuples(some.integers(-DAY, 40 * DAY), some.integers(0, 2 * DAY)), min_size=1, max_size=30)
)
def test_whatever_a_device_says_it_is_neither_earlier_than_that_nor_in_the_future(
    given: list[tuple[int, int]],
) -> None:
    now, said = START, []
    for lag, pause in given:
        now += pause
        said.append((now - lag, now))
    for when, (at, received) in zip(heard(said)[0], said, strict=True):
        assert min(at, received) <= when <= received
        assert 0 <= received - when <= FAR
        assert when == at or not 0 <= received - at <= LATE, "what is in time is left alone"


def test_a_clock_that_was_set_right_is_believed_again_and_a_backlog_of_a_wrong_one_is_put_right() -> None:
    behind = 3 * DAY
    said = [(START + n * HOUR - behind, START + n * HOUR) for n in range(3)]
    _found, known = heard(said)
    assert known == Clock(behind, known.since if known else 0, behind)
    waited = START + 3 * HOUR
    assert (
        moment(after(known, waited - behind, waited + 9 * HOUR), waited - behind, waited + 9 * HOUR) == waited
    )
    assert after(known, waited - 1_000, waited) is None
    assert moment(None, waited - 1_000, waited) == waited - 1_000


def test_a_clock_that_stands_still_says_nothing_of_the_time() -> None:
    said = [(START, START + 2 * DAY + n * HOUR) for n in range(30)]
    assert heard(said)[0][1:] == [received for _at, received in said][1:]


@pytest.fixture
def home(database: TestDatabase, clock: clocks.Hands) -> Home:
    domains.load()
    return Home()


@pytest.mark.parametrize("days", [2, 29])
def test_a_clock_that_is_days_behind_makes_no_rule_deaf(home: Home, clock: clocks.Hands, days: int) -> None:
    device = home.device()
    home.rule("temperature > 60")
    home.rule("door_open", lasts=600, kind="tilt")
    behind = timedelta(days=days)
    home.says(t=20, door=False, at=clocks.now() - behind)
    later(clock, minutes=10)
    home.says(t=90, door=True, at=clocks.now() - behind)
    assert alarms() == ["door_left_open"]
    assert clocks.now() - Reading.select().order_by(Reading.id.desc()).get().at < timedelta(minutes=1)
    later(clock, minutes=9)
    assert alarms() == ["door_left_open"], "the door is open for nine minutes, not for days"
    later(clock, minutes=2)
    assert alarms() == ["door_left_open", "tilt"]
    home.says(t=20, door=False, at=clocks.now())
    assert alarms() == [] and Device.get_by_id(device.id).clock is None


def test_what_a_gateway_kept_for_days_raises_nothing_by_rules(home: Home, clock: clocks.Hands) -> None:
    home.device()
    home.rule("temperature > 60")
    begin = clocks.now() - timedelta(days=3)
    for n in range(20):
        home.says(t=90, at=begin + timedelta(hours=n))
        clock.forward(seconds=20)
    assert alarms() == []
