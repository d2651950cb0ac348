"""A day of many homes in real processes: what their devices say goes through the real Mosquitto at QoS 1, while processes are killed and servers go away.

    python -m bench.day --homes 60 --hours 24 --pace 60 [--database postgres]

Every process has the simulated clock (SIMULATED_CLOCK), so that ten minutes of an open door are ten seconds; leases, heartbeats and connections last as long as
ever. Prints one JSON line; `findings` is empty when all is as it must be, and the exit status says so too.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from backend.core import clock, db
from bench.day import climbed, oracle, raised, story
from bench.day.ear import Ear
from bench.day.house import House, running
from bench.day.lines import Calls, Chats, Screen, Texts
from bench.day.oracle import Known, Told
from bench.day.people import People
from bench.day.town import reached
from bench.record import machine
from tests.harness.phones import Carrier
from tests.harness.telegram import TelegramEmulator
from tests.harness.twilio_server import TwilioServer

MIDNIGHT = datetime(2026, 11, 1, 16, tzinfo=UTC)
"""Of the community, from which the day begins."""
STARTING_S = 12.0
"""About as long the processes take to start; the clock is set back by as much."""
EACH_S = 40.0
"""A misfortune for so many real seconds of the day, at least one."""
CHANNELS = ("telegram", "sms", "voice", "page")
"""By which somebody answers on a whole day."""
PATIENCE_S = 60.0
"""So long nothing more may be stored before the rest is called lost."""
LATE_S = 15.0
"""So many real seconds late an alarm may climb: the clock's jobs come every other second, on a machine that does much else."""
AFTER_HOURS = 1.0
"""So long the fleet's clock goes on after the last message, or a quarter of what it lived: what was raised climbs."""


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--homes", type=int, default=60)
    asked.add_argument("--hours", type=float, default=24.0)
    asked.add_argument("--pace", type=float, default=60.0)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    asked.add_argument("--keep", type=Path, help="a folder that stays, with the processes' logs")
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    with tempfile.TemporaryDirectory(prefix="linli-day-") as name:
        folder = given.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        with (
            TwilioServer() as twilio,
            TelegramEmulator(now=lambda: clock.now().timestamp()) as telegram,
            running(
                folder, _settings(twilio, telegram, given.pace), postgres=given.database == "postgres"
            ) as house,
        ):
            line = _lived(house, twilio, telegram, given)
    print(json.dumps(line, ensure_ascii=False), flush=True)
    sys.exit(1 if line["findings"] else 0)


def _settings(twilio: TwilioServer, telegram: TelegramEmulator, pace: float) -> dict[str, str]:
    since = time.time()
    begin = MIDNIGHT - timedelta(seconds=STARTING_S * pace)
    return {
        "SIMULATED_CLOCK": f"{since} {begin.isoformat()} {pace}",
        **twilio.settings(),
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_BASE": telegram.api_base,
    }


