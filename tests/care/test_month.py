"""A community of 300 people for 30 days, on a clock that jumps: whatever people do and whatever dies, no check-in is silently
missed, nobody is asked twice in the same way, who is away is left in peace, and each family hears of its month once. Nor does
anybody stand twice on a list, get a place that is not there, overtake those who came before her, or hear a reminder twice or
after she has answered."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest

from backend.alarms.models import Alarm, AlarmStep
from backend.care import plan, record, summaries
from backend.care.models import Absence, CarePlan, CareSummary, CheckIn, CheckInQuestion
from backend.core import clock, db
from backend.core.clock import Hands
from backend.messaging.models import Message
from tests.care import gatherings
from tests.care import town as towns
from tests.care.gatherings import Gatherings
from tests.care.simulation import Simulation
from tests.databases import TestDatabase
from tests.servers import Valkey

BEGIN = datetime(2026, 10, 1, 16, 0, tzinfo=UTC)
END = BEGIN + timedelta(days=30)
_CHANNELS = ("sms,voice", "sms", "telegram,sms,voice", "voice,sms", "telegram")
_TIMES = ("08:00", "09:00", "19:00")
_ZONES = ("Asia/Shanghai",) * 18 + ("Europe/London", "America/New_York")


def settle(hands: Hands, size: int, seed: int) -> Simulation:
    rng = random.Random(seed)
    hands.at = BEGIN
    with db.transaction():
        town = towns.found()
        everybody = []
        for n in range(size):
            channels = rng.choice(_CHANNELS)
            reach = [c for c in channels.split(",") if rng.random() > 0.03]
            her = towns.elder(town, f"陈{n}", 1000 + n, *reach)
            everybody.append(her)
            if n % 3:
                continue
            if rng.random() < 0.7:
                towns.daughter(her)
            # One in three has a plan; some are asked every day, the others once a week: as many as a quick test can live through.
            days = plan.WEEK if n % 100 == 0 else rng.choice(plan.WEEK)
            towns.plan(
                town, her, at=rng.choice(_TIMES), days=days, channels=channels, zone=rng.choice(_ZONES)
            )
            if rng.random() < 0.1:
                away = BEGIN + timedelta(days=rng.randint(0, 20))
                Absence.create(
                    resident_id=her, org_id=town.grid.id, starts_at=away, ends_at=away + timedelta(days=6),
                    told_by="staff:1", created_at=hands.at,
                )  # fmt: skip
    # Half an hour, one hour and five in the busiest time, and a whole night with two mornings around it.
    outages = [
        (towns.local(5, time(7, 50), 10), towns.local(5, time(8, 20), 10)),
        (towns.local(9, time(7, 59), 10), towns.local(9, time(9, 1), 10)),
        (towns.local(14, time(7, 0), 10), towns.local(14, time(12, 0), 10)),
        (towns.local(20, time(18, 0), 10), towns.local(22, time(10, 0), 10)),
    ]
    life = Simulation(hands, seed, outages, town.grid_worker)
    life.besides = Gatherings(town, everybody, random.Random(seed), life.later)
    life.besides.begin()
    return life


def everything_went_wrong(size: int) -> None:
    """What the promises below are tested against did happen."""
    kinds = Counter(c.status for c in CheckIn.select(CheckIn.status))
    assert kinds["well"] > size and {"help", "excused", "closed"} <= set(kinds)
    assert CheckIn.select().where(CheckIn.late).exists()
    assert CheckIn.select().where(CheckIn.why == "could_not_ask").exists()
    assert CheckIn.select().where(CheckIn.nudged_at.is_null(False)).exists()
    assert CheckInQuestion.select().where(CheckInQuestion.failed).exists()


def nobody_was_forgotten() -> None:
    """Every instant of every plan has one check-in; each has ended, or people were called about it."""
    for care in CarePlan.select():
        expected = plan.due_between(record.schedule_of(care), BEGIN, END)
        got = [c.due_at for c in CheckIn.select().where(CheckIn.plan == care.id).order_by(CheckIn.due_at)]
        assert [at for at in got if at <= END] == expected
    told = {step.alarm_id for step in AlarmStep.select(AlarmStep.alarm).distinct()}
    for check_in in CheckIn.select().where(CheckIn.due_at <= END - timedelta(hours=4)):
        assert check_in.status in ("well", "help", "excused", "closed", "missed"), check_in.status
        if check_in.status in ("missed", "help") or check_in.missed_at is not None:
            assert check_in.alarm_id in told


def nobody_was_pestered(outages: list[tuple[datetime, datetime]]) -> None:
    """Each channel once, one gentle word more at most, in time, and nobody who was away."""
    asked: Counter[tuple[int, str]] = Counter()
    for question in CheckInQuestion.select(CheckInQuestion, CheckIn).join(CheckIn):
        check_in = question.check_in
        asked[check_in.id, question.channel] += 1
        assert question.at - check_in.due_at < timedelta(hours=6)
        assert check_in.status != "excused" or check_in.settled_at > question.at
    assert set(asked.values()) == {1}
    said: Counter[str] = Counter(
        m.about for m in Message.select(Message.about).where(Message.purpose == "checkin")
    )
    questions = Counter(f"checkin:{check_in}" for check_in, _channel in asked)
    nudged = {f"checkin:{c.id}" for c in CheckIn.select().where(CheckIn.nudged_at.is_null(False))}
    assert said == questions + Counter(nudged)
    delivered = {
        q.check_in_id: 0
        for q in CheckInQuestion.select(CheckInQuestion.check_in).where(~CheckInQuestion.failed)
    }
    for question in CheckInQuestion.select().where(~CheckInQuestion.failed):
        delivered[question.check_in_id] += 1
    assert max(delivered.values()) <= 2
    for absence in Absence.select():
        while_away = (CheckIn.resident_id == absence.resident_id) & (CheckIn.due_at >= absence.created_at)
        for check_in in CheckIn.select().where(
            while_away & (CheckIn.due_at >= absence.starts_at) & (CheckIn.due_at < absence.ends_at)
        ):
            assert check_in.asked_at is None


def silence_reached_people_in_time(outages: list[tuple[datetime, datetime]]) -> None:
    """Two waits of half an hour after the question, and a sweep's pause; longer only where the scheduler was dead."""
    for check_in in CheckIn.select().where(CheckIn.missed_at.is_null(False)):
        begun = check_in.asked_at or check_in.due_at
        dead = any(begin <= check_in.missed_at and end >= check_in.due_at for begin, end in outages)
        assert dead or check_in.missed_at - begun <= timedelta(minutes=95)


