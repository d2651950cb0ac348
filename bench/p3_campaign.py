"""P3: a campaign, from the click to the last receipt: everybody of a street is found, written down, told by name, and answered for.

Ours: the shipped worker, SQLite in WAL mode, a text message to each resident whose words hold her name; the sink
answers each as delivered, which is what is recorded as its receipt. Peer: an RQ job for each recipient, done by RQ's own worker.
Limit: an asyncio loop that posts as many texts to the same sink, with nothing found and nothing kept.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import crowd, sink
from bench.house import House, free_port, memory_of, processor_of
from bench.peers import http_loop
from bench.peers.recipient_jobs import Jobs
from bench.record import Run, measure, options
from bench.shares import Busy

PEOPLE = 100_000
PEER_JOBS = 100
LIMIT_MESSAGES = 10_000
PATIENCE_SECONDS = 900
WORKER = ("broadcasts.worker", "replies", "default", "bulk")
RATE = "1000000"
"""The providers' own limits are another matter: see tests/broadcasts/test_limits.py."""


def settings(port: int) -> dict[str, str]:
    """Of a house whose text messages go to the sink at `port`."""
    return {
        "TIMEZONE": crowd.zone_of_noon(),
        "BROADCAST_APPROVAL_ABOVE": "10000000",
        "PUBLIC_URL": "https://linli.example",
        "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
        "TWILIO_AUTH_TOKEN": "b" * 32,
        "TWILIO_FROM": "+14155552345",
        "TWILIO_API_BASE": f"http://127.0.0.1:{port}",
        "TWILIO_PER_SECOND": RATE,
    }


