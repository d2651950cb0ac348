"""The life of a request holds whatever order people tap their buttons in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.requests import lifecycle

ROLES = ("resident", "worker", "desk", "system")
acts = st.sampled_from(sorted(lifecycle.ACTS))
roles = st.sampled_from(ROLES)


def _walk(steps: list[tuple[str, str]]) -> list[tuple[str, str, str, str]]:
    """The steps that were allowed: (act, role, from, to)."""
    status, taken = "new", []
    for act, role in steps:
        if lifecycle.allowed(act, status, role):
            reached = lifecycle.after(act, status)
            taken.append((act, role, status, reached))
            status = reached
    return taken


@given(st.lists(st.tuples(acts, roles), max_size=60))
def test_every_allowed_step_leads_to_a_known_status(steps: list[tuple[str, str]]) -> None:
    for _act, _role, before, after in _walk(steps):
        assert before in lifecycle.STATUSES
        assert after in lifecycle.STATUSES


@given(st.lists(st.tuples(acts, roles), max_size=60))
def test_nothing_is_done_that_nobody_was_given(steps: list[tuple[str, str]]) -> None:
    reached = [after for _a, _r, _b, after in _walk(steps)]
    for n, status in enumerate(reached):
        if status in ("accepted", "on_the_way", "in_progress", "done"):
            assert "assigned" in reached[:n]


@given(st.lists(st.tuples(acts, roles), max_size=60))
def test_what_is_cancelled_stays_cancelled(steps: list[tuple[str, str]]) -> None:
    walked = _walk(steps)
    for n, (_a, _r, _b, after) in enumerate(walked):
        if after == "cancelled":
            assert {later[3] for later in walked[n:]} == {"cancelled"}


@given(st.lists(st.tuples(acts, roles), max_size=60))
def test_a_resident_never_cancels_once_the_work_has_begun(steps: list[tuple[str, str]]) -> None:
    assert not [s for s in _walk(steps) if s[:3] == ("cancel", "resident", "in_progress")]


@given(acts, st.sampled_from(lifecycle.STATUSES))
def test_an_act_that_was_just_done_counts_as_a_repeat_of_itself(act: str, status: str) -> None:
    if (
        act in ("accept", "go", "start", "finish", "cancel", "close")
        and status in lifecycle.ACTS[act].sources
    ):
        assert not lifecycle.repeated(act, status)
        assert lifecycle.repeated(act, lifecycle.after(act, status))


def test_every_open_status_has_a_way_out_for_the_desk() -> None:
    for status in lifecycle.OPEN:
        assert lifecycle.allowed("cancel", status, "desk")
        assert lifecycle.allowed("assign", status, "desk")


def test_a_week_after_the_work_it_can_still_be_reopened_and_no_longer_later() -> None:
    done = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
    assert lifecycle.may_reopen(done, done + timedelta(days=7))
    assert not lifecycle.may_reopen(done, done + timedelta(days=7, seconds=1))
    assert not lifecycle.may_reopen(None, done)
