"""P3 with workers killed in the middle: two workers, receipts by callback, and every now and then kill -9 for one of them, whose place another takes.

python -m bench.p3_killed --size 100000 --kills 4

It fails unless everybody ends in exactly one state, none was told twice at the sink, whom the sink took is on record as it says, and
who is not told stands there as "sent perhaps". The shipped web server takes the receipts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from backend.messaging import deliveries
from bench import sink
from bench.house import House, free_port, memory_of
from bench.p3_campaign import PEOPLE, Street, settings
from bench.p3_receipts import answered
from bench.p9_campaign import server
from bench.record import machine

KILLS = 4
LOOK_S = 0.5
HELD_S = deliveries.LEASE_MS / 1000 + 15
"""What becomes of one of ten is told only when the lease of a worker that was killed meanwhile has ended: nothing but our own account keeps it from
being sent again."""


class Course:
    """What befalls one campaign while it goes out: how large the processes are, and after each part of the people a worker's death."""

    def __init__(self, street: Street, web: subprocess.Popen[bytes], people: int, kills: int) -> None:
        self._street, self._web, self._people, self._kills = street, web, people, kills
        self.killed, self.peak_mb, self._looked = 0, 0.0, 0.0

    def look(self) -> None:
        if time.monotonic() - self._looked < LOOK_S:
            return
        self._looked = time.monotonic()
        self.peak_mb = max(self.peak_mb, *(memory_of(p) / 1e6 for p in (self._web, *self._street.workers)))
        taken = sink.asked(self._street.port, "GET", "/receipts")["taken"]
        if self.killed < self._kills and taken >= self._people * (self.killed + 1) / (self._kills + 1):
            # Each twice: when the one that writes the letters dies the other one takes them over, and the newcomer sends.
            self._street.kill(self.killed // 2 % len(self._street.workers))
            self.killed += 1


def killed(people: int, kills: int, database: str = "") -> dict[str, Any]:
    """The figures of one database; "" for SQLite."""
    port = free_port()
    known = settings(port) | ({"DATABASE_URL": database} if database else {})
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="linli-bench-")))
        house = stack.enter_context(House(folder, known))
        web = house.start("backend.serve", port=house.port)
        receipts = (str(house.port), known["TWILIO_AUTH_TOKEN"], str(HELD_S))
        street = Street(house, port, people, workers=2, receipts=receipts)
        few = max(people // 10, 1)
        small = Course(street, web, few, 0)
        _told(street, small, few)
        whole = Course(street, web, people, kills)
        return {**_told(street, whole, people), "grown_mb": round(whole.peak_mb - small.peak_mb, 1)}


def _told(street: Street, course: Course, people: int) -> dict[str, Any]:
    """One campaign to so many, and what became of them, by our account and the sink's."""
    from backend.core import db
    from broadcasts.campaigns import accounting, tallies
    from broadcasts.models import Campaign

    sink.asked(street.port, "POST", "/forget")
    began = time.time()
    number = street.begin(None if people == street.people else people)
    street.wait(number, course.look)
    reports, at_sink = answered(street.port), sink.asked(street.port, "GET", "/counted")
    campaign = Campaign.get_by_id(number)
    states = accounting.counts(campaign).states
    failed = len(reports["failed"])
    written, persons = db.execute(_WRITTEN, (number,)).fetchone()
    assert written == persons == people == states.total(), (written, persons, states)
    assert states == accounting.added_up(tallies.all_anew(campaign))[0].states
    expected = {
        "delivered": at_sink["distinct"] - failed,
        "failed": failed,
        "unknown": people - at_sink["distinct"],
    }
    assert +states == {state: n for state, n in expected.items() if n}, (states, at_sink, failed)
    assert not at_sink["twice"] and not reports["refused"], (at_sink, reports["refused"])
    return {
        "people": people,
        "kills": course.killed,
        "pace": round(people / (reports["last_taken"] - began)),
        "receipts_pace": round(reports["posted"] / (reports["last_posted"] - began)),
        "in_exactly_one_state": states.total(),
        "states": dict(states),
        "twice_at_the_sink": at_sink["twice"],
        "never_left_and_said_so": expected["unknown"],
        "peak_mb": round(course.peak_mb),
    }


_WRITTEN = "SELECT COUNT(*), COUNT(DISTINCT whom) FROM recipient WHERE campaign_id = ?"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=PEOPLE, help="people who are told")
    parser.add_argument("--kills", type=int, default=KILLS, help="workers that are killed meanwhile")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    given = parser.parse_args()
    with ExitStack() as stack:
        url = stack.enter_context(server()) if given.database == "postgres" else ""
        found = killed(given.size, given.kills, url)
    line = {
        "id": "P3-killed",
        "database": given.database,
        "unit": "messages/s",
        **found,
        "machine": machine(),
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
