"""Medicines, measured values and appointments: asked in time and once, told as she wishes, kept only where she agreed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from backend import domains
from backend.alarms.models import Alarm
from backend.care.actions import Voice
from backend.care.health import (
    answering,
    appointments,
    chart,
    consenting,
    dosing,
    kinds,
    limits,
    measuring,
    medicines,
    personal,
    queries,
    reading,
    reminding,
    weeks,
)
from backend.care.health.dosing import Ask, End, Plain, Wait
from backend.care.health.medicines import Manner, Wanted
from backend.care.health.models import Appointment, Measurement, Medicine, MedicineDose, MedicinePlan
from backend.care.models import Absence, Visit
from backend.core import clock as clocks
from backend.core import privacy as rights
from backend.core.access import Actor
from backend.core.clock import Hands
from backend.core.errors import Forbidden, Invalid, NotFound
from backend.family.models import Relation
from backend.messaging import deliveries
from backend.messaging.models import Delivery, Message
from backend.requests.models import Request
from backend.residents import consent, privacy
from tests.care import town as towns
from tests.care.town import Town
from tests.databases import TestDatabase

AT = datetime(2026, 11, 2, 0, 0, tzinfo=clocks.UTC)


def plain(status: str, **given: Any) -> Plain:
    return Plain(status, AT, timedelta(minutes=30), given.pop("channels", ("sms", "voice")), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "after", "then"),
    [
        (plain("due"), 0, Ask("sms")),
        (plain("due"), 91, End("late")),
        (plain("due", channels=()), 0, End("late")),
        (plain("asked", asked_at=AT, questions=1, channel="sms"), 29, Wait(AT + timedelta(minutes=30))),
        (plain("asked", asked_at=AT, questions=1, channel="sms"), 30, Ask("voice")),
        (plain("asked", asked_at=AT, questions=1, channel="sms", failed=True), 1, Ask("voice")),
        (plain("asked", asked_at=AT, questions=1, channel="sms", quiet=True), 30, End("silent")),
        (plain("asked", asked_at=AT, questions=2, channel="voice"), 30, End("silent")),
        (plain("later", asked_at=AT, laters=1, channel="voice"), 19, Wait(AT + timedelta(minutes=20))),
        (plain("later", asked_at=AT, laters=1, channel="voice"), 20, Ask("voice")),
        (plain("later", asked_at=AT, laters=4, channel="voice"), 20, End("silent")),
        (plain("taken", asked_at=AT), 60, None),
    ],
)
def test_a_reminder_goes_its_way(one: Plain, after: int, then: object) -> None:
    assert dosing.step(one, AT + timedelta(minutes=after)) == then


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("血压 135/85", {"blood_pressure_high": 135, "blood_pressure_low": 85}),
        ("今天血压一百三十五，八十五，心跳七十二", {"blood_pressure_high": 135, "blood_pressure_low": 85, "heart_rate": 72}),
        ("高压150低压95", {"blood_pressure_high": 150, "blood_pressure_low": 95}),
        ("空腹血糖6.1", {"blood_glucose": 6.1}),
        ("血糖六点一", {"blood_glucose": 6.1}),
        ("体温三十六度八", {"body_temperature": 36.8}),
        ("体重122斤", {"weight": 61}),
        ("blood pressure is 135 over 85", {"blood_pressure_high": 135, "blood_pressure_low": 85}),
        ("my sugar was 110 mg", {"blood_glucose": 6.1}),
        ("血压1350/85", {}),
        ("血压85/135", {"blood_pressure_high": 85}),
        ("我今天很好", {}),
    ],
)  # fmt: skip
def test_values_are_read_from_plain_words(said: str, values: dict[str, float]) -> None:
    assert reading.read(said).values == values


def test_only_words_with_a_number_tell_a_value() -> None:
    told = ("血压一百三十五，八十五", "血糖六点一", "血压 135/85", "my blood pressure is 135 over 85")
    assert all(reading.SAYS.search(said) for said in told)
    others = ("血压也量了，正常，跟你们说一声", "血压计坏了，3号楼", "免费量血压是哪天", "我发烧38度5")
    assert not any(reading.SAYS.search(said) for said in others)


def test_a_value_is_outside_what_was_agreed_or_else_what_holds_for_all() -> None:
    high = {"blood_pressure_high": 165.0, "blood_pressure_low": 90.0}
    assert kinds.beyond(high, {}) == []
    (one,) = kinds.beyond(high, {"blood_pressure_high": (None, 160)})
    assert (one.name, one.bound, one.high) == ("blood_pressure_high", 160, True)
    assert not kinds.beyond({"blood_glucose": 3.9}, {"blood_glucose": (3.0, None)})
    assert not kinds.beyond({"blood_glucose": 3.9}, {})[0].high
    assert kinds.grouped({"blood_pressure_low": 80, "heart_rate": 9_000}) == {}


def test_a_trend_is_drawn_within_its_picture_with_the_limit() -> None:
    told = [(AT + timedelta(days=n), {"blood_glucose": 5 + n * 4.0}) for n in range(4)]
    drawn = chart.drawn("sugar", told, {"blood_glucose": (None, 16.0)})
    assert drawn is not None and len(drawn.lines[0].dots) == 4 and drawn.lines[0].dots[3][3]
    xs, ys = zip(*((x, y) for x, y, _text, _outside in drawn.lines[0].dots), strict=True)
    assert list(xs) == sorted(xs) and list(ys) == sorted(ys, reverse=True)
    assert all(0 <= x <= chart.WIDE for x in xs) and all(0 <= y <= chart.HIGH for y in ys)
    assert len(drawn.bounds) == 1 and chart.drawn("sugar", told[:1], {}) is None


# --- with a town ----------------------------------------------------------------------------------------------


@pytest.fixture
def morning() -> Iterator[Hands]:
    """Monday 2 November 2026, 07:55 in Shanghai."""
    with clocks.stopped(towns.local(2, time(7, 55))) as hands:
        yield hands


@pytest.fixture
def town(sqlite_database: TestDatabase) -> Town:
    return towns.found()


@pytest.fixture
def chen(morning: Hands, town: Town) -> int:
    """On SMS and by phone; her daughter hears of her medicines; aspirin at eight and at seven in the evening."""
    her = towns.elder(town, "陈秀英", 501, "sms", "voice")
    towns.daughter(her)
    Relation.update(topics="checkin,alarm,visit,medicine").execute()
    add(town, her)
    medicines.arrange(town.actor(town.desk), her, Manner(["sms", "voice"], tell="each"))
    return her


def add(
    town: Town, her: int, name: str = "阿司匹林", times: tuple[time, ...] = (time(8), time(19))
) -> Medicine:
    wanted = Wanted(name, "1片", times, date(2026, 11, 2))
    return medicines.add(town.actor(town.desk), her, wanted, how="visit")


def voice(her: int) -> Voice:
    return Voice(towns.address(her, "sms").id, her)


def asked(morning: Hands) -> MedicineDose:
    morning.forward(minutes=5)
    reminding.sweep_due()
    return MedicineDose.get()


def test_she_is_reminded_once_of_all_that_is_due_and_a_digit_answers(
    town: Town, chen: int, morning: Hands
) -> None:
    add(town, chen, "钙片", (time(8),))
    dose = asked(morning)
    reminding.sweep_due()
    (question,) = towns.said_to(towns.address(chen, "sms").id)
    assert "阿司匹林 1片；钙片 1片" in question.text
    assert [o.value for o in question.options] == [
        f"medicine.{a}:{dose.id}" for a in ("taken", "later", "refused")
    ]
    answering.taken(voice(chen), dose.id)
    morning.forward(hours=1)
    reminding.sweep_due()
    assert MedicineDose.get().status == "taken" and len(towns.said_to(towns.address(chen, "sms").id)) == 1
    with pytest.raises(NotFound):
        answering.taken(Voice(9999, 9999), dose.id)


def test_not_yet_asks_again_in_twenty_minutes_and_silence_is_told_gently(chen: int, morning: Hands) -> None:
    dose = asked(morning)
    answering.later(voice(chen), dose.id)
    morning.forward(minutes=19)
    reminding.sweep_due()
    assert len(towns.said_to(towns.address(chen, "sms").id)) == 1
    morning.forward(minutes=1)
    reminding.sweep_due()
    assert len(towns.said_to(towns.address(chen, "sms").id)) == 2
    for _wait in range(2):
        morning.forward(minutes=30)
        reminding.sweep_due()
    assert len(towns.said_to(towns.address(chen, "voice").id)) == 1
    assert MedicineDose.get().status == "silent" and not Alarm.select().exists()
    told = Message.select().where(Message.dedupe.contains(":told:"))
    assert told.count() == 1
    reminding.sweep_due()
    assert told.count() == 1


def test_a_failed_text_is_rung_at_once_and_an_absent_or_late_one_is_not_asked(
    chen: int, morning: Hands
) -> None:
    asked(morning)
    deliveries.fail(Delivery.get().id, "no such number")
    morning.forward(minutes=30)
    reminding.sweep_due()
    assert len(towns.said_to(towns.address(chen, "voice").id)) == 1
    Absence.create(
        resident_id=chen, org_id=1, starts_at=clocks.now(), ends_at=None, told_by="staff:1", created_at=clocks.now()
    )  # fmt: skip
    morning.forward(hours=10, minutes=31)
    reminding.sweep_due()
    assert [d.status for d in MedicineDose.select().order_by(MedicineDose.due_at)] == ["excused", "excused"]
    Absence.delete().execute()
    morning.forward(hours=15)
    reminding.sweep_due()
    assert MedicineDose.select().where(MedicineDose.status == "late").count() == 1


def test_a_daughter_proposes_a_medicine_and_it_begins_with_her_yes(town: Town, morning: Hands) -> None:
    her = towns.elder(town, "周敏", 502, "sms")
    wanted = Wanted("钙片", "2片", [time(8)], date(2026, 11, 2))
    made = medicines.propose("family:1", "女儿", her, wanted)
    morning.forward(minutes=5)
    assert not reminding.sweep_due() and not consenting.stands(her)
    (question,) = towns.said_to(towns.address(her, "sms").id)
    assert "女儿" in question.text and "钙片 2片" in question.text
    medicines.agree(her, made.id, "sms")
    assert consenting.stands(her) and consent.stands(her, consent.HEALTH) and not consent.stands(her)
    assert MedicinePlan.get().next_due_at == towns.local(3, time(8))
    consenting.withdraw(Actor("resident", her, ""), her, "sms")
    assert not Medicine.select().exists() and not consenting.stands(her)


def test_three_days_without_a_word_reach_the_office_once_and_the_week_its_family(
    town: Town, chen: int, morning: Hands
) -> None:
    medicines.arrange(town.actor(town.desk), chen, Manner(["sms"], tell="week"))
    for _day in range(8):
        for at in ((8, 0), (9, 5), (9, 40), (19, 0), (20, 5)):
            local = clocks.local(clocks.now()).replace(hour=at[0], minute=at[1])
            morning.at = local.astimezone(clocks.UTC)
            reminding.sweep_due()
            weeks.tell()
        morning.forward(days=1)
    office = Message.select().where(Message.dedupe.contains(":days:"))
    assert {m.dedupe.split(":")[3] for m in office} == {"2026-11-05"}
    assert Message.select().where(Message.purpose == "summary").count() == 1


def test_a_value_outside_reaches_people_and_repeats_are_one_alarm(
    town: Town, chen: int, morning: Hands
) -> None:
    desk = town.actor(town.desk)
    assert not measuring.entered(desk, chen, {"blood_glucose": 6.1}, clocks.now())[0].beyond
    limits.agree(desk, chen, "pressure", {"blood_pressure_high": (None, 150)}, "alarm")
    high = {"blood_pressure_high": 155.0, "blood_pressure_low": 90.0}
    for n in range(2):
        measuring.measured(chen, high, clocks.now() + timedelta(minutes=n), f"resident:{chen}")
    alarm = Alarm.get()
    assert (alarm.kind, alarm.severity, Alarm.select().count()) == ("health_limit", "warning", 1)
    assert "155/90 mmHg" in (alarm.measured or "") and "155" not in alarm.words
    limits.agree(desk, chen, "pulse", {"heart_rate": (50, 100)}, "visit")
    for minutes in (0, 5, 20):
        at = clocks.now() + timedelta(minutes=minutes) - timedelta(hours=1)
        measuring.measured(chen, {"heart_rate": 120.0}, at, "device:3", key=f"device:3:{minutes}")
    measuring.measured(chen, {"heart_rate": 120.0}, clocks.now(), "device:3", key="device:3:20")
    assert (
        Visit.select().count() == 1 and Measurement.select().where(Measurement.kind == "pulse").count() == 2
    )
    with pytest.raises(Invalid):
        measuring.entered(desk, chen, {"blood_pressure_high": 900.0}, clocks.now())
    with pytest.raises(Forbidden):
        measuring.entered(Actor("staff", 99, "Stranger"), chen, {"blood_glucose": 6.0}, clocks.now())


def test_nothing_is_kept_without_her_consent_and_all_goes_with_her_file(
    town: Town, chen: int, morning: Hands
) -> None:
    domains.load()
    other = towns.elder(town, "李大爷", 503, "sms")
    assert measuring.measured(other, {"heart_rate": 70.0}, clocks.now(), "device:3") == []
    assert "health" not in privacy.settings_of(other) and privacy.settings_of(chen)["health"] == "admins"
    measuring.measured(chen, {"blood_glucose": 6.1}, clocks.now(), f"resident:{chen}")
    privacy.choose(chen, "health", "me", channel="webchat")
    assert queries.hidden(chen)
    with pytest.raises(Forbidden):
        queries.sheet(town.actor(town.desk), chen, "en")
    privacy.choose(chen, "health", "admins", channel="webchat")
    assert len(list(queries.sheet(town.actor(town.desk), chen, "en").rows)) == 1
    exported = rights.export(chen)["health"]
    assert exported["values"][0]["blood_glucose"] == 6.1 and exported["medicines"][0]["name"] == "阿司匹林"
    rights.forget(chen)
    assert not personal.holds(chen)


def test_an_appointment_is_reminded_of_twice_and_a_ride_is_one_request(
    town: Town, chen: int, morning: Hands
) -> None:
    made = appointments.add(town.actor(town.desk), chen, towns.local(4, time(9, 30)), "心内科", "市一医院")
    sms = towns.address(chen, "sms").id
    for hours in (0, 24, 3, 20, 1):  # Monday 7:55, Tuesday 7:55, 10:55, Wednesday 6:55, 7:55
        morning.forward(hours=hours)
        appointments.remind()
        appointments.remind()
    said = [m.text for m in towns.said_to(sms) if "心内科" in m.text]
    assert len(said) == 2 and "市一医院" in said[0] and "9:30" in said[1]
    appointments.ride(chen, made.id)
    appointments.ride(chen, made.id)
    assert Request.select().count() == 1 and Appointment.get().request == Request.get().number
    with pytest.raises(NotFound):
        appointments.ride(9999, made.id)