def _lived(
    house: House, twilio: TwilioServer, telegram: TelegramEmulator, given: argparse.Namespace
) -> dict[str, Any]:
    from backend import domains
    from backend.alarms.models import Alarm
    from iot import connection
    from iot.fleet import faults, life
    from iot.fleet.publishing import Publisher, publish
    from iot.fleet.registering import home_of
    from iot.registry import devices
    from tests.care.town import found
    from tests.iot.fleet.day import settle
    from tests.servers import until

    domains.load()
    homes = [home_of(n, "elder" if n % 2 == 0 else "family") for n in range(given.homes)]
    town = found()
    living = settle(town, homes)
    reach = reached(town)
    base = house.system.base
    carrier = Carrier(base)
    lines = (Chats(telegram, reach.chats), Texts(twilio, carrier), Calls(twilio, carrier))
    people = People(given.seed, lines, Screen(base, "desk", reach.one_time), reach.desk)
    until(devices.listening, what="ingest", seconds=60)
    begin = max(clock.now(), MIDNIGHT)
    end = begin + timedelta(hours=given.hours)
    befell = story.befallen(homes, begin, given.hours, given.seed)
    away = story.outages(homes, begin, given.hours, befell)
    said = [
        one for home in homes for one in life.life(home, begin, end, given.seed, befell.get(home.name, ()))
    ]
    handed = faults.faulty(said, given.seed, away)
    told = Told.by(handed)
    begun = time.time()
    said_at: dict[tuple[str, bytes], datetime] = {}

    class Noted(Publisher):
        def say(self, topic: str, payload: bytes) -> None:
            super().say(topic, payload)
            said_at[topic, payload] = clock.now()

    publisher, stop, ear = Noted(connection.broker()), threading.Event(), Ear()
    publisher.start()
    people.start()
    ear.start()
    happened: list[str] = []
    seconds = given.hours * 3_600 / given.pace
    begun_at = time.monotonic() + max((begin - clock.now()).total_seconds(), 0) / given.pace
    worse = threading.Thread(
        target=_misfortunes, args=(house, begun_at, seconds, happened, stop), daemon=True
    )
    worse.start()
    publish(publisher, handed, speed=1, stop=stop, real=True)
    worse.join(seconds)
    published = publisher.stop(PATIENCE_S)
    db.reconnect_if_lost()  # the database was away
    _wait_stored(told)
    late = (clock.now() - end).total_seconds() / given.pace
    stop.wait(min(AFTER_HOURS, given.hours / 4) * 3_600 / given.pace)
    people.stop()
    ear.stop()
    known = Known(house.broker_killed, ear.deaf, house.begun_anew, house.still, clock.working(LATE_S))
    verdict = oracle.messages(told, said_at, known)
    findings = [
        *verdict.findings,
        *_judged(lambda: raised.findings(living, befell, away, (begin, end), known, handed)),
        *_judged(lambda: climbed.findings(known)),
        *_judged(lambda: climbed.answered(people.deeds, known)),
    ]
    if given.hours >= story.WHOLE:
        answered = people.by_channel()
        findings += [f"nobody answered by {name}" for name in CHANNELS if name not in answered]
    if published.acknowledged != len(handed):
        findings.append(f"{published.acknowledged} of {len(handed)} messages were acknowledged by the broker")
    kinds = Counter(alarm.kind for alarm in Alarm.select())
    return {
        "id": "day", "homes": given.homes, "hours": given.hours, "pace": given.pace, "database": given.database,
        "devices": sum(len(home.things) for home in homes), "published": published.published, "acknowledged": published.acknowledged,
        "different": told.different, "stored": verdict.stored, "lost": len(verdict.lost),
        "unsaved_by_killed_broker": verdict.unsaved, "twice": verdict.twice,
        "frames_again": verdict.frames_again, "cut_off": told.cut, "put_aside": verdict.aside,
        "befell": sum(map(len, befell.values())), "alarms": dict(sorted(kinds.items())), "answers": people.by_channel(), "misspelt": people.misspelt,
        "misfortunes": happened, "behind_s": round(late, 1), "minutes": round((time.time() - begun) / 60, 1), "findings": findings,
        "machine": machine(),
    }  # fmt: skip


def _judged(judge: Callable[[], list[str]]) -> list[str]:
    """What cannot be judged is a finding, and hides no other."""
    try:
        return judge()
    except Exception as error:
        traceback.print_exc()
        return [f"could not be judged: {error!r}"]


def _misfortunes(
    house: House, begun: float, seconds: float, happened: list[str], stop: threading.Event
) -> None:
    """As many as the day is long, each at its time."""
    chosen: list[tuple[str, float, Callable[[], None]]] = house.misfortunes()[: max(int(seconds / EACH_S), 1)]
    for name, part, what in sorted(chosen, key=lambda one: one[1]):
        if stop.wait(max(begun + seconds * part - time.monotonic(), 0)):
            return
        what()
        happened.append(name)


def _wait_stored(told: Told) -> None:
    """Until all is there, or nothing more comes."""
    wanted, before, since = told.different + told.cut, -1, time.monotonic()
    while (there := oracle.stored()) < wanted and time.monotonic() - since < PATIENCE_S:
        if there != before:
            before, since = there, time.monotonic()
        time.sleep(0.2)


if __name__ == "__main__":
    main()
