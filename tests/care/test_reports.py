"""What somebody of ours found at her door is kept whenever it is told, and what follows from it happens once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest

from backend.alarms import actions as alarms
from backend.alarms.models import Alarm
from backend.care import answering, asking, following, visit_actions, visits
from backend.care.answering import Voice
from backend.care.models import CheckIn, Visit
from backend.care.visiting import Report
from backend.core import clock as clocks
from backend.core.clock import Hands
from backend.messaging import people
from tests.care import town as towns
from tests.care.town import Town
from tests.databases import TestDatabase


@pytest.fixture
def town(sqlite_database: TestDatabase) -> Town:
    return towns.found()


@pytest.fixture
def morning(town: Town) -> Iterator[Hands]:
    with clocks.stopped(towns.local(2, time(7, 55))) as hands:
        yield hands


@pytest.fixture
def chen(morning: Hands, town: Town) -> int:
    """She does not answer; the alarm has climbed to the grid worker, who goes."""
    her = towns.elder(town, "陈秀英", 501, "sms")
    towns.daughter(her)
    towns.plan(town, her, channels="sms")
    for _wait in range(12):
        morning.forward(minutes=10)
        asking.due()
        following.remind()
        alarms.climb()
        visits.make_due()
    alarms.answer(town.actor(town.grid_worker), Alarm.get().id, "going")
    return her


def by_mistake(town: Town) -> Visit:
    """The desk thinks that it has reached her, and calls it off while the grid worker is on the way."""
    alarms.answer(town.actor(town.desk), Alarm.get().id, "safe")
    visit: Visit = Visit.get()
    assert visit.status == "cancelled"
    return visit


def to_daughter(her: int) -> list[str]:
    identity = people.find("telegram", f"daughter-{her}")
    assert identity is not None
    return [c.text for c in towns.said_to(identity.id)]


def test_a_report_of_trouble_after_a_mistaken_all_clear_is_kept_and_calls_people_again(
    town: Town, chen: int, morning: Hands
) -> None:
    visit = by_mistake(town)
    sun = town.actor(town.grid_worker)
    assert visit_actions.finish(sun, visit.id, Report("hospital", "摔倒了，叫了救护车")).then == "again"
    assert visit_actions.finish(sun, visit.id, Report("hospital", "摔倒了，叫了救护车")).repeated
    kept = Visit.get()
    assert (kept.status, kept.condition, kept.report) == ("done", "hospital", "摔倒了，叫了救护车")
    again = Alarm.get(Alarm.status == "open")
    assert (again.kind, again.resident_id) == ("visit_trouble", chen)
    assert "摔倒了" in to_daughter(chen)[-1]
    assert Alarm.select().count() == 2


def test_a_report_that_all_is_well_is_kept_after_an_all_clear_and_calls_nobody(
    town: Town, chen: int, morning: Hands
) -> None:
    visit = by_mistake(town)
    assert visit_actions.finish(town.actor(town.grid_worker), visit.id, Report("well", "在晒太阳")).then == ""
    assert Visit.get().report == "在晒太阳"
    assert not Alarm.select().where(Alarm.status != "cleared").exists()


def test_nobody_opened_after_a_mistaken_all_clear_begins_the_ladder_again_with_a_visit(
    town: Town, chen: int, morning: Hands
) -> None:
    visit = by_mistake(town)
    gone = visit_actions.finish(town.actor(town.grid_worker), visit.id, Report("no_answer"))
    again = Alarm.get(Alarm.status == "open")
    assert (gone.then, again.kind) == ("again", "missed_checkin")
    assert Visit.get(Visit.status == "open").alarm_id == again.id


def test_nobody_opened_worries_nobody_when_she_has_answered_herself(
    town: Town, chen: int, morning: Hands
) -> None:
    answering.well(Voice(towns.address(chen, "sms").id, chen), CheckIn.get().id)
    gone = visit_actions.finish(town.actor(town.grid_worker), Visit.get().id, Report("no_answer"))
    assert gone.then == "answered"
    assert Visit.get().condition == "no_answer"
    assert not Alarm.select().where(Alarm.status != "cleared").exists()


def test_when_nobody_opened_another_visit_waits_for_the_same_alarm_until_she_is_found(
    town: Town, chen: int, morning: Hands
) -> None:
    sun, desk, alarm_id = town.actor(town.grid_worker), town.actor(town.desk), Alarm.get().id
    visit_actions.finish(sun, Visit.get().id, Report("no_answer"))
    visits.make_due()
    first, second = Visit.select().order_by(Visit.id)
    assert (second.alarm_id, second.status, first.next_id) == (alarm_id, "open", second.id)
    assert second.due_at == clocks.now() + visits.WITHIN
    alarms.answer(desk, alarm_id, "going")
    assert Visit.get_by_id(second.id).assignee_id == town.desk
    visit_actions.finish(desk, second.id, Report("no_answer"))
    third = Visit.get(Visit.status == "open")
    assert third.alarm_id == alarm_id
    visit_actions.finish(sun, third.id, Report("well"))
    assert (Alarm.get().status, CheckIn.get().status, Visit.select().count()) == ("cleared", "closed", 3)


def test_the_visit_that_waits_is_taken_off_the_list_when_the_alarm_ends(
    town: Town, chen: int, morning: Hands
) -> None:
    visit_actions.finish(town.actor(town.grid_worker), Visit.get().id, Report("no_answer"))
    alarms.answer(town.actor(town.desk), Alarm.get().id, "safe")
    assert [v.status for v in Visit.select().order_by(Visit.id)] == ["done", "cancelled"]


def test_nobody_opened_and_then_she_did_are_two_reports_and_the_second_ends_it(
    town: Town, chen: int, morning: Hands
) -> None:
    sun, first = town.actor(town.grid_worker), Visit.get()
    visit_actions.finish(sun, first.id, Report("no_answer"))
    visit_actions.finish(sun, first.id, Report("well", "刚回来，去买菜了"))
    visit_actions.finish(sun, first.id, Report("well", "刚回来，去买菜了"))
    assert [(v.condition, v.status) for v in Visit.select().order_by(Visit.id)] == [
        ("no_answer", "done"),
        ("well", "done"),
    ]
    assert Alarm.get().status == "cleared"


def test_a_colleague_who_was_there_too_is_heard(town: Town, chen: int, morning: Hands) -> None:
    first = Visit.get()
    visit_actions.finish(town.actor(town.grid_worker), first.id, Report("well"))
    visit_actions.finish(town.actor(town.desk), first.id, Report("unwell", "发烧了"))
    second = Visit.get_by_id(Visit.get_by_id(first.id).next_id)
    assert (second.condition, second.done_by, Visit.get_by_id(first.id).condition) == (
        "unwell",
        town.desk,
        "well",
    )
    assert Alarm.get(Alarm.status == "open").kind == "visit_trouble"
