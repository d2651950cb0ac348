"""P10: pages of the webchat held open, a message to each of them through the outbox and a worker, while P2's load runs.

Ours: the 99th percentile from a message's commit to its arrival in the page. Limit: the same number of connections held
by a bare asyncio server that writes the same text when told to, under the same load.
"""

from __future__ import annotations

import itertools
import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import load
from bench.house import House, end, free_port, memory_of, unused_numbers
from bench.listeners import Listeners, mark
from bench.record import Run, measure, options
from bench.texting import SETTINGS, Crowd

CONNECTIONS = 1000
PER_SECOND = 200
"""Messages; what a worker delivers to people who are not all written to in the same instant."""
WRITERS = 8
CROWD = Crowd(unused_numbers(), WRITERS * 1000)
"""More messages than can be answered in the time."""


def main() -> None:
    given = options(size=CONNECTIONS, meaning="connections held open")
    with (
        tempfile.TemporaryDirectory(prefix="linli-bench-") as name,
        House(Path(name), SETTINGS | {"COMMUNITY_NAME": "Bench"}) as house,
    ):
        web = house.start("backend.serve", port=house.port)
        house.start("broadcasts.worker", "default", "replies", "bulk")
        raw_port = free_port()
        house.start("bench.peers.raw_streams", str(raw_port), port=raw_port)
        load.load(house.port, WRITERS, Crowd(unused_numbers(), WRITERS))
        before = memory_of(web)
        with _open(house.port, given.size, "linli") as pages, _open(raw_port, given.size, "raw") as sockets:
            kb = (memory_of(web) - before) / given.size / 1000
            say, push = _teller(), _pusher(raw_port)
            rounds = itertools.count(1)

            def once() -> Run:
                number = next(rounds)
                ours = _latencies(_identities(), number, say, pages)
                raw = _latencies(range(1, given.size + 1), number, push, sockets)
                extra = {"connections": given.size, "p50": _part(ours, 50), "kb_per_connection": kb}
                return Run(_part(ours, 99), None, _part(raw, 99), extra)

            with _p2(house.port):
                measure("P10", "ms", once, runs=given.runs)


Tell = Callable[[int, str], float]
"""Says a text to somebody; returns when it was committed (monotonic seconds)."""


def _teller() -> Tell:
    from backend.core.db import after_commit, transaction
    from backend.fields.words import Words
    from backend.messaging.outbox import say
    from backend.messaging.people import At

    def tell(who: int, text: str) -> float:
        committed: list[float] = []
        with transaction():
            after_commit(lambda: committed.append(time.monotonic()))
            say(At(who), Words(text), purpose="bench")
        return committed[0]

    return tell


def _pusher(port: int) -> Tell:
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(b"PUSH\n")

    def tell(who: int, text: str) -> float:
        at = time.monotonic()
        line.sendall(f"{who} {_as_pushed(who, text)}\n".encode())
        return at

    return tell


def _as_pushed(who: int, text: str) -> str:
    """The event as the page of a webchat gets it."""
    from backend.fields.words import Words
    from backend.messaging.content import rendered
    from bots.webchat import told_item

    item = told_item(who, who, rendered(Words(text), "en"), time.time_ns() // 1_000_000)
    return json.dumps(item, ensure_ascii=False, separators=(",", ":"))


def _identities() -> list[int]:
    from backend.core import db

    return [row[0] for row in db.execute("SELECT id FROM identity WHERE channel = 'webchat'").fetchall()]


def _latencies(whom: range | list[int], number: int, tell: Tell, listeners: Listeners) -> list[float]:
    """Milliseconds from each telling to its arrival, in order of size."""
    told: dict[int, float] = {}
    began = time.monotonic()
    for place, who in enumerate(whom):
        time.sleep(max(0.0, began + place / PER_SECOND - time.monotonic()))
        told[who] = tell(who, f"The water is off tomorrow morning {mark(number, who)}")
    came = listeners.came(number)
    return sorted((came[who] - at) * 1000 for who, at in told.items())


def _part(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


@contextmanager
def _open(port: int, count: int, kind: str) -> Iterator[Listeners]:
    listeners = Listeners(port, count, kind)
    try:
        yield listeners
    finally:
        listeners.close()


@contextmanager
def _p2(port: int) -> Iterator[None]:
    """People keep texting, for as long as the block lasts."""
    texting = subprocess.Popen(
        load.arguments(port, WRITERS, CROWD), stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
        assert texting.poll() is None, "the load ended before the measurement did"
    finally:
        end(texting)


if __name__ == "__main__":
    main()
