"""P9 for P4: what a message of a device costs with 1, 10 and 100 times as many devices and readings there already, and what a second ingest process brings, on
SQLite and on PostgreSQL.

python -m bench.p9_devices --size 40000

SQLite has one writer at a time: a second process brings only what is done outside its transactions. On two cores the broker and the publishers share the machine with
both: `cores` says how many were busy in all. So the two are also measured with each held to `SHARE` of a core, which leaves the machine partly idle: those that do not
wait for each other would double then. Where the kernel does not let us hold processes, the line says why.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.house import House, free_port, processor_of
from bench.p4_devices import (
    DEVICES,
    PUBLISHERS,
    READINGS,
    Field,
    bound,
    each_once,
    readings,
    wait_for_listening,
)
from bench.record import machine, options
from bench.shares import Busy, Held, why_not

MESSAGES = 40_000
STORED = 10_000
"""Readings that are there at 1 ×."""
TIMES = 3
SHARE = 0.3
"""Of a core, for each ingest process."""
_OLD = """
INSERT INTO reading (device_id, kind, at, received_at, "values", key)
WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {last})
SELECT 1 + i % {devices}, 'data', 1700000000000 + i, 1700000000000 + i, '{{"temperature": 21.5}}', 'old-' || i FROM n
"""


@contextmanager
def community(database: str = "", partitions: str = "") -> Iterator[tuple[House, Field]]:
    from backend.embedded import mqtt_broker

    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name:
        broker = mqtt_broker(Path(name), free_port())
        broker.start()
        settings = {"MQTT_URL": f"mqtt://127.0.0.1:{broker.port}"}
        settings |= {"DATABASE_URL": database} if database else {}
        settings |= {"MQTT_PARTITIONS": partitions} if partitions else {}
        try:
            with House(Path(name), settings) as house, Field(broker.port) as field:
                yield house, field
        finally:
            broker.stop()


def growing(size: int) -> dict[str, Any]:
    """Messages a second, and the ingest process's microseconds of processor for each, by how many times as many devices and readings there are; and with
    a hundred times the readings of the devices of 1 ×."""
    from backend.core.db import execute, transaction

    paces: dict[int, float] = {}
    costs: dict[int, float] = {}
    with community() as (house, field):
        bound([f"plain:bench-{n}" for n in range(100 * DEVICES)], READINGS)
        ingest = house.start("iot.ingest")
        wait_for_listening()

        def run(devices: int) -> tuple[float, float]:
            used = processor_of(ingest)
            pace = field.publish("linli", size, readings, devices)
            return pace, (processor_of(ingest) - used) / size * 1e6

        there = 0
        run(DEVICES)
        for factor in (1, 10, 100):
            wanted = STORED * factor
            with transaction():
                execute(_OLD.format(first=there, last=wanted, devices=DEVICES * factor))
            there = wanted
            runs = [run(DEVICES * factor) for _ in range(TIMES)]
            paces[factor], costs[factor] = _median(runs, 0), _median(runs, 1)
        same = [run(DEVICES) for _ in range(TIMES)]
    return {
        **{f"times_{factor}": round(pace) for factor, pace in paces.items()},
        "hundred_over_one": round(paces[100] / paces[1], 3),
        "hundred_times_readings_alone_over_one": round(_median(same, 0) / paces[1], 3),
        "cpu_us": [round(cost, 1) for cost in (*costs.values(), _median(same, 1))],
    }


def beside(size: int, database: str = "") -> dict[str, Any]:
    """With one ingest process, and with two: messages a second, and cores that were busy in all; both also with each process held to a share of a core."""
    plan = "; ".join(f"p{n}=linli/{n}/+/up" for n in range(PUBLISHERS))
    published = 0
    with community(database, plan) as (house, field):
        bound([f"plain:{place}/bench-{n}" for place in range(PUBLISHERS) for n in range(DEVICES)], READINGS)

        def run(count: int) -> tuple[float, float, float]:
            nonlocal published
            used = sum(processor_of(one) for one in working)
            with Busy() as busy:
                pace = field.publish("linli/{}", count, readings)
            published += count // PUBLISHERS * PUBLISHERS
            return pace, busy.cores, (sum(processor_of(one) for one in working) - used) / count * 1e6

        def runs() -> tuple[Runs, Runs]:
            run(size // 4)
            free = [run(size) for _ in range(TIMES)]
            if why_not():
                return free, []
            with Held(working, SHARE):
                return free, [run(size // 2) for _ in range(TIMES)]

        working = [house.start("iot.ingest")]
        wait_for_listening()
        one, held_one = runs()
        working.append(house.start("iot.ingest"))
        _wait_for_both()
        two, held_two = runs()
        each_once(published)
    held = {"held_to": SHARE, **_compared("held_", held_one, held_two)} if held_one else {"held": why_not()}
    return {**_compared("", one, two), **held}


Runs = list[tuple[float, float, float]]


def _compared(what: str, one: Runs, two: Runs) -> dict[str, Any]:
    return {
        f"{what}one": round(_median(one, 0)),
        f"{what}two_over_one": round(_median(two, 0) / _median(one, 0), 3),
        f"{what}cores": [round(_median(runs, 1), 2) for runs in (one, two)],
        f"{what}cpu_us": [round(_median(runs, 2), 1) for runs in (one, two)],
    }


def _median(runs: Sequence[tuple[float, ...]], place: int) -> float:
    return statistics.median(run[place] for run in runs)


def _wait_for_both() -> None:
    import time

    from backend.core import clock
    from backend.core.lease import Lease

    until = time.monotonic() + 60
    while True:
        held = Lease.select(Lease.holder).where(
            Lease.name.startswith("ingest:") & (Lease.until > clock.now())
        )
        if len({row.holder for row in held}) == 2:
            break
        assert time.monotonic() < until, "the second process takes nothing"
        time.sleep(0.2)
    time.sleep(2)  # its session begins


def main() -> None:
    from tests.databases import Postgres

    given = options(size=MESSAGES, meaning="messages of one measurement")
    line = {
        "id": "P9-devices",
        "unit": "messages/s",
        "messages": given.size,
        **growing(given.size),
        "sqlite": beside(given.size),
    }
    with Postgres() as server, server.fresh() as database:
        line["postgres"] = beside(given.size, database.url)
    print(json.dumps({**line, "machine": machine()}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
