"""What a register says of the months, and what it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iot.seeing import drawing
from iot.seeing.metering import Read, amount, between, months
from iot.seeing.series import Bin, joined

BOUNDS = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3, 4)]


def reads(*days: tuple[int, int, float]) -> list[Read]:
    return [Read(datetime(2026, month, day, 12, tzinfo=UTC), total) for month, day, total in days]


def test_a_month_runs_from_the_last_reading_before_it_to_the_last_in_it() -> None:
    said = [
        Read(datetime(2025, 12, 31, 12, tzinfo=UTC), 100.0),
        *reads((1, 30, 108.5), (2, 27, 117), (3, 30, 120)),
    ]
    assert [m.use for m in months(said, BOUNDS)] == [8.5, 8.5, 3.0]
    assert [m.notes for m in months(said, BOUNDS)] == [(), (), ()]


def test_a_month_without_a_word_is_not_known_and_the_next_says_that_it_holds_its_use() -> None:
    january, february, march = months(reads((1, 10, 10), (1, 30, 20), (3, 30, 44)), BOUNDS)
    assert (january.use, january.notes) == (10, ("began",))
    assert (february.use, february.notes) == (None, ("missing",))
    assert (march.use, march.notes) == (24, ("since",))


def test_a_reading_long_before_the_end_is_told() -> None:
    assert months(reads((1, 1, 10), (1, 20, 20)), BOUNDS)[0].notes == ("began", "early")


@pytest.mark.parametrize(
    ("before", "after", "use", "note"),
    [
        (99_998, 3, 5, "rollover"),
        (9_999.5, 0.5, 1, "rollover"),
        (500, 2, 0, "replaced"),
        (500, 0, 0, "replaced"),
        (500.2, 500.1, -0.1, "corrected"),
        (7, 7, 0, ""),
    ],
)
def test_a_register_that_falls_went_round_or_was_replaced_or_was_read_again(
    before: float, after: float, use: float, note: str
) -> None:
    step, said = between(before, after)
    assert (round(step, 6), said) == (use, note)


@given(st.lists(st.tuples(st.integers(0, 89 * 24), st.floats(0, 5)), min_size=1, max_size=60))
def test_the_months_of_a_meter_add_up_to_what_it_counted(steps: list[tuple[int, float]]) -> None:
    total, said = 0.0, []
    for hour in sorted({hour for hour, _use in steps}):
        total += sum(use for at, use in steps if at == hour)
        said.append(Read(BOUNDS[0] + timedelta(hours=hour + 1), total))
    counted = sum(m.use or 0 for m in months(said, BOUNDS))
    within = [r for r in said if r.at <= BOUNDS[-1]]
    assert counted == pytest.approx(within[-1].total - within[0].total if within else 0, abs=1e-4)


def test_an_amount_is_rounded_to_a_fen() -> None:
    assert amount(8.5, 28_000) == 2380
    assert amount(0.333, 10_000) == 33


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_an_axis_holds_what_is_drawn_in_few_round_steps(low: float, room: float) -> None:
    first, last, step = drawing.scale(low, low + room)
    hair = step * 1e-6 + 1e-6
    assert first <= low + hair and last >= low + room - hair
    assert 1 <= round((last - first) / step) <= 12


def test_a_silence_breaks_the_line_and_a_lone_reading_is_a_dot() -> None:
    def at(minutes: int) -> Bin:
        return Bin(BOUNDS[0] + timedelta(minutes=minutes), 1, 3, 2, 1)

    bins = [*(at(n) for n in range(5)), at(200), *(at(n) for n in range(400, 405))]
    chart = drawing.drawn(bins, BOUNDS[0], BOUNDS[0] + timedelta(days=1), [])
    assert (len(chart.lines), len(chart.dots)) == (2, 1)
    assert [b.n for b in joined(bins, 3)] == [4, 4, 3]
