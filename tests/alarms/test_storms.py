"""A whole building's detectors at once: staff read one message, every family its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from backend.alarms import storm_answers
from backend.alarms.actions import clear, climb, raise_alarm
from backend.alarms.answering import Caller
from backend.alarms.gathered import tend
from backend.alarms.models import Alarm, AlarmStep, AlarmStorm
from backend.core.clock import Hands
from backend.core.errors import Forbidden, NotFound
from backend.fields.words import Words
from backend.messaging import deliveries, people
from backend.messaging.models import Message
from tests.alarms.street import Street, acts, alarm, heard, relate, settle
from tests.databases import TestDatabase
from tests.requests.neighbourhood import talker
from tests.web.browser import Browser, employ


@pytest.fixture
def street(sqlite_database: TestDatabase) -> Street:
    return settle()


@pytest.fixture
def everywhere(database: TestDatabase) -> Street:
    """On both databases: they lock differently."""
    return settle()


def smoke(street: Street, number: int, *, building: str = "3", **given: object) -> int:
    """A detector in a flat of nobody we know, unless it is somebody's."""
    return raise_alarm(
        "smoke",
        **{
            "org_id": street.grid.id,
            "severity": "critical",
            "words": Words("烟雾探测器报警。"),
            "source": f"device:{number}",
            "dedupe": f"device:{number}:smoke",
            "place": {"building": building, "room": str(number)},
            **given,
        },  # type: ignore[arg-type]
    )


def test_a_house_full_of_detectors_is_one_message_to_staff_that_grows_and_each_family_hears_its_own(
    everywhere: Street, clock: Hands
) -> None:
    street = everywhere
    hers = smoke(street, 501, resident_id=street.chen, place=None)
    many = [smoke(street, n) for n in range(101, 110)]
    told = heard(staff_id=street.grid_worker)
    # Four before anybody could know that it is many, then all of them together.
    assert len(told) == 4 and "起警报：烟雾" in told[-1].text
    assert len(heard(identity_id=street.daughter)) == 1
    assert len({alarm(n).storm_id for n in (hers, *many)}) == 1
    clock.forward(minutes=2)
    assert tend() == 1 and tend() == 0
    told = heard(staff_id=street.grid_worker)
    assert "10 起警报：烟雾** · 3号楼" in told[-1].text
    # Its half-time calls are one call too, and the next rung hears of all at once.
    climb()
    assert sum("紧急" in t.spoken for t in told) >= 1
    clock.forward(minutes=3)
    climb()
    assert len(heard(staff_id=street.desk)) == 1
    assert AlarmStep.select().where(AlarmStep.staff_id == street.desk).count() == 9
    assert len(heard(resident_id=street.zhou)) == 1


def test_one_answer_of_staff_counts_for_all_and_each_family_hears_it_once(
    everywhere: Street, clock: Hands
) -> None:
    street = everywhere
    mine = [smoke(street, n) for n in range(101, 107)]
    hers = smoke(street, 501, resident_id=street.chen, place=None)
    storm = AlarmStorm.get()
    clock.forward(minutes=6)
    climb()
    identity = people.identities(people.StaffMember(street.grid_worker))[0].id
    before = len(heard(staff_id=street.desk))
    done = storm_answers.answer(Caller(identity, staff_id=street.grid_worker), storm.id, "called_119")
    assert done.counts == len(mine) + (alarm(hers).rung >= 2)
    assert {alarm(n).status for n in mine} == {"going"}
    assert len(heard(staff_id=street.desk)) == before + 1
    with pytest.raises(NotFound):
        storm_answers.answer(Caller(street.daughter), 99, "going")
    assert storm_answers.answer(Caller(street.daughter), storm.id, "going").counts == 1


def test_the_last_that_is_open_is_told_of_in_every_round(street: Street, clock: Hands) -> None:
    alarms = [smoke(street, number) for number in range(5)]
    for minute in range(60):
        clock.forward(minutes=1)
        climb()
        tend()
        if minute % 9 == 8:
            alarms.append(smoke(street, 100 + minute))
    *earlier, last = alarms
    for alarm_id in earlier:
        clear(street.actor(street.admin), alarm_id, "ok")
    for _ in range(15):
        clock.forward(minutes=1)
        climb()
        tend()
    before, lines = len(heard(staff_id=street.admin)), acts(last).count("told")
    for _ in range(30):
        clock.forward(minutes=1)
        climb()
        tend()
    assert len(heard(staff_id=street.admin)) - before == acts(last).count("told") - lines == 6


