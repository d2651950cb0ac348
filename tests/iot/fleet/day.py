"""A day of the fleet in virtual time: what its devices say reaches the database through a faulty world, the schedulers' jobs run as they are due, people
answer or do not. Afterwards an oracle that knows only the fleet's own story says whether all is as it must be.

    python -m tests.iot.fleet.day --homes 200        a large one by hand, with its figures
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from backend.alarms import actions as alarms
from backend.alarms import jobs as alarm_jobs
from backend.alarms.models import Alarm, AlarmStep
from backend.care import jobs as care_jobs
from backend.core import clock as clocks
from backend.core import health
from backend.core.errors import Conflict
from backend.residents.models import Resident
from backend.staff import queries as staff
from bench.day import climbed, raised, story
from bench.day.oracle import Known
from iot import jobs, storing
from iot.fleet import faults, happenings, life
from iot.fleet.faults import Handed, Outage
from iot.fleet.happenings import Happening
from iot.fleet.registering import Dweller, register
from iot.fleet.things import Home
from iot.models import Device
from iot.registry.devices import LISTENING
from iot.registry.online import DeviceWatch
from iot.rules import actions as rules
from iot.rules import built_in
from iot.rules import jobs as rule_jobs
from iot.rules.models import DeviceRule
from iot.seeing import jobs as seeing_jobs
from iot.storing import Stored
from iot.uplink import Arrived
from tests.care.town import Town, daughter, elder

JOBS = (*alarm_jobs.JOBS, *rule_jobs.JOBS, *jobs.JOBS, *seeing_jobs.JOBS, *care_jobs.JOBS)
AT_ONCE = {"alarms.climb", "alarms.storms", "rules.wake"}
"""Jobs that run whenever time goes on; the others, for each costs statements, every SELDOM seconds, those of care every CARE."""
SELDOM, CARE = 1_800.0, 7_200.0
CALM, BUSY = timedelta(minutes=15), timedelta(minutes=2)
"""How far time goes on at once: less while somebody's alarm climbs."""


def settle(town: Town, homes: Sequence[Home]) -> dict[str, int]:
    """Who lives in each home, by its name: an elder alone, with a daughter. Their devices are in use; a door left open is told of."""
    admin = town.actor(town.admin)
    living = {}
    for place, home in enumerate(homes):
        who = elder(town, f"住户{place + 1}", 101 + place, "sms")
        daughter(who)
        born = date(1945, 3, 5) if home.kind == "elder" else date(1985, 3, 5)
        Resident.update(birthday=born).where(Resident.id == who).execute()
        living[home.name] = who
    register(admin, [Dweller(home, town.grid.id, living[home.name], called=home.name) for home in homes])
    built_in.ensure()
    shipped = DeviceRule.get(DeviceRule.built_in == "door_left_open")
    rules.make_live(admin, rules.copy(admin, shipped.id, town.happy.id).id)
    return living


@dataclass
class Day:
    """`run` lets it pass; the clock stands at its beginning. `befall` and `outages` by home."""

    clock: clocks.Hands
    town: Town
    homes: Sequence[Home]
    hours: float
    seed: int
    befall: Mapping[str, Sequence[Happening]]
    outages: Mapping[str, Outage] = field(default_factory=dict)
    handed: list[Handed] = field(init=False)
    stored: Stored = field(default_factory=Stored)
    events: list[tuple[datetime, int, Callable[[], Any]]] = field(default_factory=list)
    order: Any = field(default_factory=itertools.count)
    told: int = 0
    ran: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.begin, self.end = self.clock.at, self.clock.at + timedelta(hours=self.hours)
        said = [
            one
            for home in self.homes
            for one in life.life(home, self.begin, self.end, self.seed, self.befall.get(home.name, ()))
        ]
        self.handed = faults.faulty(said, self.seed, self.outages)
        self.rng = random.Random(self.seed)
        self.written = [way.written() for way in self.handed]

    def run(self) -> None:
        place = 0
        last = max(self.end, self.handed[-1].at)
        while self.clock.at < last:
            self.clock.at += self._step()
            upto = place
            while upto < len(self.handed) and self.handed[upto].at <= self.clock.at:
                upto += 1
            for start in range(place, upto, 1_000):
                self._arrive(start, min(start + 1_000, upto))
            place = upto
            self._jobs()
            self._live()

    def _arrive(self, start: int, end: int) -> None:
        batch = [
            Arrived(*self.written[n], self.handed[n].at)  # as the broker hands it over
            for n in range(start, end)
        ]
        done = storing.store_surely(batch)
        self.stored.readings += done.readings
        self.stored.repeats += done.repeats
        self.stored.quarantined += done.quarantined

    def _step(self) -> timedelta:
        climbing = Alarm.select().where((Alarm.status == "open") & (Alarm.severity == "critical")).exists()
        return BUSY if climbing else CALM

    def _jobs(self) -> None:
        now = self.clock.at
        health.beat("ingest", LISTENING)
        for name, _seconds, job in JOBS:
            if (
                name in AT_ONCE
                or name not in self.ran
                or now - self.ran[name] >= timedelta(seconds=CARE if name.startswith("care.") else SELDOM)
            ):
                self.ran[name] = now
                job()

    # --- people ----------------------------------------------------------------------------------------------

    def _live(self) -> None:
        """Who was just told of an alarm answers after a while, or does not; who goes mostly says how it went."""
        for step in list(AlarmStep.select().where(AlarmStep.id > self.told).order_by(AlarmStep.id)):
            self.told = step.id
            if self.rng.random() < 0.55:
                self._later(self.rng.uniform(2, 12), partial(self._answer, step, "going"))
                if self.rng.random() < 0.7:
                    self._later(self.rng.uniform(13, 40), partial(self._answer, step, "safe"))
        while self.events and self.events[0][0] <= self.clock.at:
            heapq.heappop(self.events)[2]()

    def _later(self, minutes: float, act: Callable[[], Any]) -> None:
        heapq.heappush(self.events, (self.clock.at + timedelta(minutes=minutes), next(self.order), act))

    def _answer(self, step: AlarmStep, answer: str) -> None:
        alarm = Alarm.get_by_id(step.alarm_id)
        if alarm.status == "cleared" or (answer == "going" and alarm.kind in raised.SILENCES):
            return
        by: Any = (
            staff.actor_by_id(step.staff_id)
            if step.staff_id
            else alarms.Caller(step.identity_id or 0, step.resident_id)
        )
        try:
            alarms.answer(by, alarm.id, answer)
        except Conflict:
            return


