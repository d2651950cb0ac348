"""What says whether a day in real processes was as it must be (`bench.day`): it finds what is missing, and nothing where all is well."""

from __future__ import annotations

from datetime import timedelta

import pytest
from peewee import fn

from backend import domains
from backend.alarms import actions as alarms
from backend.alarms.climbing import climb
from backend.alarms.models import Alarm, AlarmNote
from backend.core import clock as clocks
from backend.core.db import transaction
from backend.fields.words import Words
from bench.day import climbed, lines, oracle, raised, story
from bench.day.oracle import Known, Told
from bots import sms, voice
from iot import storing
from iot.fleet import faults, life
from iot.fleet.registering import home_of
from iot.uplink import Arrived
from tests.care.town import Town, daughter, elder, found, said_to
from tests.databases import TestDatabase
from tests.iot.fleet.day import settle


@pytest.fixture
def nobody_was_killed() -> Known:
    return Known((), (), 0)


def test_the_oracle_of_the_real_day_misses_what_was_lost_and_forgives_what_a_killed_broker_had_not_saved(
    sqlite_database: TestDatabase, clock: clocks.Hands, nobody_was_killed: Known
) -> None:
    domains.load()
    begin, hours = clock.at, 2.0
    homes = [home_of(place, "elder" if place % 2 == 0 else "family") for place in range(2)]
    living = settle(found(), homes)
    befell = story.befallen(homes, begin, hours, 1)
    end = begin + timedelta(hours=hours)
    said = [one for home in homes for one in life.life(home, begin, end, 1, befell.get(home.name, ()))]
    handed = faults.faulty(said, 1, story.outages(homes, begin, hours, befell))
    told, said_at = Told.by(handed), {way.written(): way.at for way in handed}
    clock.at = end + timedelta(minutes=2)
    gone = next(way for way in handed if way.said.thing.model.format == "zigbee2mqtt" and not way.bad)
    there = [Arrived(*way.written(), way.at) for way in handed if way.written() != gone.written()]
    storing.store_surely(there)

    verdict = oracle.messages(told, said_at, nobody_was_killed)
    assert verdict.lost == [gone] and len(verdict.findings) == 1 and verdict.twice == 0
    killed = Known([gone.at + timedelta(seconds=1)], (), 0)
    forgiven = oracle.messages(told, said_at, killed)
    assert (forgiven.lost, forgiven.unsaved, forgiven.findings) == ([], 1, [])

    storing.store_surely([Arrived(*gone.written(), gone.at), there[0]])
    assert oracle.messages(told, said_at, nobody_was_killed).findings == []
    lived = begin, end
    assert raised.findings(living, befell, {}, lived, nobody_was_killed, handed) == []
    assert raised.findings(living, {}, {}, lived, nobody_was_killed, handed) != []
    clock.forward(minutes=20)
    assert len(climbed.findings(nobody_was_killed)) >= Alarm.select().count(), (
        "nobody climbs here: the jobs do not run"
    )


def _smoke(town: Town, who: int) -> None:
    """In her home; the first who are to be told are told."""
    with transaction():
        alarms.raise_alarm(
            "smoke",
            org_id=town.grid.id,
            severity="critical",
            words=Words("烟"),
            source="device:1",
            resident_id=who,
        )
    climb()


def test_the_day_notices_whom_nobody_told_in_time_and_who_was_told_before_her_time(
    sqlite_database: TestDatabase, clock: clocks.Hands
) -> None:
    domains.load()
    known = Known(late=timedelta(minutes=1))
    town = found()
    who = elder(town, "陈秀英", 501, "sms")
    daughter(who)
    _smoke(town, who)
    assert climbed.findings(known) == []
    clock.forward(minutes=3)
    climb()
    assert climbed.findings(known) == []
    due = clock.forward(minutes=4)
    clock.forward(minutes=5)
    assert climbed.findings(known) == [f"alarm 1 (smoke): nobody was told on at {due:%H:%M:%S}"]
    climb()
    assert climbed.findings(known) == [f"alarm 1 (smoke): told at {clock.at:%H:%M:%S}, due at {due:%H:%M:%S}"]
    AlarmNote.update(at=due - timedelta(minutes=2)).where(
        AlarmNote.id == AlarmNote.select(fn.MAX(AlarmNote.id))
    ).execute()
    assert any("before those told last had their time" in found for found in climbed.findings(known))


def test_the_people_of_the_day_find_the_answers_where_they_are_told_of_an_alarm(
    sqlite_database: TestDatabase, clock: clocks.Hands
) -> None:
    domains.load()
    town = found()
    who = elder(town, "陈秀英", 501, "sms")
    told = daughter(who)
    _smoke(town, who)
    (content,) = said_to(told)
    offered = {"going": "1", "called_119": "2", "cannot": "3", "safe": "4", "false_alarm": "5"}
    assert lines.numbered("".join(body.text for body in sms.shape(content))) == offered
    assert lines.keyed("\n".join(voice.shape(content))) == offered
