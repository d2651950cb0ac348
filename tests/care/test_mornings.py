"""The day's visits are told to the worker in the morning, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest

from backend.care import mornings, visit_actions
from backend.care.models import Visit
from backend.care.visiting import Report
from backend.core import clock as clocks
from backend.core.clock import Hands
from backend.messaging import people
from backend.messaging.content import Content
from tests.care import town as towns
from tests.care.town import Town
from tests.databases import TestDatabase


@pytest.fixture
def town(sqlite_database: TestDatabase) -> Town:
    return towns.found()


@pytest.fixture
def monday(town: Town) -> Iterator[Hands]:
    with clocks.stopped(towns.local(2, time(15))) as hands:
        yield hands


@pytest.fixture
def chen(monday: Hands, town: Town) -> int:
    return towns.elder(town, "陈秀英", 501, "sms")


def told_to(username: str) -> list[Content]:
    identity = people.find("telegram", f"tg-{username}")
    assert identity is not None
    return [c for c in towns.said_to(identity.id) if "早上好" in c.text]


def test_the_days_visits_are_one_message_in_the_morning(town: Town, chen: int, monday: Hands) -> None:
    admin, zhou = town.actor(town.admin), towns.elder(town, "周敏", 502, "sms")
    visit_actions.create(admin, zhou, "送药", towns.local(3, time(17)))
    visit_actions.create(admin, chen, "看看暖气", towns.local(3, time(10)), town.grid_worker)
    visit_actions.create(admin, chen, "量血压", towns.local(4, time(10)))
    monday.at = towns.local(3, time(7, 59))
    assert mornings.tell() == 0
    monday.forward(minutes=1)
    assert mornings.tell() == 1
    monday.forward(minutes=5)
    assert mornings.tell() == 0
    (message,) = told_to("sun")
    assert message.text.startswith("早上好，今天有2个走访")
    assert [o.label for o in message.options] == ["陈秀英，10:00", "周敏，17:00"]
    assert not told_to("desk")


def test_a_next_visit_agreed_at_the_door_is_told_on_its_day(town: Town, chen: int, monday: Hands) -> None:
    sun = town.actor(town.grid_worker)
    made = visit_actions.create(town.actor(town.admin), chen, "看看暖气", towns.local(2, time(17)))
    day = clocks.local(clocks.now()).date().replace(day=9)
    visit_actions.finish(sun, made.id, Report("well", next=day))
    for morning in range(3, 10):
        monday.at = towns.local(morning, time(8))
        mornings.tell()
    (message,) = told_to("sun")
    assert message.options[0].value == f"visit.show:{Visit.get(Visit.status == 'open').id}"


def test_a_morning_that_was_missed_is_caught_up_by_day_and_not_by_night(
    town: Town, chen: int, monday: Hands
) -> None:
    visit_actions.create(town.actor(town.admin), chen, "送药", towns.local(3, time(17)))
    monday.at = towns.local(3, time(20))
    assert mornings.tell() == 0
    monday.at = towns.local(4, time(11))
    visit_actions.create(town.actor(town.admin), chen, "量血压", towns.local(4, time(17)))
    assert mornings.tell() == 1
    assert len(told_to("sun")[0].options) == 1