def test_they_are_closed_together_by_who_may_and_told_once(street: Street, clock: Hands) -> None:
    for n in range(101, 107):
        smoke(street, n)
    storm = AlarmStorm.get()
    with pytest.raises(Forbidden):
        storm_answers.clear(street.actor(street.stranger), storm.id, "误报")
    before = len(heard(staff_id=street.grid_worker))
    assert storm_answers.clear(street.actor(street.desk), storm.id, "网关断电") == 6
    assert len(heard(staff_id=street.grid_worker)) == before + 1
    assert not Alarm.select().where(Alarm.status != "cleared").exists()


def test_another_house_another_kind_and_a_cry_for_help_stay_by_themselves(
    street: Street, clock: Hands
) -> None:
    for n in range(101, 107):
        smoke(street, n)
    other = smoke(street, 7, building="9")
    cries = [
        raise_alarm(
            "sos",
            org_id=street.grid.id,
            severity="critical",
            words=Words("救命"),
            source=f"device:{n}",
            place={"building": "3", "room": str(n)},
        )
        for n in range(8)
    ]
    assert alarm(other).storm_id is None
    assert [alarm(n).storm_id for n in cries] == [None] * 8
    assert sum("救命" in t.text for t in heard(staff_id=street.grid_worker)) == 8


def test_a_storm_ends_by_itself_and_a_slow_trickle_is_none(street: Street, clock: Hands) -> None:
    for n in range(101, 112):
        smoke(street, n)
        clock.forward(minutes=2)
    assert not AlarmStorm.select().exists()
    for n in range(201, 206):
        smoke(street, n)
    storm = AlarmStorm.get()
    clock.forward(minutes=11)
    tend()
    assert AlarmStorm.get_by_id(storm.id).ended_at is not None
    assert alarm(smoke(street, 300)).storm_id is None
    assert "storm" in acts(Alarm.select().where(Alarm.storm_id == storm.id).first().id)


def test_the_page_of_a_storm_answers_for_all_and_asks_before_it_closes(
    app: Flask, sqlite_database: TestDatabase
) -> None:
    street = settle()
    for n in range(101, 107):
        smoke(street, n)
    employ("liu", "值班小刘", ("duty_desk", street.grid))
    liu = Browser(app.test_client(), "10.4.0.8")
    liu.sign_in("liu")
    storm = AlarmStorm.get()
    page = f"/admin/alarms/storms/{storm.id}"
    assert page in liu.get("/admin/alarms").text
    assert liu.get(page).text.count("/admin/alarms/1") >= 1
    liu.post(f"{page}/answer", {"answer": "called_119"})
    assert {a.status for a in Alarm.select()} == {"going"}
    liu.post(f"{page}/clear", {"why": "误报"})
    assert Alarm.select().where(Alarm.status == "cleared").count() == 0
    liu.post(f"{page}/clear", {"why": "误报", "sure": "1"})
    assert Alarm.select().where(Alarm.status != "cleared").count() == 0
    assert Message.select().where(Message.purpose == "alarm").exists()


def test_two_relatives_of_one_home_hear_of_it_beside_a_storm(street: Street, clock: Hands) -> None:
    son = people.ensure("telegram", "tg-son").id
    relate(street.chen, "family", "陈强", "儿子", identity_id=son)
    for n in range(101, 107):
        smoke(street, n)
    smoke(street, 501, resident_id=street.chen, place=None)
    assert len(heard(identity_id=son)) == len(heard(identity_id=street.daughter)) == 1


def test_a_digit_of_staffs_text_message_answers_for_all(street: Street, clock: Hands) -> None:
    mine = [smoke(street, n) for n in range(101, 107)]
    assert [o.value.partition(":")[0] for o in heard(staff_id=street.grid_worker)[-1].options][:2] == [
        "alarm.all_going",
        "alarm.all_called_119",
    ]
    deliveries.sent([(due.id, None) for due in deliveries.claim("alerts", "w")])
    clock.forward(seconds=30)  # sooner nobody has read it, and she is asked what she means
    assert "消防车" in talker("telegram", "tg-li").say("2")
    assert {alarm(n).status for n in mine[:5]} == {"going"}


def test_the_message_leads_to_the_page_only_where_the_world_reaches_it(
    street: Street, clock: Hands, configure: Callable[..., None]
) -> None:
    for n in range(101, 106):
        smoke(street, n)
    assert not heard(staff_id=street.grid_worker)[-1].links
    configure(PUBLIC_URL="https://linli.example")
    for n in range(201, 206):
        smoke(street, n, building="9")
    ((label, link),) = heard(staff_id=street.grid_worker)[-1].links
    assert link.startswith("https://linli.example/admin/alarms/storms/") and label == "查看全部"
    talker("telegram", "tg-li").say("3")
    assert {a.status for a in Alarm.select().where(Alarm.area == "||9")} == {"open"}
