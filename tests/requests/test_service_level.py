"""How soon we promise to be there, by the clock and by working hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.requests import service_level

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("created", "due"),
    [
        ("2026-11-02 10:00", "2026-11-02 10:30"),
        ("2026-11-02 06:00", "2026-11-02 09:00"),
        ("2026-11-02 17:20", "2026-11-03 08:50"),
        ("2026-11-02 22:00", "2026-11-03 09:00"),
        ("2026-11-07 17:15", "2026-11-09 08:45"),
        ("2026-11-08 12:00", "2026-11-09 09:00"),
    ],
)
def test_a_normal_matter_is_acknowledged_within_half_an_hour_of_working_time(created: str, due: str) -> None:
    assert service_level.acknowledge_by("normal", _at(created), SHANGHAI) == _at(due)


def test_an_emergency_is_acknowledged_in_ten_minutes_on_a_sunday_night() -> None:
    night = _at("2026-11-08 03:00")
    assert service_level.acknowledge_by("emergency", night, SHANGHAI) == night + timedelta(minutes=10)
    assert service_level.on_site_by("emergency", night) == night + timedelta(minutes=30)


def test_a_booked_window_is_the_promise_unless_it_is_an_emergency() -> None:
    now, ends = _at("2026-11-02 10:00"), _at("2026-11-04 11:00")
    assert service_level.on_site_by("normal", now, ends) == ends
    assert service_level.on_site_by("emergency", now, ends) == now + timedelta(minutes=30)
    assert service_level.on_site_by("normal", now) == now + timedelta(hours=48)
    assert service_level.on_site_by("urgent", now) == now + timedelta(hours=24)


@given(
    st.integers(0, 365 * 24 * 60).map(lambda n: _at("2026-01-01 00:00") + timedelta(minutes=n)),
    st.integers(1, 2000),
)
def test_working_time_ends_at_work_and_never_early(start: datetime, minutes: int) -> None:
    end = service_level.working_time_after(start, timedelta(minutes=minutes), SHANGHAI)
    here = end.astimezone(SHANGHAI)
    assert end - start >= timedelta(minutes=minutes)
    assert here.weekday() in service_level.WORKDAYS
    assert service_level.OPENS <= here.time() <= service_level.CLOSES


def test_what_waits_climbs_step_by_step_and_stops_when_somebody_is_there() -> None:
    due = _at("2026-11-02 10:30")

    def step(minutes: int, *, acknowledged: bool = False) -> list[int]:
        late = service_level.overdue(
            "emergency",
            due + timedelta(minutes=minutes),
            acknowledged=acknowledged,
            due_ack_at=due,
            on_site=False,
            due_at=due + timedelta(hours=1),
        )
        return [o.step for o in late if o.clock == "ack"]

    assert step(-1) == []
    assert step(0) == [0]
    assert step(5) == [1]
    assert step(15) == [2]
    assert step(15, acknowledged=True) == []
