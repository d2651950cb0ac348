"""The small quiet fleet of the demo community: four homes whose devices live their days while Linli runs, so that a newcomer's board, charts and meters
have something to show. Nothing bad ever happens there; that is for `devices say` and `devices fleet --faults`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from backend.core import clock, db
from backend.core.access import Actor
from backend.core.db import transaction
from backend.settings import settings
from iot import connection, formats, mapping, rows
from iot.fleet import faults, life
from iot.fleet.faults import smooth
from iot.fleet.publishing import Publisher, publish
from iot.fleet.registering import Dweller, register
from iot.fleet.speech import Said
from iot.fleet.things import Home
from iot.mapping import written
from iot.models import Device
from iot.registry import devices
from iot.rows import NewReading
from iot.seeing import bills
from iot.uplink import Arrived

HOMES: dict[str, Home] = {
    "陈秀英": Home("demo-chen", "elder"),
    "赵淑珍": Home("demo-zhao", "elder", latitude=39.9162),
    "孙德福": Home("demo-sun", "elder", True, 39.9171),
    "王海涛": Home("demo-wang", "family", latitude=39.9139),
}
"""By who lives there."""
SHOWN = "plain:demo-smoke"
"""The device that every demo community has (`backend.demo.devices`)."""
HISTORY, FULL = timedelta(days=40), timedelta(hours=24)
"""So much life was before the first start: of the most part only what a chart of months needs, the last day whole."""
SELDOM = {"water": 8, "energy": 8, "climate": 4}
"""Of so many readings of long ago one is kept."""
TIMELESS = ("cjt188", "dlt645", "tasmota")
"""Formats that do not tell when something was."""
PRICES = (("water_total", "5.00"), ("energy_total", "0.49"))
SEED = 7
HERE = ("127.0.0.1", "localhost", "::1")
log = structlog.get_logger()


def is_demo() -> bool:
    """Whether this is the demo community."""
    shown = Device.get_or_none(Device.address == SHOWN)
    return settings().demo and not settings().public_url and shown is not None and shown.status == "active"


def settle(actor: Actor, community_id: int, who: Mapping[str, tuple[int, int]]) -> None:
    """Bring their devices into use in the demo that is being made; `who`: (Org, resident) by name."""
    register(actor, [Dweller(home, *who[name], called=f"{name}家") for name, home in HOMES.items()])
    began = clock.local(clock.now() - HISTORY).date()
    for point, yuan in PRICES:
        bills.set_price(actor, community_id, point, yuan, began)


def wanted() -> bool:
    """Whether it shall publish here: in the demo community, where its devices are, and at a broker of this machine."""
    if not (settings().demo_fleet and connection.broker().host in HERE and is_demo()):
        return False
    addresses = [thing.address for home in HOMES.values() for thing in home.things]
    return Device.select().where(Device.address.in_(addresses) & (Device.status == "active")).exists()


def run(stop: threading.Event) -> None:
    """Publish until `stop`. Whatever goes wrong here harms nobody else, and is logged."""
    try:
        if wanted():
            _live(stop)
    except Exception:
        log.exception("fleet.ended")
    finally:
        db.db.close()


def _live(stop: threading.Event) -> None:
    since = _heard()
    if since is None:
        remember(clock.now())
    while not devices.listening():
        if stop.wait(0.5):
            return
    begin = clock.now() - FULL
    begin = max(begin, since) if since is not None else begin
    publisher = Publisher(connection.broker())
    publisher.start()
    while not stop.is_set():
        end, now = begin + FULL, clock.now()
        said = [one for home in HOMES.values() for one in life.life(home, begin, end, SEED)]
        # What lies behind comes at once, as from a gateway that was away, and says itself when it was; then each at its time.
        told = [one for one in said if one.at >= now or one.thing.model.format not in TIMELESS]
        publish(publisher, smooth(told), speed=1, stop=stop, real=True)
        begin = end
    publisher.stop(patience=1)


def _heard() -> datetime | None:
    """When the last of its devices was heard last."""
    addresses = [thing.address for home in HOMES.values() for thing in home.things]
    found = Device.select(Device.seen_at).where(Device.address.in_(addresses) & Device.seen_at.is_null(False))
    return max((device.seen_at for device in found), default=None)


def remember(now: datetime) -> int:
    """Write down what its meters and thermometers said before, as readings alone: of what is past nobody is told. Returns how many."""
    begin, end = now - HISTORY, now
    wanted = {t.address for home in HOMES.values() for t in home.things if t.model.part in SELDOM}
    found: list[NewReading] = []
    with transaction():
        known = {device.address: device for device in rows.devices(wanted)}
        for thing_rows in _by_thing(begin, end).values():
            device = known.get(thing_rows[0].thing.address)
            if device is None:
                continue
            seldom = SELDOM[thing_rows[0].thing.model.part]
            its = [
                _reading(device.id, one)
                for place, one in enumerate(thing_rows)
                if place % seldom == 0 or one.at > end - FULL
            ]
            found += its
            device.points = {point: [said, its[-1].at] for point, said in its[-1].values.items()}
            device.seen_at = clock.from_ms(its[-1].at)
        rows.save_readings(sorted(found, key=lambda reading: reading.at))
        rows.save_devices(known.values())
    return len(found)


def _by_thing(begin: datetime, end: datetime) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = {}
    for home in HOMES.values():
        for one in life.life(home, begin, end, SEED, only=frozenset(SELDOM)):
            found.setdefault(one.thing.address, []).append(one)
    return found


def _reading(device_id: int, said: Said) -> NewReading:
    topic, payload = faults.Handed(said.at, said).written()
    codec = formats.of(topic)
    assert codec is not None  # noqa: S101  # the fleet speaks formats that we read
    (uplink,) = codec.read(Arrived(topic, payload, said.at))
    at, rules = clock.to_ms(said.at), [written(rule) for rule in said.thing.model.rules]
    return NewReading(
        device_id, "data", at, at, mapping.read(rules, uplink.values).values, uplink.key or None, None
    )
