"""Instants are stored as whole milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.core import clock

MOMENTS = st.integers(-2_208_988_800_000_000, 7_258_118_400_000_000).map(
    lambda microseconds: datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)
)


@given(MOMENTS)
def test_what_is_stored_as_of_now_is_never_later_than_now_and_reads_back_as_it_is(at: datetime) -> None:
    stored = clock.to_ms(at)
    back = clock.from_ms(stored)
    assert timedelta(0) <= at - back < timedelta(milliseconds=1)
    assert clock.to_ms(back) == stored
