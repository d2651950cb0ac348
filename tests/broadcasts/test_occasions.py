"""A rule of time makes its campaign at its time, once, for those whose day it is; what the system slept through goes by its rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask

from backend.core import audit
from backend.core import clock as clocks
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.i18n import render
from backend.events.models import Event, EventSignup
from backend.messaging.content import Content
from backend.messaging.models import Message
from backend.residents import privacy
from backend.staff.models import Staff
from broadcasts.audiences import page_form
from broadcasts.campaigns import pump
from broadcasts.models import Campaign, Notice, Occasion
from broadcasts.notices import actions as notices
from broadcasts.notices.wording import Variant, Wording
from broadcasts.occasions import actions as occasions
from broadcasts.occasions import due as occasion_due
from broadcasts.occasions.actions import Wanted
from broadcasts.occasions.schedule import Rule
from broadcasts.quiet import actions as quiet
from tests.broadcasts.village import Village, build
from tests.web.browser import Browser, employ

RESIDENTS = "table:resident"
ALL = {"kind": RESIDENTS, "how": "all"}
NINE = {"at": "09:00"}


def notice(
    village: Village, text: str = "{{姓名}}，生日快乐。", kind: str = RESIDENTS, topic: str = "greeting"
) -> Notice:
    wording = Wording({"zh_CN": Variant(text)})
    return notices.create(village.admin, village.happy.id, "生日祝福", topic, kind, wording, "zh_CN")


def occasion(
    village: Village, rule: dict[str, Any], audience: dict[str, Any] = ALL, **values: Any
) -> Occasion:
    made = values.pop("notice", None) or notice(village)
    return occasions.save(
        village.admin, Wanted("祝福", made.id, audience, Rule.from_json(NINE | rule), **values)
    )


def made(of: Occasion) -> list[Campaign]:
    return list(Campaign.select().where(Campaign.occasion_id == of.id).order_by(Campaign.due_at))


def said_by(of: Occasion) -> list[str]:
    """What its campaigns say once the pump has worked."""
    for campaign in made(of):
        pump.step(campaign.id)
    abouts = [c.subject for c in made(of)]
    found = Message.select().where(Message.about.in_(abouts)).order_by(Message.id)
    return [Content.unseal(m.content).text for m in found]


def state(of: Occasion) -> str:
    return str(Occasion.get_by_id(of.id).state)


def test_today_the_elder_whose_birthday_it_is_is_greeted_once_and_nobody_else(
    village: Village, clock: clocks.Hands
) -> None:
    village.person("陈秀英", 501, "sms", birthday=date(1948, 11, 3))
    village.person("王建国", 502, "sms", birthday=date(1950, 11, 4))
    village.person("没有生日的人", 503, "sms")
    greeting = occasion(village, {"every": "person", "column": "birthday"})
    assert occasions.coming(village.admin, greeting, 2) == [
        datetime(2026, 11, 3, 1, tzinfo=UTC),
        datetime(2026, 11, 4, 1, tzinfo=UTC),
    ]
    whose = occasions.whose(village.admin, greeting)
    assert [n for _day, n in whose] == [0, 1, 1, 0, 0, 0, 0]
    assert occasion_due.due() == 0
    clock.forward(hours=23, seconds=5)
    assert occasion_due.due() == 1
    assert occasion_due.due() == 0 and not occasion_due.make(greeting.id)
    assert said_by(greeting) == ["陈秀英，生日快乐。"]
    clock.forward(days=1)
    assert occasion_due.due() == 1
    assert said_by(greeting) == ["陈秀英，生日快乐。", "王建国，生日快乐。"]
    clock.forward(days=1)
    assert occasion_due.due() == 0  # nobody's day: no empty campaign
    assert [c.name for c in made(greeting)] == ["祝福 2026-11-03", "祝福 2026-11-04"]


def test_the_lunar_birthday_counts_three_days_ahead(village: Village, clock: clocks.Hands) -> None:
    # 5 November 2026 is 九月廿七 of the lunar calendar, and so was 29 October 1948.
    village.person("陈秀英", 501, "sms", birthday=date(1948, 10, 29))
    village.person("王建国", 502, "sms", birthday=date(1948, 11, 5))
    ahead = occasion(village, {"every": "person", "column": "birthday", "calendar": "lunar", "offset": -2})
    clock.forward(hours=23, seconds=5)
    occasion_due.due()
    assert said_by(ahead) == ["陈秀英，生日快乐。"]


def test_what_she_keeps_to_herself_makes_no_greeting(village: Village, clock: clocks.Hands) -> None:
    chen = village.person("陈秀英", 501, "sms", birthday=date(1948, 11, 3))
    privacy.choose(chen, "birthday", privacy.ME, channel="telegram")
    greeting = occasion(village, {"every": "person", "column": "birthday"})
    clock.forward(hours=23, seconds=5)
    assert occasion_due.due() == 0 and said_by(greeting) == []


def test_a_weekly_notice_that_was_missed_for_weeks_is_sent_once(
    village: Village, clock: clocks.Hands
) -> None:
    village.person("陈秀英", 501, "sms")
    weekly = occasion(village, {"every": "week", "weekdays": [1]})
    clock.forward(days=15)  # Tuesday, 17 November: two Mondays were slept through
    assert occasion_due.due() == 1
    (campaign,) = made(weekly)
    assert campaign.due_at == datetime(2026, 11, 16, 1, tzinfo=UTC)
    assert campaign.expires_at == datetime(2026, 11, 19, 1, tzinfo=UTC)
    assert Occasion.get_by_id(weekly.id).next_at == datetime(2026, 11, 23, 1, tzinfo=UTC)


def test_a_missed_time_is_left_out_where_its_rule_says_so(village: Village, clock: clocks.Hands) -> None:
    village.person("陈秀英", 501, "sms")
    weekly = occasion(village, {"every": "week", "weekdays": [1]}, missed="skip")
    clock.forward(days=7)  # an hour late
    assert occasion_due.due() == 0 and made(weekly) == []
    assert "occasion.missed" in [e.action for e in audit.of(occasions.subject(weekly))]
    clock.forward(days=6, hours=23, minutes=5)  # five minutes late is in time
    assert occasion_due.due() == 1


def test_a_single_time_that_is_long_past_is_too_late_for_anybody(
    village: Village, clock: clocks.Hands
) -> None:
    village.person("陈秀英", 501, "sms")
    once = occasion(village, {"every": "once", "day": "2026-11-03"})
    clock.forward(days=5)
    assert occasion_due.due() == 0 and made(once) == [] and state(once) == "ended"


def test_those_whose_birthday_was_slept_through_are_greeted_late(
    village: Village, clock: clocks.Hands
) -> None:
    village.person("陈秀英", 501, "sms", birthday=date(1948, 11, 3))
    village.person("王建国", 502, "sms", birthday=date(1950, 11, 5))
    both = occasion(village, {"every": "person", "column": "birthday"})
    punctual = occasion(village, {"every": "person", "column": "birthday"}, missed="skip")
    clock.forward(days=2, hours=23, minutes=1)
    assert occasion_due.due() == 2
    assert sorted(said_by(both)) == ["王建国，生日快乐。", "陈秀英，生日快乐。"]
    assert said_by(punctual) == ["王建国，生日快乐。"]


def test_what_cannot_start_before_the_next_time_expires(village: Village, clock: clocks.Hands) -> None:
    village.person("陈秀英", 501, "sms", birthday=date(1948, 11, 3))
    greeting = occasion(village, {"every": "person", "column": "birthday"})
    holidays = [(date(2026, 11, n), "长假", True) for n in range(3, 8)]
    quiet.add_days(village.admin, village.happy.id, holidays)
    clock.forward(hours=23, seconds=5)
    assert occasion_due.due() == 1 and said_by(greeting) == []
    clock.forward(days=1)
    assert said_by(greeting) == [] and made(greeting)[0].state == "expired"


def event_on(village: Village, day: date, title: str, *coming: int) -> Event:
    starts = datetime.combine(day, time(6), UTC)  # 14:00 in Shanghai
    found: Event = Event.create(
        org_id=village.happy.id, title={"zh_CN": title}, body={}, place={"zh_CN": "活动室"}, starts_at=starts,
        ends_at=starts + timedelta(hours=2), status="published", organiser_kind="staff", organiser_id=1,
        created_at=clocks.now(), updated_at=clocks.now(), published_at=clocks.now(),
    )  # fmt: skip
    for n, resident_id in enumerate(coming):
        EventSignup.create(
            event=found, resident_id=resident_id, status="signed" if n == 0 else "cancelled", code=f"{n:06}",
            created_at=clocks.now(), updated_at=clocks.now(),
        )  # fmt: skip
    return found


def test_who_comes_to_a_meeting_is_reminded_days_before_it(village: Village, clock: clocks.Hands) -> None:
    chen, wang = village.person("陈秀英", 501, "sms"), village.person("王建国", 502, "sms")
    meeting = event_on(village, date(2026, 11, 6), "业主大会", chen, wang)
    event_on(village, date(2026, 11, 9), "合唱", wang)
    remind = notice(village, "{{姓名}}，{{活动}}在{{时间}}。", "event_signup", "reminder")
    every = {"kind": "event_signup", "how": "begins"}
    reminder = occasion(village, {"every": "event", "offset": -3}, every, notice=remind)
    one = occasion(village, {"every": "event", "offset": 0}, every | {"event": meeting.id}, notice=remind)
    assert [f"{at:%d}" for at in occasions.coming(village.admin, reminder)] == ["03", "06"]
    assert [f"{at:%d}" for at in occasions.coming(village.admin, one)] == ["06"]
    assert [n for _day, n in occasions.whose(village.admin, reminder)] == [0, 1, 0, 0, 1, 0, 0]
    clock.forward(hours=23, seconds=5)
    assert occasion_due.due() == 1
    (text,) = said_by(reminder)
    assert text.startswith("陈秀英，业主大会在")
    clock.forward(days=3)
    assert occasion_due.due() == 2
    # On the day itself it has no sense any more once the meeting has begun.
    assert made(one)[0].expires_at == meeting.starts_at
    assert render(occasions.how_often(one), "zh_CN") == "活动当天 9:00"


def test_a_place_with_clocks_of_its_own_is_told_at_nine_by_them(
    village: Village, clock: clocks.Hands
) -> None:
    quiet.save(village.admin, village.happy.id, quiet.Hours(zone="Asia/Urumqi"))
    daily = occasion(village, {"every": "day"})
    assert Occasion.get_by_id(daily.id).next_at == datetime(2026, 11, 2, 3, tzinfo=UTC)


def test_pausing_going_on_and_ending(village: Village, clock: clocks.Hands) -> None:
    village.person("陈秀英", 501, "sms")
    daily = occasion(village, {"every": "day"})
    occasions.pause(village.admin, daily.id)
    clock.forward(days=2)
    assert occasion_due.due() == 0
    occasions.go_on(village.admin, daily.id)
    assert occasion_due.due() == 0  # what came due meanwhile is not sent
    clock.forward(days=1)
    assert occasion_due.due() == 1
    occasions.end(village.admin, daily.id)
    clock.forward(days=1)
    assert occasion_due.due() == 0
    with pytest.raises(Conflict):
        occasions.go_on(village.admin, daily.id)


def test_one_that_cannot_go_on_stops_says_why_and_shows_in_the_menu(
    village: Village, clock: clocks.Hands
) -> None:
    village.person("陈秀英", 501, "sms")
    gone = notice(village)
    retired, left = occasion(village, {"every": "day"}, notice=gone), occasion(village, {"every": "day"})
    turned = occasion(village, {"every": "day"})
    Notice.update(kind="event_signup").where(Notice.id == turned.notice_id).execute()
    notices.retire(village.admin, gone.id)
    clock.forward(days=1)
    assert occasion_due.due() == 1 and state(retired) == state(turned) == "stopped"
    (entry,) = audit.of(occasions.subject(retired), action="occasion.stopped")
    assert "停用" in str(entry.payload)
    Staff.update(active=False).where(Staff.id == village.admin.id).execute()
    clock.forward(days=1)
    assert occasion_due.due() == 0 and state(left) == "stopped"
    assert occasions.stopped(village.second) == 3
    # A colleague takes it over: it goes out in her name from now on.
    rule = Rule.from_json(left.rule)
    occasions.save(village.second, Wanted("祝福", left.notice_id, left.audience, rule), left.id)
    clock.forward(days=1)
    assert occasion_due.due() == 1 and made(left)[-1].by_name == "吴主任"


def test_only_who_may_send_makes_one_and_what_makes_no_sense_is_refused(
    village: Village, clock: clocks.Hands
) -> None:
    greeting, daily = notice(village), Rule.from_json({"every": "day"} | NINE)
    with pytest.raises((Forbidden, NotFound)):
        occasions.save(village.worker, Wanted("祝福", greeting.id, ALL, daily))
    over = Rule.from_json({"every": "once", "day": "2026-11-02"} | NINE)
    by_name = Rule.from_json({"every": "person", "column": "name"} | NINE)
    before = Rule.from_json({"every": "event", "offset": -1} | NINE)
    signups = {"kind": "event_signup", "how": "begins"}
    for wanted, field in (
        (Wanted(" ", greeting.id, ALL, daily), "name"), (Wanted("祝福", greeting.id, signups, daily), "audience"),
        (Wanted("祝福", greeting.id, ALL, over), "day"), (Wanted("祝福", greeting.id, ALL, by_name), "column"),
        (Wanted("祝福", greeting.id, ALL, before), "every"), (Wanted("祝福", greeting.id, ALL, daily, missed="twice"), "missed"),
        (Wanted("祝福", greeting.id, ALL, daily, merge="all"), "merge"), (Wanted("祝福", greeting.id, ALL, daily, ("pigeon",)), "channels"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            occasions.save(village.admin, wanted)
        assert refused.value.field == field


# --- pages ----------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(app: Flask, clock: clocks.Hands) -> tuple[Village, Browser]:
    village = build()
    employ("wang", "王书记", ("community_admin", village.happy))
    browser = Browser(app.test_client(), "10.5.4.1")
    browser.sign_in("wang")
    return village, browser


FORM = {
    "name": "农历生日", "who": page_form.token(ALL), "at": "08:30", "missed": "skip", "merge": "person",
    "side": "before", "days": "1", "kept": "year", "calendar": "lunar", "leap_day": "02-28", "column": "birthday",
}  # fmt: skip


def test_staff_make_a_greeting_see_whose_day_it_is_change_it_and_end_it(
    desk: tuple[Village, Browser],
) -> None:
    village, browser = desk
    village.person("陈秀英", 501, "sms", birthday=date(1948, 10, 29))
    greeting = notice(village)
    assert "还没有定时发的通知" in browser.get("/admin/occasions").text
    assert "生日祝福" in browser.get("/admin/occasions/new").text
    form = f"/admin/occasions/new?notice={greeting.id}"
    page = browser.get(form)
    assert "农历" in page.text and "活动开始之前" not in page.text
    refused = browser.post(form, FORM | {"every": "person", "column": ""})
    assert (
        refused.status_code == 422
        and "按每个人的哪个日期" in refused.text
        and 'value="农历生日"' in refused.text
    )
    page = browser.post(form, FORM | {"every": "person"})
    assert "农历“出生日期”前 1 天 8:30" in page.text and "1 人" in page.text and page.text.count("<time") == 5
    (saved,) = list(Occasion.select())
    rule = {"every": "person", "at": "08:30", "calendar": "lunar", "column": "birthday", "offset": -1}
    assert (saved.rule, saved.missed, saved.audience) == (rule, "skip", ALL)
    edit = f"/admin/occasions/{saved.id}/edit"
    again = browser.get(edit).text
    assert 'value="lunar" checked' in again and 'value="08:30"' in again
    for every, more, words in (
        ("week", {"weekdays": ["1", "4"]}, "每周一、周四 8:30"), ("month", {"monthday": "31"}, "每月 31 日"),
        ("nth", {"nth": "-1", "nth_weekday": "5"}, "每月最后一个周五"), ("once", {"day": "2026-11-09"}, "一次，2026年11月9日"),
        ("year", {"month": "8", "yearday": "15"}, "每年农历八月十五"), ("day", {"last": "2026-12-31"}, "到2026年12月31日为止"),
    ):  # fmt: skip
        assert words in browser.post(edit, FORM | {"every": every} | more).text
    assert "星期几发" in browser.post(edit, FORM | {"every": "week"}).text
    assert "请填数字" in browser.post(edit, FORM | {"every": "month", "monthday": "x"}).text
    assert "已暂停" in browser.post(f"/admin/occasions/{saved.id}/pause").text
    assert "进行中" in browser.post(f"/admin/occasions/{saved.id}/go-on").text
    assert "已结束" in browser.post(f"/admin/occasions/{saved.id}/end").text
    assert "农历生日" in browser.get("/admin/occasions").text


def test_a_reminder_of_an_event_is_made_for_all_of_them_or_one(
    desk: tuple[Village, Browser], clock: clocks.Hands
) -> None:
    village, browser = desk
    chen = village.person("陈秀英", 501, "sms")
    meeting = event_on(village, date(2026, 11, 6), "业主大会", chen)
    remind = notice(village, "{{姓名}}，{{活动}}", "event_signup", "reminder")
    form = f"/admin/occasions/new?notice={remind.id}"
    page = browser.get(form)
    assert "报名参加“业主大会”的人" in page.text and "活动开始之前" in page.text
    one = {"kind": "event_signup", "how": "begins", "event": meeting.id}
    page = browser.post(form, FORM | {"every": "event", "event_days": "3", "who": page_form.token(one)})
    assert "活动前 3 天 8:30" in page.text and page.text.count("<time") == 1
    clock.forward(hours=22, minutes=31)
    occasion_due.due()
    browser.sign_in("wang")
    page = browser.get(f"/admin/occasions/{Occasion.select().get().id}")
    assert "农历生日 2026-11-03" in page.text
    notices.retire(village.admin, remind.id)
    Occasion.update(state="active", next_at=clocks.now()).execute()
    occasion_due.due()
    assert "已停用" in browser.get(f"/admin/occasions/{Occasion.select().get().id}").text
