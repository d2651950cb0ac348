"""Nobody is written to at night or on a holiday, as the nearest Org says, unless it is an emergency."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.core import access, audit, orgs
from backend.core import clock as clocks
from backend.core.access import Actor, Post
from backend.core.errors import Forbidden, Invalid
from backend.core.orgs import Org
from broadcasts.quiet import actions as quiet
from broadcasts.quiet.actions import Hours
from broadcasts.quiet.hours import Quiet
from tests.databases import TestDatabase
from tests.web.browser import Browser, employ

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, tz: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=tz)


def leaves(found: Quiet, text: str, tz: ZoneInfo = SHANGHAI) -> str:
    return f"{found.earliest(at(text, tz), tz).astimezone(tz):%m-%d %H:%M}"


# --- pure -----------------------------------------------------------------------------------------------------

NATIONAL = {date(2026, 10, n): True for n in range(1, 8)}


@pytest.mark.parametrize(
    ("found", "asked", "expected"),
    [
        (Quiet(), "2026-11-02T10:00", "11-02 10:00"),
        (Quiet(), "2026-11-02T20:59", "11-02 20:59"),
        (Quiet(), "2026-11-02T21:00", "11-03 08:00"),
        (Quiet(), "2026-11-03T00:00", "11-03 08:00"),
        (Quiet(), "2026-11-03T07:59", "11-03 08:00"),
        (Quiet(time(12), time(14)), "2026-11-02T13:00", "11-02 14:00"),
        (Quiet(time(9), time(9)), "2026-11-02T23:00", "11-02 23:00"),
        # Saturday night: Sunday is quiet, and Monday begins at 8.
        (Quiet(weekdays=frozenset({7})), "2026-11-07T22:00", "11-09 08:00"),
        (Quiet(time(9), time(9), frozenset({7})), "2026-11-08T12:00", "11-09 00:00"),
        (Quiet(days=NATIONAL), "2026-09-30T22:00", "10-08 08:00"),
        # A Sunday on which people work is no quiet day; its night is quiet all the same.
        (Quiet(weekdays=frozenset({7}), days={date(2026, 9, 20): False}), "2026-09-20T10:00", "09-20 10:00"),
        (Quiet(weekdays=frozenset({7}), days={date(2026, 9, 20): False}), "2026-09-20T07:00", "09-20 08:00"),
    ],
)  # fmt: skip
def test_a_notice_waits_for_the_end_of_the_quiet_it_falls_in(found: Quiet, asked: str, expected: str) -> None:
    assert leaves(found, asked) == expected


def test_a_night_on_which_clocks_change_ends_when_the_clock_on_the_wall_says_so() -> None:
    assert leaves(Quiet(time(22), time(2, 30)), "2026-03-28T23:00", BERLIN) == "03-29 03:00"
    autumn = Quiet(time(22), time(2, 30))
    first = autumn.earliest(at("2026-10-24T23:00", BERLIN), BERLIN)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    # 02:15 comes once more an hour later: the night is over, and stays so.
    again = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    assert autumn.earliest(again, BERLIN) == again


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.times(), st.times(), st.frozensets(st.integers(1, 7), max_size=6),
    st.integers(0, 400 * 24 * 60), st.sampled_from([SHANGHAI, BERLIN]),
)  # fmt: skip
def test_it_leaves_at_a_moment_that_is_not_quiet_and_waits_no_longer_than_a_week_and_a_day(
    begins: time, ends: time, weekdays: frozenset[int], minutes: int, tz: ZoneInfo
) -> None:
    begins, ends = begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0)
    found = Quiet(begins, ends, weekdays)
    asked = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    leaving = found.earliest(asked, tz)
    assert asked <= leaving <= asked + timedelta(days=8)
    assert found.earliest(leaving, tz) == leaving


def test_quiet_without_an_end_is_broken_after_weeks() -> None:
    always = Quiet(days={date(2026, 1, 1) + timedelta(days=n): True for n in range(900)})
    assert (
        timedelta(days=30)
        < always.earliest(at("2026-02-01T10:00"), SHANGHAI) - at("2026-02-01T10:00")
        < timedelta(days=90)
    )


def test_public_holidays_have_their_names_and_the_weekends_that_are_worked_instead() -> None:
    found = {day: (name, free) for day, name, free in quiet.public_holidays(2026, "zh_CN")}
    assert found[date(2026, 2, 17)] == ("春节", True)
    assert found[date(2026, 9, 20)] == ("", False)
    assert ("National Day", True) in {(n, f) for _day, n, f in quiet.public_holidays(2027, "en")}


# --- kept -----------------------------------------------------------------------------------------------------


@pytest.fixture
def place() -> tuple[Org, Org, Org]:
    street = orgs.add("幸福街道", "street")
    community = orgs.add("幸福里社区", "community", street)
    return street, community, orgs.add("第一网格", "grid", community)


def admin(org: Org) -> Actor:
    return Actor("staff", 1, "林主任", (Post("street_admin", org.path),))


def test_the_nearest_definition_holds_and_below_it_too(
    database: TestDatabase, clock: clocks.Hands, place: tuple[Org, Org, Org]
) -> None:
    street, community, grid = place
    late = at("2026-11-02T20:30")
    assert quiet.earliest(grid.id, late, "service") == late
    quiet.save(admin(street), street.id, Hours("20:00", "07:00"))
    assert quiet.earliest(grid.id, late, "service") == at("2026-11-03T07:00")
    quiet.save(admin(street), community.id, Hours("22:00", "06:00", (7,)))
    assert quiet.hours(grid.id) == Hours("22:00", "06:00", (7,), org_id=community.id)
    assert quiet.earliest(grid.id, late, "service") == late
    assert quiet.earliest(street.id, late, "service") == at("2026-11-03T07:00")
    # A holiday of the street is one of the community, until the community says otherwise for that day.
    quiet.add_days(
        admin(street), street.id, [(date(2026, 11, 3), "街道日", True), (date(2026, 11, 8), "", True)]
    )
    assert quiet.earliest(grid.id, at("2026-11-03T09:00"), "service") == at("2026-11-04T06:00")
    quiet.add_days(admin(street), community.id, [(date(2026, 11, 3), "照常", False)])
    assert quiet.earliest(grid.id, at("2026-11-03T09:00"), "service") == at("2026-11-03T09:00")
    assert [(d.day, d.name, d.quiet) for d in quiet.days(grid.id, date(2026, 11, 1))] == [
        (date(2026, 11, 3), "照常", False),
        (date(2026, 11, 8), "", True),
    ]
    quiet.inherit(admin(street), community.id)
    assert quiet.hours(grid.id).org_id == street.id
    assert [e.action for e in audit.of(f"org:{community.id}")].count("quiet.change") == 1


def test_an_emergency_waits_for_nothing(
    sqlite_database: TestDatabase, clock: clocks.Hands, place: tuple[Org, Org, Org]
) -> None:
    night = at("2026-11-02T23:30")
    assert quiet.earliest(place[2].id, night, "emergency") == night
    assert quiet.earliest(place[2].id, night, "greeting") == at("2026-11-03T08:00")


def test_an_org_has_clocks_of_its_own(
    sqlite_database: TestDatabase, clock: clocks.Hands, place: tuple[Org, Org, Org]
) -> None:
    street, _community, grid = place
    quiet.save(admin(street), street.id, Hours(zone="Asia/Urumqi"))
    assert quiet.zone(grid.id).key == "Asia/Urumqi"
    assert quiet.earliest(grid.id, at("2026-11-03T08:30"), "service") == at("2026-11-03T10:00")


def test_what_makes_no_sense_is_not_saved_and_who_may_not_change_it_does_not(
    sqlite_database: TestDatabase, clock: clocks.Hands, place: tuple[Org, Org, Org]
) -> None:
    street, community, _grid = place
    for wanted, field in (
        (Hours("25:00"), "begins"), (Hours(ends=""), "ends"), (Hours(weekdays=(1, 2, 3, 4, 5, 6, 7)), "weekdays"), (Hours(zone="../x"), "zone"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            quiet.save(admin(street), street.id, wanted)
        assert refused.value.field == field
    with pytest.raises(Invalid):
        quiet.add_days(admin(street), street.id, [(date(2026, 11, 1), "昨天", True)])
    desk = Actor("staff", 2, "小赵", (Post("duty_desk", street.path),))
    assert access.may(desk, quiet.SEE, community.id)
    with pytest.raises(Forbidden):
        quiet.save(desk, community.id, Hours())
    with pytest.raises(Forbidden):
        quiet.save(admin(community), street.id, Hours())


def test_staff_set_hours_and_take_over_the_public_holidays(
    app: Flask, clock: clocks.Hands, place: tuple[Org, Org, Org]
) -> None:
    street, community, _grid = place
    employ("wang", "王书记", ("street_admin", street))
    employ("zhao", "小赵", ("duty_desk", community))
    browser = Browser(app.test_client(), "10.5.2.1")
    browser.sign_in("wang")
    page = browser.get("/admin/quiet")
    assert "21:00 到 08:00 不打扰" in page.text and "马上发出" in page.text and "幸福街道" in page.text
    page = browser.post(
        "/admin/quiet", {"org": street.id, "begins": "09:30", "ends": "11:00", "weekdays": ["7"]}
    )
    assert (
        "09:30 到 11:00 不打扰" in page.text
        and "全天不打扰：" in page.text
        and "现在是免打扰时间" in page.text
    )
    refused = browser.post("/admin/quiet", {"org": street.id, "begins": "", "ends": "11:00"})
    assert refused.status_code == 422 and "08:00" in refused.text
    page = browser.post("/admin/quiet/holidays", {"org": street.id, "year": 2027})
    assert "春节" in page.text and "国庆节" in page.text
    page = browser.post(
        "/admin/quiet/days", {"org": community.id, "day": "2027-02-07", "kind": "worked", "name": "值班"}
    )
    assert "值班" in page.text and "跟幸福街道一样" in page.text and "可以发" in page.text
    desk = Browser(app.test_client(), "10.5.2.2")
    desk.sign_in("zhao")
    assert "添加" not in desk.get("/admin/quiet").text
    assert desk.get(f"/admin/quiet?org={street.id}").status_code == 403
    assert (
        desk.post("/admin/quiet", {"org": community.id, "begins": "10:00", "ends": "11:00"}).status_code
        == 403
    )