def each_family_heard_once(hands: Hands) -> None:
    for _again in range(3):
        summaries.tell()
    hands.at = towns.local(1, time(9, 0), 11)
    for _again in range(2):
        summaries.tell()
    hands.at += timedelta(days=3)
    summaries.tell()
    told: Counter[int] = Counter(
        m.identity_id for m in Message.select(Message.identity_id).where(Message.purpose == "summary")
    )
    assert set(told.values()) == {1}
    october = {c.resident_id for c in CheckIn.select(CheckIn.resident_id).distinct()}
    assert {s.resident_id for s in CareSummary.select().where(CareSummary.month == "2026-10")} == october
    counted = summaries.counts(CheckIn.get(CheckIn.status == "well").resident_id, date(2026, 10, 1))
    assert counted["well"] <= counted["days"] <= 31


@pytest.mark.parametrize(("kind", "size"), [("sqlite", 300), ("postgres", 60)])
def test_a_month_of_a_community_with_everything_that_goes_wrong(
    kind: str, size: int, request: pytest.FixtureRequest, valkey: Valkey
) -> None:
    _database: TestDatabase = request.getfixturevalue(f"{kind}_database")
    with clock.stopped(BEGIN) as hands:
        town = settle(hands, size, seed=20261001)
        town.run(END)
        if size >= 300:
            everything_went_wrong(size)
            gatherings.everything_happened(town.besides)
        nobody_was_forgotten()
        nobody_was_pestered(town.outages)
        silence_reached_people_in_time(town.outages)
        gatherings.nobody_stands_twice()
        gatherings.the_list_was_served_in_the_order_of_coming(town.besides)
        gatherings.nobody_was_reminded_twice_or_after_answering()
        assert not Alarm.select().where(Alarm.kind == "care_stuck").exists()
        assert (
            not Alarm.select()
            .where((Alarm.status != "cleared") & (Alarm.raised_at < END - timedelta(days=1)))
            .exists()
        )
        each_family_heard_once(hands)
