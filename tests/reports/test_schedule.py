"""A report is due when the community's clocks say so, each time once, also on the days when those clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.reports.schedule import Schedule, due_between, last_until, next_after
from backend.reports.sending import before

BERLIN = "Europe/Berlin"
SHANGHAI = "Asia/Shanghai"


def at(text: str, zone: str = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def shown(found: list[datetime], zone: str = SHANGHAI) -> list[str]:
    return [f"{d.astimezone(ZoneInfo(zone)):%m-%d %H:%M}" for d in found]


def test_a_daily_report_keeps_its_time_of_day_when_clocks_change_and_is_never_sent_twice() -> None:
    spring = Schedule("day", 0, time(2, 30), BERLIN)
    found = due_between(spring, at("2026-03-27T12:00", BERLIN), at("2026-03-30T12:00", BERLIN))
    assert shown(found, BERLIN) == ["03-28 02:30", "03-29 03:00", "03-30 02:30"]
    autumn = due_between(spring, at("2026-10-24T12:00", BERLIN), at("2026-10-26T12:00", BERLIN))
    assert shown(autumn, BERLIN) == ["10-25 02:30", "10-26 02:30"]
    assert autumn[0] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert next_after(spring, autumn[0]) == autumn[1]


@pytest.mark.parametrize(
    ("every", "day", "expected"),
    [
        ("week", 5, ["01-02 08:00", "01-09 08:00", "01-16 08:00", "01-23 08:00", "01-30 08:00"]),
        ("month", 1, ["01-01 08:00", "02-01 08:00", "03-01 08:00"]),
        ("month", 31, ["01-31 08:00", "02-28 08:00"]),
        ("", 0, []),
    ],
)
def test_a_report_is_sent_on_its_day_of_the_week_or_the_month(
    every: str, day: int, expected: list[str]
) -> None:
    found = due_between(
        Schedule(every, day, time(8), SHANGHAI), at("2025-12-31T09:00"), at("2026-03-01T08:00")
    )
    assert shown(found)[: len(expected)] == expected and bool(found) == bool(expected)


def test_on_working_days_only_it_waits_for_the_end_of_the_holidays() -> None:
    off = frozenset(date(2026, 10, n) for n in range(1, 8))
    daily = Schedule("day", 0, time(8), SHANGHAI, True, off)
    found = due_between(daily, at("2026-09-29T09:00"), at("2026-10-12T09:00"))
    assert shown(found) == ["09-30 08:00", "10-08 08:00", "10-09 08:00", "10-12 08:00"]
    monthly = Schedule("month", 1, time(8), SHANGHAI, True, off)
    assert shown([d for d in [next_after(monthly, at("2026-09-29T09:00"))] if d]) == ["10-08 08:00"]
    always_off = frozenset(date(2026, 10, 1) + timedelta(days=n) for n in range(60))
    assert next_after(Schedule("month", 1, time(8), SHANGHAI, True, always_off), at("2026-09-29T09:00"))


def test_of_several_that_were_missed_the_last_is_caught_up_with() -> None:
    daily = Schedule("day", 0, time(8), SHANGHAI)
    assert last_until(daily, at("2025-01-01T00:00"), at("2026-11-02T10:00")) == at("2026-11-02T08:00")
    assert last_until(daily, at("2026-11-02T08:00"), at("2026-11-02T10:00")) is None


def test_a_month_before_the_last_of_march_is_the_last_of_february() -> None:
    assert before(at("2026-03-31T08:00"), "month") == at("2026-02-28T08:00")
    assert before(at("2028-02-29T08:00"), "year") == at("2027-02-28T08:00")
    assert before(at("2026-01-05T08:00"), "month") == at("2025-12-05T08:00")
    assert before(at("2026-01-05T08:00"), "week") == at("2025-12-29T08:00")
