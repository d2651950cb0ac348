"""The ladder, whatever people answer or do not answer."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.alarms.ladder import Rung, State, climb, going, refuse, wake_at

POLICY = (
    Rung("family", 3),
    Rung("volunteer", 3),
    Rung("grid_worker", 4),
    Rung("duty_desk", 4),
    Rung("admin", 5),
)
NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
ALL = frozenset(range(5))


def _until(
    state: State, minutes: int, *, reachable: frozenset[int] = ALL, critical: bool = False
) -> list[str]:
    """What happens from NOON on, minute by minute: "tell 0", "call 0", …"""
    seen = []
    for minute in range(minutes + 1):
        state, steps = climb(
            POLICY, state, NOON + timedelta(minutes=minute), reachable=reachable, critical=critical
        )
        seen += [f"{minute}: {step.act} {step.rung}" for step in steps]
    return seen


def test_silence_climbs_rung_by_rung_and_then_tells_the_top_again_and_again() -> None:
    assert _until(State(), 25) == [
        "0: tell 0",
        "3: tell 1",
        "6: tell 2",
        "10: tell 3",
        "14: tell 4",
        "19: tell 4",
        "24: tell 4",
    ]


def test_rungs_where_nobody_can_be_reached_are_passed_over_at_once_and_said_so_once() -> None:
    assert _until(State(), 12, reachable=frozenset({2})) == [
        "0: skip 0",
        "0: skip 1",
        "0: tell 2",
        "4: skip 3",
        "4: skip 4",
        "4: tell 2",
        "8: tell 2",
        "12: tell 2",
    ]


def test_with_nobody_on_the_whole_ladder_it_is_said_and_tried_again() -> None:
    assert _until(State(), 10, reachable=frozenset()) == [
        *(f"0: skip {rung}" for rung in range(5)),
        "0: nobody -1",
        "5: nobody -1",
        "10: nobody -1",
    ]


def test_a_critical_alarm_rings_as_well_when_half_the_time_is_over() -> None:
    assert _until(State(), 5, critical=True) == ["0: tell 0", "2: call 0", "3: tell 1", "5: call 1"]


def test_who_goes_is_left_in_peace_then_asked_and_silence_climbs_on() -> None:
    state, _steps = climb(POLICY, State(), NOON, reachable=ALL, critical=True)
    assert _until(going(state, NOON), 43) == ["30: ask 0", "40: tell 1", "43: tell 2"]


def test_who_cannot_come_sends_it_on_at_once() -> None:
    state, _steps = climb(POLICY, State(), NOON, reachable=ALL, critical=True)
    after, steps = refuse(POLICY, state, NOON, reachable=ALL)
    assert [(s.act, s.rung) for s in steps] == [("tell", 1)]
    assert after.deadline == NOON + timedelta(minutes=3)


def test_on_the_top_nobody_is_told_again_by_a_no_but_when_the_time_is_over() -> None:
    top = State(rung=4, round=1, told_at=NOON, deadline=NOON + timedelta(minutes=5))
    assert refuse(POLICY, top, NOON, reachable=ALL) == (top, ())
    after, steps = refuse(POLICY, going(top, NOON), NOON, reachable=ALL)
    assert steps == () and not after.going and after.deadline == NOON + timedelta(minutes=5)


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 12), st.sampled_from(["silence", "going", "cannot"]), st.frozensets(st.integers(0, 4))
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(EVENTS, st.booleans())
def test_whatever_comes_no_rung_is_told_twice_in_a_round_and_no_silence_is_left_alone(
    events: list[tuple[int, str, frozenset[int]]], critical: bool
) -> None:
    now, state, told = NOON, State(), Counter[tuple[int, int]]()
    for minutes, event, reachable in [(0, "silence", ALL), *events]:
        now += timedelta(minutes=minutes)
        if event == "going" and state.rung >= 0:
            state = going(state, now)
        elif event == "cannot" and state.rung >= 0:
            state, steps = refuse(POLICY, state, now, reachable=reachable)
            told.update((state.round, s.rung) for s in steps if s.act == "tell")
        due = wake_at(state, POLICY, critical=critical)
        before = state
        state, steps = climb(POLICY, state, now, reachable=reachable, critical=critical)
        told.update((state.round, s.rung) for s in steps if s.act == "tell")
        assert {s.rung for s in steps if s.act == "tell"} <= reachable
        # Awake exactly when it said so, and never without a next time.
        assert bool(steps) == (due is None or due <= now)
        assert wake_at(state, POLICY, critical=critical) is not None
        assert state.rung >= before.rung or not reachable or before.rung not in reachable
    assert max(told.values()) == 1


@settings(max_examples=100, deadline=None)
@given(EVENTS, st.frozensets(st.integers(0, 4), min_size=1), st.booleans())
def test_left_alone_it_always_ends_with_the_highest_rung_told_again_and_again(
    events: list[tuple[int, str, frozenset[int]]], reachable: frozenset[int], critical: bool
) -> None:
    now, state = NOON, State()
    state, _steps = climb(POLICY, state, now, reachable=ALL, critical=critical)
    for minutes, event, there in events:
        now += timedelta(minutes=minutes)
        if event == "going":
            state = going(state, now)
        elif event == "cannot":
            state, _steps = refuse(POLICY, state, now, reachable=there)
        state, _steps = climb(POLICY, state, now, reachable=there, critical=critical)
    tells = []
    for _minute in range(120):
        now += timedelta(minutes=1)
        state, steps = climb(POLICY, state, now, reachable=reachable, critical=critical)
        tells += [s.rung for s in steps if s.act == "tell"]
    assert len(tells) >= (120 - 40) // 5 - 1
    assert tells[-3:] == [max(reachable)] * 3
