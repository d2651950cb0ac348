"""Whoever calls us with her number is heard, and cannot keep people away from her: see `conversations.callers`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest

from backend.alarms.models import Alarm
from backend.care import asking, following, hooks
from backend.care.models import Absence, CarePlan, CheckIn
from backend.core import clock as clocks
from backend.core.clock import Hands
from backend.fields.words import Said
from tests.care import town as towns
from tests.care.town import Town
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Talker, heard, talker

assert hooks
HERS = "+8613800000501"


@pytest.fixture
def morning(sqlite_database: TestDatabase) -> Iterator[Hands]:
    """Tuesday 3 November 2026, 07:55 in Shanghai."""
    with clocks.stopped(towns.local(3, time(7, 55))) as hands:
        yield hands


@pytest.fixture
def town(morning: Hands) -> Town:
    return towns.found()


@pytest.fixture
def chen(town: Town) -> int:
    her = towns.elder(town, "陈秀英", 501, "voice", "sms")
    towns.plan(town, her, called="陈奶奶", channels="voice,sms")
    return her


@pytest.fixture
def caller(chen: int) -> Talker:
    """A call to us that shows her number."""
    return talker("voice", HERS)


def rung(caller: Talker) -> Talker:
    """The same telephone, rung up by us."""
    found = talker("voice", HERS)
    found.ours, found.counter = True, caller.counter
    return found


def _sweep(morning: Hands, *minutes: int) -> None:
    for some in minutes:
        morning.forward(minutes=some)
        asking.due()
        following.remind()


def test_who_calls_back_and_is_well_has_answered_the_question_that_waits(
    caller: Talker, morning: Hands
) -> None:
    _sweep(morning, 5)
    caller.say("我很好")
    assert CheckIn.get().status == "well"


def test_once_people_look_for_her_a_call_with_her_number_does_not_stop_them_and_she_is_rung_up(
    caller: Talker, morning: Hands
) -> None:
    _sweep(morning, 5, 30, 180)
    assert CheckIn.get().status == "missed"
    assert "打过去" in caller.say("我很好")
    assert (CheckIn.get().status, Alarm.get().status) == ("missed", "open")
    rung(caller).say(said=Said(text="1", keyed=True))
    assert (CheckIn.get().status, Alarm.get().status) == ("well", "cleared")


def test_a_call_does_not_end_the_daily_question(caller: Talker, chen: int, morning: Hands) -> None:
    caller.say("不用每天打电话问我了")
    assert "再问您一次" in caller.say(said=Said(text="1", keyed=True))
    assert CarePlan.get().status == "active"
    assert "checkin.stop:" in [o.value for o in heard(resident_id=chen)[-1].options]
    talker("sms", HERS).say("1")
    assert CarePlan.get().status == "paused"


def test_an_absence_told_in_a_call_waits_for_her_yes_elsewhere(
    caller: Talker, chen: int, morning: Hands
) -> None:
    caller.say("我去女儿家住到星期天")
    assert "再问您一次" in caller.say(said=Said(text="1", keyed=True))
    assert Absence.select().count() == 0
    (sure,) = heard(resident_id=chen)[-1].options
    assert talker("telegram", "somebody").say(said=Said(choice=sure.value))
    assert Absence.select().count() == 0
    talker("sms", HERS).press(sure.value)
    assert Absence.get().told_by == f"resident:{chen}"
