"""A day and a night of homes, with everything that goes wrong: nothing is lost, nobody is forgotten, nobody is woken for nothing."""

from __future__ import annotations

from datetime import timedelta

from backend import domains
from backend.core import clock as clocks
from iot.fleet.faults import Outage
from iot.fleet.happenings import Happening
from iot.fleet.registering import home_of
from tests.care.town import found
from tests.databases import TestDatabase
from tests.iot.fleet.day import Day, Oracle, settle
from tests.servers import Valkey


def test_a_day_in_which_everything_happens(
    sqlite_database: TestDatabase, valkey: Valkey, clock: clocks.Hands
) -> None:
    domains.load()
    clock.forward(hours=-10)  # midnight
    begin = clock.at
    homes = [home_of(place, "elder" if place < 4 else "family") for place in range(5)]
    town = found()
    living = settle(town, homes)

    def at(what: str, hours: float) -> Happening:
        return Happening(what, begin + timedelta(hours=hours))

    befall = {
        homes[0].name: (at("leaving", 15.6), at("sos", 18.2), at("fading", 4)),
        homes[1].name: (at("still", 8.1), at("dying", 10)),
        homes[2].name: (at("fall", 7.3), at("gas", 13.5)),
        homes[4].name: (at("smoke", 3.2), at("water", 0.1), at("door", 14), at("leak", 20), at("camera", 21)),
    }
    away = Outage(begin + timedelta(hours=12.8), begin + timedelta(hours=16.2))
    outages = {homes[2].name: away}
    day = Day(clock, town, homes, 26.5, 6, befall, outages)
    day.run()
    assert "\n".join(Oracle(day, living).findings()) == ""
