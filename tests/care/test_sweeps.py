"""What the scheduler does for grandmother Chen: asked in time and once, asked elsewhere, handed to people, never forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest

from backend.alarms import actions as alarms
from backend.alarms.models import Alarm
from backend.care import (
    absences,
    answering,
    asking,
    following,
    holidays,
    plans,
    summaries,
    visit_actions,
    visits,
)
from backend.care.answering import Voice
from backend.care.models import Absence, CarePlan, CheckIn, CheckInQuestion, Visit
from backend.care.plans import Wanted
from backend.care.visiting import Report
from backend.core import clock as clocks
from backend.core import privacy
from backend.core.clock import Hands
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.fields.words import Words
from backend.messaging import deliveries, people
from backend.messaging.models import Delivery, Message
from tests.care import town as towns
from tests.care.simulation import writes
from tests.care.town import Town


@pytest.fixture
def morning() -> Iterator[Hands]:
    """Monday 2 November 2026, 07:55 in Shanghai: five minutes before Chen is asked."""
    with clocks.stopped(towns.local(2, time(7, 55))) as hands:
        yield hands


@pytest.fixture
def chen(morning: Hands, town: Town) -> int:
    """On SMS and by phone, asked at eight; her daughter is on Telegram."""
    her = towns.elder(town, "陈秀英", 501, "sms", "voice")
    towns.daughter(her)
    towns.plan(town, her, called="陈奶奶")
    return her


def sweep() -> None:
    asking.due()
    following.remind()


def asked(morning: Hands, minutes: float = 5) -> CheckIn:
    morning.forward(minutes=minutes)
    sweep()
    return CheckIn.get()


def voice(her: int, channel: str = "sms") -> Voice:
    return Voice(towns.address(her, channel).id, her)


def test_she_is_asked_by_name_with_two_answers_and_only_once(chen: int, morning: Hands) -> None:
    check_in = asked(morning)
    sweep()
    (question,) = towns.said_to(towns.address(chen, "sms").id)
    assert question.text == "陈奶奶早上好，今天都好吗？"
    assert [o.value for o in question.options] == [
        f"checkin.well:{check_in.id}",
        f"checkin.help:{check_in.id}",
    ]
    assert check_in.status == "asked"


def test_silence_is_asked_again_by_phone_then_her_daughter_hears_of_it(chen: int, morning: Hands) -> None:
    asked(morning)
    morning.forward(minutes=30)
    sweep()
    assert len(towns.said_to(towns.address(chen, "voice").id)) == 1
    assert CheckIn.get().status == "asked_again"
    morning.forward(minutes=30)
    sweep()
    assert (CheckIn.get().status, CheckIn.get().why) == ("missed", "silent")
    told = Message.get(Message.purpose == "alarm")
    assert people.get(told.identity_id).address == f"daughter-{chen}"


def test_a_question_that_cannot_be_delivered_goes_to_the_phone_at_once(chen: int, morning: Hands) -> None:
    asked(morning)
    deliveries.fail(Delivery.get().id, "no such number")
    morning.forward(seconds=10)
    sweep()
    assert [q.channel for q in CheckInQuestion.select().order_by(CheckInQuestion.id)] == ["sms", "voice"]
    assert CheckInQuestion.get(CheckInQuestion.channel == "sms").failed


def test_a_scheduler_that_was_down_for_an_hour_asks_late_and_one_that_was_down_for_five_calls_people(
    chen: int, morning: Hands
) -> None:
    assert asked(morning, 65).status == "asked"
    CheckIn.delete().execute()
    CarePlan.update(next_due_at=towns.local(2, time(8))).execute()
    late = asked(morning, 240)
    assert (late.status, late.why) == ("missed", "could_not_ask")
    assert Alarm.get().kind == "missed_checkin"
    assert CheckInQuestion.select().count() == 0


def test_days_that_nobody_looked_at_are_one_alarm_and_today_is_asked(chen: int, morning: Hands) -> None:
    morning.forward(days=3)
    asked(morning)
    found = [(c.status, c.why) for c in CheckIn.select().order_by(CheckIn.due_at)]
    assert found == [("missed", "could_not_ask")] * 3 + [("asked", "")]
    assert Alarm.select().count() == 1
    answering.well(voice(chen), CheckIn.get(CheckIn.status == "asked").id)
    assert {c.status for c in CheckIn.select()} == {"well"}
    assert Alarm.get().status == "cleared"


def test_a_late_answer_clears_the_alarm_and_tells_those_who_were_told(chen: int, morning: Hands) -> None:
    asked(morning)
    for _wait in range(2):
        morning.forward(minutes=30)
        sweep()
    heard = answering.well(voice(chen), CheckIn.get().id, "好着呢")
    assert heard.what == "late"
    assert (CheckIn.get().status, CheckIn.get().late, CheckIn.get().by) == ("well", True, "herself")
    assert Alarm.get().status == "cleared"
    last = Message.select().where(Message.purpose == "alarm").order_by(Message.id.desc()).get()
    assert people.get(last.identity_id).address == f"daughter-{chen}"


def test_help_calls_people_at_once_and_twice_is_one_alarm(chen: int, morning: Hands) -> None:
    check_in = asked(morning)
    assert answering.help_(voice(chen), check_in.id, "头晕").what == "help"
    answering.help_(voice(chen), check_in.id)
    alarm = Alarm.get()
    assert (alarm.kind, alarm.severity, Alarm.select().count()) == ("asked_for_help", "critical", 1)
    assert CheckIn.get().status == "help"
    morning.forward(hours=2)
    sweep()
    assert Alarm.select().count() == 1


def test_she_who_writes_something_else_is_asked_gently_once_then_people_look(
    chen: int, morning: Hands
) -> None:
    asked(morning)
    morning.forward(minutes=5)
    writes(towns.address(chen, "sms").id)
    morning.forward(minutes=25)
    sweep()
    sweep()
    said = towns.said_to(towns.address(chen, "sms").id)
    assert len(said) == 2 and "都好吗" in said[1].text
    assert not towns.said_to(towns.address(chen, "voice").id)
    morning.forward(minutes=30)
    sweep()
    assert (CheckIn.get().status, CheckIn.get().why, Alarm.get().severity) == ("missed", "unclear", "info")


def test_nobody_asks_while_she_is_away_and_her_daughter_knows(chen: int, morning: Hands) -> None:
    today = clocks.local(clocks.now()).date()
    words = absences.tell(f"resident:{chen}", chen, today, today.replace(day=8), "我去女儿家住到周日")
    assert (
        str(words.text)
        == "好的，到11月8日周日为止不打扰您，11月9日周一再问您好。早回来了，说一声“我回来了”就行。"
    )
    for _day in range(7):
        morning.forward(days=1)
        sweep()
    assert {c.status for c in CheckIn.select()} == {"excused"}
    assert not towns.said_to(towns.address(chen, "sms").id)
    assert Message.select().where(Message.dedupe.startswith("away:")).count() == 1


def test_back_early_she_is_asked_again_and_a_second_back_is_nothing(chen: int, morning: Hands) -> None:
    today = clocks.local(clocks.now()).date()
    absences.tell(f"resident:{chen}", chen, today, None)
    assert absences.back(f"resident:{chen}", chen) is not None
    assert absences.back(f"resident:{chen}", chen) is None
    assert asked(morning).status == "asked"


def test_an_absence_told_as_the_answer_ends_the_question(chen: int, morning: Hands) -> None:
    asked(morning)
    today = clocks.local(clocks.now()).date()
    absences.tell(f"resident:{chen}", chen, today, today.replace(day=8))
    assert CheckIn.get().status == "excused"
    with pytest.raises(Invalid):
        absences.tell(f"resident:{chen}", chen, today, today.replace(day=1))


def test_a_day_off_is_left_out_only_where_the_plan_says_so(town: Town, chen: int, morning: Hands) -> None:
    other = towns.elder(town, "周敏", 502, "sms")
    towns.plan(town, other, skip_holidays=True)
    admin = town.actor(town.admin)
    holidays.add(admin, town.happy.id, clocks.local(clocks.now()).date(), "社区开放日")
    asked(morning)
    assert [c.resident_id for c in CheckIn.select()] == [chen]
    assert CarePlan.get(CarePlan.resident_id == other).next_due_at == towns.local(3, time(8))


def test_only_her_own_address_answers_for_her(town: Town, chen: int, morning: Hands) -> None:
    other = towns.elder(town, "周敏", 502, "sms")
    check_in = asked(morning)
    with pytest.raises(NotFound):
        answering.well(voice(other), check_in.id)


def test_the_grid_worker_goes_and_reports_and_that_ends_it(town: Town, chen: int, morning: Hands) -> None:
    asked(morning)
    for _wait in range(12):
        morning.forward(minutes=10)
        sweep()
        alarms.climb()
        visits.make_due()
    sun = town.actor(town.grid_worker)
    visit = Visit.get()
    assert visit_actions.go(sun, visit.id).visit.status == "going"
    assert visit_actions.go(sun, visit.id).repeated
    visit_actions.finish(sun, visit.id, Report("unwell", "发烧，送医院了"))
    assert (CheckIn.get().status, Alarm.get().status) == ("closed", "cleared")
    told = [c.text for c in towns.said_to(people.find("telegram", f"daughter-{chen}").id)]  # type: ignore[union-attr]
    assert any("陈秀英" in text and "走访" in text for text in told)


def test_nobody_opened_sends_the_alarm_on_and_the_matter_stays_open(
    town: Town, chen: int, morning: Hands
) -> None:
    asked(morning)
    for _wait in range(12):
        morning.forward(minutes=10)
        sweep()
        alarms.climb()
        visits.make_due()
    visit_actions.finish(town.actor(town.grid_worker), Visit.get().id, Report("no_answer"))
    assert CheckIn.get().status == "missed"
    assert Alarm.get().status != "cleared"


def test_a_plan_that_is_changed_at_the_moment_of_its_question_asks_it_all_the_same(
    town: Town, chen: int, morning: Hands
) -> None:
    morning.forward(minutes=5, seconds=5)
    plans.confirm(town.actor(town.admin), chen)
    sweep()
    assert CheckIn.get().status == "asked"


def test_a_cry_for_help_has_a_visit_to_report_and_none_when_it_was_nothing(
    town: Town, chen: int, morning: Hands
) -> None:
    alarm_id = alarms.raise_alarm(
        "sos", org_id=town.grid.id, severity="critical", words=Words("救命"), resident_id=chen, source="words:1"
    )  # fmt: skip
    alarms.answer(town.actor(town.grid_worker), alarm_id, "going")
    assert (Visit.get().status, Visit.get().assignee_id) == ("going", town.grid_worker)
    alarms.over(alarms.Caller(towns.address(chen, "sms").id, chen), alarm_id)
    assert Visit.get().status == "cancelled"


def test_a_second_worker_takes_over_the_visit_of_one_who_cannot(
    town: Town, chen: int, morning: Hands
) -> None:
    asked(morning)
    for _wait in range(12):
        morning.forward(minutes=10)
        sweep()
        alarms.climb()
    alarm_id = Alarm.get().id
    alarms.answer(town.actor(town.grid_worker), alarm_id, "going")
    alarms.answer(town.actor(town.grid_worker), alarm_id, "cannot")
    assert Visit.get().status == "open"
    alarms.answer(town.actor(town.desk), alarm_id, "going")
    assert (Visit.get().status, Visit.get().assignee_id) == ("going", town.desk)


def test_nobody_opened_at_a_visit_that_staff_asked_for_calls_people(
    town: Town, chen: int, morning: Hands
) -> None:
    made = visit_actions.create(town.actor(town.admin), chen, "两天没见她了", towns.local(2, time(9)))
    visit_actions.finish(town.actor(town.grid_worker), made.id, Report("no_answer"))
    alarm = Alarm.get()
    assert (alarm.kind, alarm.status, alarm.resident_id) == ("missed_checkin", "open", chen)
    daughter = people.find("telegram", f"daughter-{chen}")
    assert any("没人开门" in c.text for c in towns.said_to(daughter.id))  # type: ignore[union-attr]
    again = visit_actions.create(town.actor(town.admin), chen, "再去一次", towns.local(2, time(10)))
    visit_actions.finish(town.actor(town.grid_worker), again.id, Report("well"))
    assert Alarm.get().status == "cleared"


def test_nobody_opened_at_a_late_visit_goes_on_with_her_family(town: Town, chen: int, morning: Hands) -> None:
    made = visit_actions.create(town.actor(town.admin), chen, "看看暖气", towns.local(2, time(9)))
    morning.forward(hours=3)
    visits.overdue()
    visit_actions.finish(town.actor(town.grid_worker), made.id, Report("no_answer"))
    assert {a.kind: a.status for a in Alarm.select()} == {
        "visit_overdue": "cleared",
        "missed_checkin": "open",
    }


def test_a_visit_that_nobody_reports_from_calls_people_and_the_next_one_is_made(
    town: Town, chen: int, morning: Hands
) -> None:
    admin = town.actor(town.admin)
    made = visit_actions.create(admin, chen, "看看暖气", towns.local(2, time(12)))
    morning.forward(hours=5)
    assert visits.overdue() == 1
    assert visits.overdue() == 0
    assert Alarm.get().kind == "visit_overdue"
    day = clocks.local(clocks.now()).date().replace(day=9)
    visit_actions.finish(town.actor(town.grid_worker), made.id, Report("well", next=day))
    assert Alarm.get().status == "cleared"
    assert Visit.get(Visit.status == "open").due_at == towns.local(9, time(17))


def test_staff_who_know_how_she_is_end_it_with_a_word(town: Town, chen: int, morning: Hands) -> None:
    check_in = asked(morning)
    with pytest.raises(Invalid):
        answering.close(town.actor(town.desk), check_in.id, " ")
    answering.close(town.actor(town.desk), check_in.id, "刚通过电话")
    assert (CheckIn.get().status, CheckIn.get().said) == ("closed", "刚通过电话")
    with pytest.raises(Conflict):
        answering.close(town.actor(town.desk), check_in.id, "再来一次")


def test_a_wish_waits_for_staff_and_a_confirmed_plan_is_told_and_can_be_declined(
    town: Town, morning: Hands
) -> None:
    her = towns.elder(town, "周敏", 502, "sms", locale="en")
    plans.wish(f"resident:{her}", her, [time(9)], ["sms", "voice"])
    morning.forward(days=1)
    sweep()
    assert CheckIn.select().count() == 0
    plans.confirm(town.actor(town.admin), her)
    (told,) = towns.said_to(towns.address(her, "sms").id)
    assert "each day at 09:00, first on Tuesday, November 3" in told.text
    assert plans.decline(her)
    assert not plans.decline(her)
    assert CarePlan.get().next_due_at is None


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted("", [time(8)], ["sms"]), "days"),
        (Wanted("1", [], ["sms"]), "times"),
        (Wanted("1", [time(8)], ["pigeon"]), "channels"),
        (Wanted("1", [time(8)], ["sms"], zone="Mars/Base"), "zone"),
        (Wanted("1", [time(8)], ["sms"], wait=1), "wait"),
        (Wanted("1", [time(8)], ["sms"], window=10), "window"),
    ],
)
def test_a_plan_that_cannot_be_kept_is_not_made(wanted: Wanted, field: str, town: Town, chen: int) -> None:
    with pytest.raises(Invalid) as problem:
        plans.save(town.actor(town.admin), chen, wanted)
    assert problem.value.field == field


def test_an_auditor_reads_and_changes_nothing(town: Town, chen: int) -> None:
    auditor = town.actor(towns.hire("eye", "审计员", "auditor", town.happy))
    with pytest.raises(Forbidden):
        plans.save(auditor, chen, Wanted("1", [time(8)], ["sms"]))


def test_the_month_is_told_to_her_daughter_on_the_first_once(chen: int, morning: Hands) -> None:
    check_in = asked(morning)
    answering.well(voice(chen), check_in.id)
    morning.at = towns.local(1, time(8, 59), 12)
    assert summaries.tell() == 0
    morning.forward(minutes=2)
    assert summaries.tell() == 1
    assert summaries.tell() == 0
    told = Message.get(Message.purpose == "summary")
    assert towns.said_to(told.identity_id)[-1].text.startswith("**陈秀英的11月**")


def test_a_summary_that_is_caught_up_wakes_nobody(chen: int, morning: Hands) -> None:
    answering.well(voice(chen), asked(morning).id)
    morning.at = towns.local(2, time(3), 12)
    assert summaries.tell() == 0
    morning.forward(hours=6)
    assert summaries.tell() == 1


def test_her_data_is_exported_and_forgotten(town: Town, chen: int, morning: Hands) -> None:
    check_in = asked(morning)
    answering.well(voice(chen), check_in.id, "好着呢")
    visit_actions.create(town.actor(town.admin), chen, "看看暖气", towns.local(3, time(12)))
    held = privacy.export(chen)["care"]
    assert held["plan"]["called"] == "陈奶奶"
    assert held["check_ins"][0]["said"] == "好着呢"
    privacy._holders["care"].forget(chen)
    assert (CarePlan.select().count(), CheckIn.select().count(), Absence.select().count()) == (0, 0, 0)
    assert Visit.get().reason == "—"
