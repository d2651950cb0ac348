"""`flask --app backend devices fleet`: homes full of devices, from nothing."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from itertools import chain

import click

from backend.core import clock, ending
from backend.core.access import SYSTEM
from iot import connection
from iot.fleet import faults, happenings, life, quiet
from iot.fleet.faults import Handed, Outage
from iot.fleet.happenings import Happening
from iot.fleet.publishing import Publisher, publish
from iot.fleet.registering import register, town
from iot.fleet.things import Home


@click.command("fleet")
@click.option("--homes", default=20, show_default=True, type=click.IntRange(1, 400))
@click.option("--hours", default=24.0, show_default=True, help="So much of their life.")
@click.option("--speed", default=60.0, show_default=True, help="So many hours pass in one.")
@click.option("--seed", default=1, show_default=True, help="The same number tells the same story.")
@click.option("--faults", "bad", is_flag=True, help="Faults of every kind, and emergencies.")
def fleet(homes: int, hours: float, speed: float, seed: int, bad: bool) -> None:
    """Publish the life of homes full of devices; in the demo community only, for people are told of their alarms."""
    if not quiet.is_demo():
        raise click.ClickException(
            "This is not the demo community: people would be told of alarms that are none."
        )
    dwellers = town(homes)
    register(SYSTEM, dwellers)
    handed = story([d.home for d in dwellers], hours, seed, bad=bad)
    devices = sum(len(d.home.things) for d in dwellers)
    cut = sum(way.bad for way in handed)
    once = len({way.said.key for way in handed if not way.bad})
    click.echo(
        f"{len(dwellers)} homes, {devices} devices, {len(handed)} messages in {hours / speed * 60:.0f} minutes:"
        f" {once} different ones, {len(handed) - once - cut} that come again, {cut} cut off"
    )
    publisher, stop = Publisher(connection.broker()), threading.Event()
    ending.heeded(stop)
    try:
        publisher.start()
    except OSError as error:
        raise click.ClickException("The MQTT broker does not answer. Is Linli running?") from error
    publish(publisher, handed, speed=speed, stop=stop)
    told = publisher.stop()
    click.echo(f"{told.published} messages published, {told.acknowledged} acknowledged by the broker")


def story(homes: list[Home], hours: float, seed: int, *, bad: bool) -> list[Handed]:
    """What reaches the broker, from now on; with `bad` things befall every third home, and every fourth one's gateway fails for a tenth of the time."""
    begin, whole = clock.now(), timedelta(hours=hours)
    rng = random.Random(seed)  # noqa: S311  # no secret
    befall: dict[str, list[Happening]] = {}
    turns = list(happenings.ALARMS)
    for place, home in enumerate(homes if bad else ()):
        if place % 3 == 0:
            what = next(w for w in chain(turns[place // 3 % len(turns) :], turns) if happenings.fits(home, w))
            befall[home.name] = [Happening(what, begin + whole * rng.uniform(0.1, 0.7))]
    said = [
        one
        for home in homes
        for one in life.life(home, begin, begin + whole, seed, befall.get(home.name, ()))
    ]
    if not bad:
        return faults.smooth(said)
    away = Outage(begin + whole * 0.5, begin + whole * 0.6)
    return faults.faulty(said, seed, {home.name: away for home in homes[1::4]})