@dataclass(frozen=True)
class Oracle:
    """What must be, from the fleet's story alone; each finding is a sentence, none when all is well."""

    day: Day
    living: Mapping[str, int]

    def findings(self) -> list[str]:
        known = Known(late=CALM + BUSY)
        lived = self.day.begin, self.day.end
        return [
            *self._stored(),
            *raised.findings(self.living, self.day.befall, self.day.outages, lived, known, self.day.handed),
            *climbed.findings(known),
            *self._silent_at_the_end(),
        ]

    def _stored(self) -> list[str]:
        good = {
            _name(way, *written)
            for way, written in zip(self.day.handed, self.day.written, strict=True)
            if not way.bad
        }
        bad = sum(way.bad for way in self.day.handed)
        found, wanted = self.day.stored, (len(good), bad)
        return [] if (found.readings, found.quarantined) == wanted else [f"stored {found}, expected {wanted}"]

    def _silent_at_the_end(self) -> list[str]:
        """The devices that died, and no others."""
        silent = {w.device_id for w in DeviceWatch.select().where(DeviceWatch.state != "ok")}
        really = {
            Device.get(Device.address == home.thing(happenings.DYING).address).id
            for home in self.day.homes
            if happenings.of(self.day.befall.get(home.name, ()), "dying") is not None
        }
        return [] if silent == really else [f"silent at the end: {silent}, really {really}"]


def _name(way: Handed, topic: str, payload: bytes) -> object:
    """What makes a message the same as another: its own name, else what it says, within a minute if it does not say when."""
    if way.said.thing.model.format in ("plain", "chirpstack", "things_stack"):
        return way.said.thing.address, way.said.key
    if b'"last_seen"' in payload or b'"Time"' in payload:
        return topic, payload
    return topic, payload, int(way.at.timestamp()) // 60


def main() -> None:
    """A large day on a database of its own, with its figures."""
    say = partial(print, flush=True)
    import argparse
    import tempfile
    import time
    from pathlib import Path

    import structlog

    import tests.conftest  # noqa: F401  # settings of the tests
    from backend import domains
    from iot.fleet.registering import home_of
    from tests.care.town import found
    from tests.databases import fresh_sqlite, sqlite_template

    asked = argparse.ArgumentParser()
    asked.add_argument("--homes", type=int, default=20)
    asked.add_argument("--hours", type=float, default=26.5)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with (
        tempfile.TemporaryDirectory() as folder,
        fresh_sqlite(sqlite_template(Path(folder)), Path(folder) / "day.db"),
    ):
        domains.load()
        midnight = datetime(2026, 11, 1, 16, tzinfo=UTC)
        with clocks.stopped(midnight) as hands:
            homes = [home_of(n, "elder" if n % 2 == 0 else "family") for n in range(given.homes)]
            town = found()
            living = settle(town, homes)
            befall = story.befallen(homes, midnight, given.hours, given.seed)
            outages = story.outages(homes, midnight, given.hours, befall)
            day = Day(hands, town, homes, given.hours, given.seed, befall, outages)
            began, worked = time.monotonic(), time.process_time()
            day.run()
            say(
                f"{len(day.handed)} messages, {day.stored}, {sum(len(h.things) for h in homes)} devices, {given.homes} homes"
            )
            say(f"{time.monotonic() - began:.1f} s, of the processor {time.process_time() - worked:.1f} s")
            say("alarms:", dict(Counter(alarm.kind for alarm in Alarm.select())))
            say("befell:", dict(Counter(one.what for them in befall.values() for one in them)))
            say("\n".join(Oracle(day, living).findings()) or "all is as it must be")


if __name__ == "__main__":
    main()
