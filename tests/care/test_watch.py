"""Care that cannot be done is not only logged: people are called, and /healthz is red until it works again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest
from structlog.testing import capture_logs

from backend.alarms import actions as alarms
from backend.alarms.models import Alarm
from backend.care import asking, faults, following
from backend.care.models import CareFault, CarePlan, CheckIn
from backend.core import clock as clocks
from backend.core import db, health
from backend.core.clock import Hands
from backend.core.i18n import render
from backend.messaging import people
from tests.care import town as towns
from tests.care.town import Town


@pytest.fixture(autouse=True)
def log() -> Iterator[None]:
    """Drawing a traceback with all that is in it takes seconds."""
    with capture_logs():
        yield


@pytest.fixture
def morning(town: Town) -> Iterator[Hands]:
    """Monday 2 November 2026, 07:55 in Shanghai."""
    with clocks.stopped(towns.local(2, time(7, 55))) as hands:
        yield hands


@pytest.fixture
def chen(morning: Hands, town: Town) -> int:
    her = towns.elder(town, "陈秀英", 501, "sms")
    towns.daughter(her)
    towns.plan(town, her, channels="sms")
    return her


def sweeps(hands: Hands, times: int) -> None:
    for _sweep in range(times):
        hands.forward(seconds=10)
        asking.due()
        following.remind()


def spoil(table: str, column: str) -> None:
    """What was sealed there cannot be opened any more."""
    db.execute(f"UPDATE {table} SET {column} = ?", (b"rubbish",))


def of_care() -> tuple[bool, str]:
    part = next(p for p in health.report().parts if p.name == "care")
    return part.ok, render(part.detail, "en")


def told_to(username: str) -> list[str]:
    identity = people.find("telegram", f"tg-{username}")
    assert identity is not None
    return [c.text for c in towns.said_to(identity.id)]


def test_a_check_in_that_cannot_be_read_reaches_the_duty_desk_and_healthz(
    town: Town, chen: int, morning: Hands
) -> None:
    morning.forward(minutes=5)
    sweeps(morning, 1)
    spoil("check_in", "said")
    morning.forward(minutes=31)
    sweeps(morning, faults.TRIES - 1)
    assert not Alarm.select().exists()
    sweeps(morning, 3)
    (alarm,) = Alarm.select()
    assert (alarm.kind, alarm.status, alarm.resident_id) == ("care_stuck", "open", chen)
    assert "陈秀英" in told_to("desk")[-1] and not told_to("sun")
    ok, detail = of_care()
    assert not ok
    assert (
        detail.startswith(f"1 care plans stand still: plan {CarePlan.get().id} (") and "telephone" in detail
    )


def test_who_looked_after_her_ends_it_and_it_is_forgotten_once_it_works_again(
    town: Town, chen: int, morning: Hands
) -> None:
    morning.forward(minutes=5)
    sweeps(morning, 1)
    spoil("check_in", "said")
    morning.forward(minutes=31)
    sweeps(morning, faults.TRIES)
    alarms.answer(town.actor(town.desk), Alarm.get().id, "safe")
    ended = CheckIn.select(CheckIn.status, CheckIn.by).get()
    assert (ended.status, ended.by) == ("closed", "alarm")
    morning.forward(minutes=3)
    faults.watch()
    assert of_care() == (True, "")
    assert not CareFault.select().exists()


def test_a_plan_that_cannot_be_read_calls_people_once_a_day(town: Town, chen: int, morning: Hands) -> None:
    CarePlan.update(note="钥匙在502").execute()
    spoil("care_plan", "note")
    spoil("resident", "mobile")
    morning.forward(minutes=5)
    sweeps(morning, faults.TRIES)
    (alarm,) = Alarm.select()
    assert alarm.resident_id is None
    assert f"居民编号{chen}" in told_to("desk")[-1]
    alarms.answer(town.actor(town.desk), alarm.id, "safe")
    morning.forward(hours=20)
    sweeps(morning, 2)
    assert Alarm.select().count() == 1
    morning.forward(hours=4)
    sweeps(morning, 2)
    assert Alarm.select().where(Alarm.status == "open").count() == 1


def test_what_no_sweep_reaches_for_a_quarter_of_an_hour_calls_people_but_a_scheduler_that_is_back_does_not(
    town: Town, chen: int, morning: Hands
) -> None:
    morning.forward(hours=1)
    faults.watch()
    assert not of_care()[0]
    sweeps(morning, 1)
    morning.forward(minutes=3)
    faults.watch()
    assert of_care() == (True, "")
    assert not Alarm.select().exists()
    CarePlan.update(next_due_at=clocks.now()).execute()
    for _minute in range(18):
        morning.forward(minutes=1)
        faults.watch()
    assert Alarm.get().kind == "care_stuck"


def test_a_passing_trouble_calls_nobody(town: Town, chen: int, morning: Hands) -> None:
    CarePlan.update(note="钥匙在502").execute()
    spoil("care_plan", "note")
    morning.forward(minutes=5)
    sweeps(morning, 2)
    CarePlan.update(note="钥匙在502").execute()
    sweeps(morning, 1)
    assert CheckIn.get().status == "asked"
    morning.forward(minutes=3)
    faults.watch()
    assert not CareFault.select().exists() and not Alarm.select().exists()
