"""Somebody who is away without an end is left in peace, but never without anybody knowing how she is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest

from backend.alarms import actions as alarms
from backend.alarms.models import Alarm
from backend.care import absences, asking, hooks, long_away
from backend.care.models import Absence, CheckIn
from backend.core import clock as clocks
from backend.core.clock import Hands
from backend.fields.words import Said
from backend.messaging import people
from tests.care import town as towns
from tests.care.simulation import writes
from tests.care.town import Town
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Talker, talker

assert hooks


@pytest.fixture
def town(sqlite_database: TestDatabase) -> Town:
    return towns.found()


@pytest.fixture
def hands(town: Town) -> Iterator[Hands]:
    with clocks.stopped(towns.local(2, time(15))) as hands:
        yield hands


@pytest.fixture
def chen(hands: Hands, town: Town) -> int:
    her = towns.elder(town, "陈秀英", 501, "sms")
    towns.daughter(her)
    towns.plan(town, her, called="陈奶奶")
    absences.tell_for(town.actor(town.admin), her, clocks.local(clocks.now()).date(), None, "在女儿家")
    return her


@pytest.fixture
def phone(chen: int) -> Talker:
    return talker("sms", "+8613800000501")


def days(hands: Hands, number: float) -> None:
    """The days go by, three hours at a time."""
    for _step in range(round(number * 8)):
        hands.forward(hours=3)
        asking.due()
        long_away.look()


def asked_of(her: int) -> int:
    return sum("还在外面" in c.text for c in towns.said_to(towns.address(her, "sms").id))


def test_after_a_week_she_is_asked_once_by_day_and_after_a_day_of_silence_people_are(
    town: Town, chen: int, hands: Hands
) -> None:
    days(hands, 6.9)
    assert not asked_of(chen)
    days(hands, 0.5)
    assert asked_of(chen) == 1
    assert 9 <= clocks.local(Absence.get().asked_at).hour < 20
    days(hands, 0.5)
    assert not Alarm.select().exists()
    days(hands, 2)
    alarm = Alarm.get()
    assert (alarm.kind, alarm.severity, alarm.resident_id, asked_of(chen)) == ("long_away", "info", chen, 1)
    assert {c.status for c in CheckIn.select()} == {"excused"}


def test_what_somebody_found_out_is_good_for_another_week(town: Town, chen: int, hands: Hands) -> None:
    days(hands, 9)
    alarms.answer(town.actor(town.grid_worker), Alarm.get().id, "safe")
    days(hands, 6)
    assert asked_of(chen) == 1
    days(hands, 1.5)
    assert asked_of(chen) == 2


def test_still_away_is_one_tap_and_home_again_too(phone: Talker, chen: int, hands: Hands) -> None:
    days(hands, 7)
    assert "一周" in phone.say("1")
    days(hands, 3)
    assert not Alarm.select().exists()
    days(hands, 4)
    assert phone.say("2").startswith("欢迎回家")
    assert Absence.get().ends_at == clocks.now()


def test_her_answer_after_people_were_called_ends_it(phone: Talker, chen: int, hands: Hands) -> None:
    days(hands, 9)
    assert "一周" in phone.say("1")
    assert Alarm.get().status == "cleared"


def test_any_word_of_hers_is_an_answer(chen: int, hands: Hands) -> None:
    days(hands, 7)
    writes(towns.address(chen, "sms").id)
    days(hands, 3)
    assert not Alarm.select().exists() and Absence.get().asked_at is None


def test_who_told_of_it_in_her_place_is_asked_as_well(town: Town, chen: int, hands: Hands) -> None:
    daughter = talker("telegram", f"daughter-{chen}")
    teller = people.find("telegram", f"daughter-{chen}").id  # type: ignore[union-attr]
    absences.back(f"resident:{chen}", chen)
    today = clocks.local(clocks.now()).date()
    absences.tell(f"family:{teller}", chen, today, None, "在我家")
    days(hands, 7)
    assert "一周" in daughter.press(f"absence.still:{chen}")
    towns.elder(town, "周敏", 502, "telegram")
    assert "一周" not in talker("telegram", "telegram-502").say(said=Said(choice=f"absence.still:{chen}"))


def test_a_newer_word_with_a_day_takes_the_place_of_one_without(chen: int, hands: Hands) -> None:
    today = clocks.local(clocks.now()).date()
    absences.tell(f"resident:{chen}", chen, today, today.replace(day=4), "去女儿家到周三")
    days(hands, 3)
    assert CheckIn.select().order_by(CheckIn.id.desc()).get().status == "asked"
