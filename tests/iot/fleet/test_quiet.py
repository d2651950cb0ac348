"""The demo's own homes: something to show at once, nothing that wakes anybody, and nowhere but in the demo."""

from __future__ import annotations

from collections.abc import Callable

from click.testing import CliRunner

from backend import domains
from backend.alarms.models import Alarm
from backend.core import clock as clocks
from iot.fleet import faults, life, quiet
from iot.fleet.cli import fleet
from iot.models import Device, Reading
from iot.seeing import bills
from iot.storing import store
from iot.uplink import Arrived
from tests.care.town import elder, found
from tests.databases import TestDatabase


def test_the_demos_meters_have_months_and_its_homes_live_without_an_alarm(
    sqlite_database: TestDatabase, clock: clocks.Hands
) -> None:
    domains.load()
    town = found()
    admin = town.actor(town.admin)
    who = {name: (town.grid.id, elder(town, name, 101 + n)) for n, name in enumerate(quiet.HOMES)}
    quiet.settle(admin, town.happy.id, who)
    assert quiet.remember(clocks.now()) == Reading.select().count()
    october, november = (clocks.now().date().replace(month=month, day=1) for month in (10, 11))
    for first in (october, november):
        meters = bills.lines(admin, "water_total", first)
        assert len(meters) == len(quiet.HOMES)
        assert all(line.month.use and line.fen for line in meters)
    begin, end = clocks.now() - quiet.FULL, clocks.now()
    said = [one for home in quiet.HOMES.values() for one in life.life(home, begin, end, quiet.SEED)]
    told = [Arrived(*way.written(), clocks.now()) for way in faults.smooth(said)]
    assert store(told[:1_500]).quarantined == store(told[1_500:]).quarantined == 0
    assert not Device.select().where((Device.status != "active") | Device.seen_at.is_null()).exists()
    assert not Alarm.select().exists()


def test_nothing_is_published_where_real_people_live(
    sqlite_database: TestDatabase, configure: Callable[..., None]
) -> None:
    configure(DEMO="1", DEMO_FLEET="1")
    assert not quiet.wanted()
    told = CliRunner().invoke(fleet, ["--homes", "1"])
    assert told.exit_code == 1 and "not the demo community" in told.output