class Street:
    """A running Linli with its people, its sink, and so many workers. `receipts`: what the sink needs to post them (`bench.sink`)."""

    def __init__(
        self, house: House, port: int, people: int, workers: int = 1, receipts: tuple[str, ...] = ()
    ) -> None:
        house.start("bench.sink", str(port), *receipts, port=port)
        self.port, self.people = port, people
        self._actor, self._org = crowd.settle(people)
        self._house, self.workers = house, [house.start(*WORKER) for _ in range(workers)]
        self._number = self._begun = 0

    @property
    def begun(self) -> int:
        """The number of the campaign that was begun last."""
        return self._begun

    def hire(self) -> None:
        """One more worker; returns when it is at work, so that its start is no part of what is measured."""
        from backend.core import db

        self.workers.append(self._house.start(*WORKER))
        until = time.monotonic() + PATIENCE_SECONDS
        while db.execute(_AT_WORK).fetchone()[0] < len(self.workers):
            assert time.monotonic() < until, "the worker does not start"
            time.sleep(0.1)

    def kill(self, which: int) -> None:
        """kill -9 of this worker; another begins in its place."""
        worker = self.workers[which]
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        self.workers[which] = self._house.start(*WORKER)

    def campaign(self, few: int | None = None) -> dict[str, float]:
        """One campaign to everybody, or to a few; fails unless each was told exactly once and is on record as such."""
        from broadcasts.campaigns import accounting
        from broadcasts.models import Campaign

        sink.asked(self.port, "POST", "/forget")
        memory, used = self._memory(), self._processor()
        with Busy() as busy:
            began = time.time()
            begun = self.begin(few)
            ended = self.wait(begun)
        used = self._processor() - used
        counts = accounting.counts(Campaign.get_by_id(begun))
        people = few or self.people
        assert dict(counts.states) == {"delivered": people}, counts
        counted = sink.asked(self.port, "GET", "/counted")
        assert counted == {"requests": people, "distinct": people, "twice": 0}, counted
        return {
            "pace": people / (ended - began),
            "ours_cpu_us": used / people * 1e6,
            "cores": busy.cores,
            "grown_mb": (self._memory() - memory) / 1e6,
        }

    def begin(self, few: int | None = None) -> int:
        """Send one off; its number."""
        number = self.drafted(few)
        self.send_off(number)
        return number

    def drafted(self, few: int | None = None) -> int:
        """One that is not sent off yet; its number."""
        from broadcasts.campaigns import actions as campaigns
        from broadcasts.notices.wording import Variant, Wording

        self._number += 1
        words = f"{{{{姓名}}}}您好，第{self._number}号通知：明天上午停水，请提前储水。"
        plan = campaigns.Plan(
            name=f"停水 {self._number}",
            topic="service",
            kind="table:resident",
            audience={"kind": "table:resident", **self._whom(few)},
            wording=Wording({"zh_CN": Variant(words)}),
        )
        return int(campaigns.draft(self._actor, self._org, plan, "zh_CN").id)

    def send_off(self, number: int) -> None:
        """This draft."""
        from broadcasts.campaigns import actions as campaigns

        campaigns.submit(self._actor, number)
        self._begun = number

    @staticmethod
    def _whom(few: int | None) -> dict[str, object]:
        from backend.core import db

        if few is None:
            return {"how": "all"}
        rows = db.execute("SELECT id FROM record WHERE subject_id IS NOT NULL ORDER BY id LIMIT ?", (few,))
        return {"how": "ids", "ids": [row[0] for row in rows]}

    def wait(self, campaign_id: int, meanwhile: Callable[[], None] = lambda: None) -> float:
        """When the last one was settled (seconds since 1970). `meanwhile` is called ten times a second."""
        from backend.core import db
        from broadcasts.campaigns import pump, tallies

        until = time.monotonic() + PATIENCE_SECONDS
        look = 0
        while True:
            assert time.monotonic() < until, self._stuck(campaign_id)
            time.sleep(0.1)
            meanwhile()
            look += 1
            # As the scheduler does every two and every five seconds.
            if look % 20 == 1:
                pump.go_on()
            if look % 50 == 1:
                tallies.take()
            (waiting,) = db.execute(_WAITING, (campaign_id,)).fetchone()
            (open_ones,) = db.execute(_OPEN).fetchone()
            state = db.execute("SELECT state FROM campaign WHERE id = ?", (campaign_id,)).fetchone()[0]
            if state in ("running", "done") and not waiting and not open_ones:
                return float(db.execute("SELECT MAX(updated_at) FROM delivery").fetchone()[0]) / 1000

    def _stuck(self, campaign_id: int) -> str:
        from backend.core import db

        found = db.execute("SELECT status, error, COUNT(*) FROM delivery GROUP BY status, error").fetchall()
        return f"campaign {campaign_id} does not end: {found}"

    def _memory(self) -> int:
        return sum(memory_of(worker) for worker in self.workers)

    def _processor(self) -> float:
        return sum(processor_of(worker) for worker in self.workers)


_AT_WORK = "SELECT COUNT(*) FROM heartbeat WHERE process = 'worker'"
_WAITING = "SELECT EXISTS (SELECT 1 FROM recipient WHERE campaign_id = ? AND state = 'waiting')"
_OPEN = "SELECT EXISTS (SELECT 1 FROM delivery WHERE status IN ('pending', 'sending'))"


def main() -> None:
    given = options(size=PEOPLE, meaning="people who are told")
    port = free_port()
    with (
        tempfile.TemporaryDirectory(prefix="linli-bench-") as name,
        House(Path(name), settings(port)) as house,
    ):
        from backend.settings import settings as known

        street = Street(house, port, given.size)
        jobs = Jobs(house, known().redis_url, port)

        def once() -> Run:
            ours = street.campaign()
            peer = jobs.pace(min(PEER_JOBS, given.size))
            limit, limit_us = http_loop.pace(port, min(LIMIT_MESSAGES, given.size))
            return Run(ours.pop("pace"), peer, limit, {**ours, "limit_cpu_us": limit_us})

        measure("P3", "messages/s", once, runs=given.runs)


if __name__ == "__main__":
    main()
