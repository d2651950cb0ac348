"""Instants are stored as whole milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backend.core import clock
from backend.settings import Settings

MOMENTS = st.integers(-2_208_988_800_000_000, 7_258_118_400_000_000).map(
    lambda microseconds: datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)
)


@given(MOMENTS)
def test_what_is_stored_as_of_now_is_never_later_than_now_and_reads_back_as_it_is(at: datetime) -> None:
    stored = clock.to_ms(at)
    back = clock.from_ms(stored)
    assert timedelta(0) <= at - back < timedelta(milliseconds=1)
    assert clock.to_ms(back) == stored


def test_a_simulated_clock_runs_faster_for_people_and_no_faster_for_machines(
    configure: Callable[..., None],
) -> None:
    since = datetime.now(UTC) - timedelta(seconds=10)
    configure(SIMULATED_CLOCK=f"{since.timestamp()} 2026-11-01T00:00:00+08:00 60")
    shown = clock.now() - datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert timedelta(minutes=10) <= shown < timedelta(minutes=20)
    assert clock.working(5) == timedelta(minutes=5)
    configure(SIMULATED_CLOCK="")
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert clock.working(5) == timedelta(seconds=5)


@pytest.mark.parametrize(
    "wrong",
    [
        "60",
        "now 2026-11-01T16:00:00Z 60",
        "1795293000 2026-11-01T16:00:00 60",
        "1795293000 2026-11-01T16:00:00Z 0",
    ],
)
def test_a_clock_that_nobody_can_read_or_that_would_hold_for_real_people_stops_the_start(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Settings(simulated_clock=wrong)
    with pytest.raises(ValidationError):
        Settings(simulated_clock="1795293000 2026-11-01T16:00:00Z 60", public_url="https://linli.example")
