"""What says whether a day in real processes was as it must be (`bench.day`): it finds what is missing, and nothing where all is well."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend import domains
from backend.core import clock as clocks
from bench.day import oracle, story
from bench.day.oracle import Known, Told
from iot import storing
from iot.fleet import faults, life
from iot.fleet.registering import home_of
from iot.uplink import Arrived
from tests.care.town import found
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
    assert oracle.alarms(living, befell, {}, (begin, end), nobody_was_killed) == [
        finding
        for finding in oracle.alarms(living, befell, {}, (begin, end), nobody_was_killed)
        if "critical alarm" in finding
    ], "nobody climbs here: the jobs do not run"
    assert oracle.alarms(living, {}, {}, (begin, end), nobody_was_killed) != []
