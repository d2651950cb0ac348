"""The fleet's homes are believable, the same for the same seed, and speak as their devices' formats want it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from iot import formats, mapping
from iot.fleet import faults, happenings, life
from iot.fleet.happenings import ALARMS, Happening
from iot.fleet.things import Home
from iot.mapping import written
from iot.uplink import Arrived

MIDNIGHT = datetime(2026, 11, 1, 16, tzinfo=UTC)
ELDER, FAMILY = Home("t-1", "elder", watch=True), Home("t-2", "family")
DAY = timedelta(hours=24)


def points(way: faults.Handed) -> dict[str, object]:
    """What a message means to whoever reads it as its format and its model's mapping say."""
    topic, payload = way.written()
    codec = formats.of(topic)
    assert codec is not None
    (uplink,) = codec.read(Arrived(topic, payload, way.at))
    assert uplink.device == way.said.thing.address
    return dict(mapping.read([written(rule) for rule in way.said.thing.model.rules], uplink.values).values)


def test_every_device_of_every_home_is_read_as_its_model_says() -> None:
    spoken = {
        way.said.thing.name: points(way)
        for home in (ELDER, FAMILY)
        for way in faults.smooth(life.life(home, MIDNIGHT, MIDNIGHT + DAY))
    }
    for home in (ELDER, FAMILY):
        for thing in home.things:
            assert spoken[thing.name], thing.name


def test_a_stretch_of_life_is_the_same_whether_told_at_once_or_in_parts() -> None:
    middle = MIDNIGHT + timedelta(hours=11, minutes=13)
    whole = life.life(ELDER, MIDNIGHT, MIDNIGHT + DAY, 3)
    assert whole == life.life(ELDER, MIDNIGHT, middle, 3) + life.life(ELDER, middle, MIDNIGHT + DAY, 3)
    assert whole != life.life(ELDER, MIDNIGHT, MIDNIGHT + DAY, 4)


def test_meters_never_run_backwards_and_count_through_midnight() -> None:
    for part, name in (("water", "total"), ("energy", "energy_import")):
        said = life.life(FAMILY, MIDNIGHT, MIDNIGHT + 3 * DAY, only=frozenset({part}))
        totals = [float(one.values[name] or 0) for one in said]
        assert all(after >= before for before, after in pairwise(totals))
        assert totals[-1] > totals[0] + 0.2


def test_whatever_befalls_a_home_is_said_by_its_devices() -> None:
    at = MIDNIGHT + timedelta(hours=9)
    for what in ALARMS:
        home = next(home for home in (ELDER, FAMILY) if happenings.fits(home, what))
        ordinary = life.life(home, MIDNIGHT, MIDNIGHT + DAY)
        told = life.life(home, MIDNIGHT, MIDNIGHT + DAY, befall=[Happening(what, at)])
        assert told != ordinary, what
        assert [one for one in told if one.at < at] == [one for one in ordinary if one.at < at], what


def test_a_faulty_world_loses_nothing_and_breaks_only_what_it_adds() -> None:
    said = life.life(ELDER, MIDNIGHT, MIDNIGHT + DAY)
    away = faults.Outage(MIDNIGHT + timedelta(hours=9), MIDNIGHT + timedelta(hours=11))
    handed = faults.faulty(said, 5, {ELDER.name: away})
    assert {way.said.key for way in handed if not way.bad} == {one.key for one in said}
    assert not [way for way in handed if away.begin <= way.said.at < away.end and way.at < away.end]
    assert len(handed) > len(said) and any(way.bad for way in handed)
    assert [way.at for way in handed] == sorted(way.at for way in handed)
