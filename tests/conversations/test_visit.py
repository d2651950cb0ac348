"""A visit from the grid worker's own chat: offered, on the way, reported with a photo and a place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest

from backend.alarms import actions as alarms
from backend.alarms.models import Alarm
from backend.care import asking, following, visit_actions, visits
from backend.care.models import CheckIn, Visit
from backend.core import clock as clocks
from backend.core.clock import Hands
from backend.fields.words import Media, Place, Said
from tests.care import town as towns
from tests.care.town import Town
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Talker, talker


@pytest.fixture
def morning(sqlite_database: TestDatabase) -> Iterator[Hands]:
    with clocks.stopped(towns.local(3, time(7, 55))) as hands:
        yield hands


@pytest.fixture
def town(morning: Hands) -> Town:
    return towns.found()


@pytest.fixture
def chen(town: Town) -> int:
    her = towns.elder(town, "陈秀英", 501, "sms")
    towns.plan(town, her, note="钥匙在502")
    return her


@pytest.fixture
def sun(town: Town) -> Talker:
    """The grid worker in Telegram."""
    return talker("telegram", "tg-sun")


def _silent(morning: Hands) -> None:
    for _wait in range(8):
        morning.forward(minutes=10)
        asking.due()
        following.remind()
        alarms.climb()
        visits.make_due()


def test_who_goes_to_an_alarm_is_offered_the_report_and_the_report_ends_it(
    chen: int, sun: Talker, morning: Hands
) -> None:
    _silent(morning)
    sun.press(f"alarm.going:{Alarm.get().id}")
    visit = Visit.get()
    assert visit.status == "going"
    sun.press(f"visit.done:{visit.id}")
    sun.tap("平安")
    sun.say("在楼下晒太阳，手机没电")
    sun.say(said=Said(media=Media("k" * 32, "image/jpeg")))
    sun.say(said=Said(location=Place(31.23, 121.47)))
    done = sun.say("跳过")
    assert done.startswith("谢谢，记下了：平安")
    visit = Visit.get()
    assert (visit.status, visit.condition, visit.photo) == ("done", "well", "k" * 32)
    assert visits.point(visit) == "31.23000, 121.47000"
    assert (CheckIn.get().status, Alarm.get().status) == ("closed", "cleared")


def test_my_visits_are_listed_and_taken(town: Town, chen: int, sun: Talker, morning: Hands) -> None:
    assert "没有要走访的" in sun.say("我的走访")
    admin = town.actor(town.admin)
    for reason in ("看看暖气", "送药"):
        visit_actions.create(admin, chen, reason, towns.local(3, time(17)))
    assert "急的在前" in sun.say("我的走访")
    sun.press(f"visit.show:{Visit.get().id}")
    said = sun.tap("我出发了" if "我出发了" in sun.options else next(iter(sun.options)))
    assert "3号楼2单元501" in said
    assert Visit.get().status == "going"


def test_nobody_opened_is_one_tap_and_the_next_person_is_told(chen: int, sun: Talker, morning: Hands) -> None:
    _silent(morning)
    sun.press(f"alarm.going:{Alarm.get().id}")
    sun.press(f"visit.done:{Visit.get().id}")
    said = sun.tap("没人开门，不知道情况")
    assert "马上通知下一位" in said
    assert Alarm.get().status != "cleared"


def test_a_visit_is_not_for_residents(town: Town, chen: int, morning: Hands) -> None:
    visit = visit_actions.create(town.actor(town.admin), chen, "看看", towns.local(3, time(17)))
    zhou = towns.elder(town, "周敏", 502, "telegram")
    assert zhou
    said = talker("telegram", "telegram-502").say(said=Said(choice=f"visit.done:{visit.id}"))
    assert "visit" not in said
    assert Visit.get().status == "open"


def test_a_report_in_the_making_is_not_lost_when_somebody_calls_the_visit_off(
    town: Town, chen: int, sun: Talker, morning: Hands
) -> None:
    _silent(morning)
    sun.press(f"alarm.going:{Alarm.get().id}")
    visit = Visit.get()
    sun.press(f"visit.done:{visit.id}")
    sun.tap(list(sun.options)[1])
    alarms.answer(town.actor(town.desk), Alarm.get().id, "safe")
    sun.say("发烧39度，女儿在路上")
    for _rest in range(3):
        said = sun.say("跳过")
    assert "大家原以为没事了" in said
    assert (Visit.get().condition, Alarm.get(Alarm.status == "open").kind) == ("unwell", "visit_trouble")
