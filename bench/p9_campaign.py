"""P9 for P3, on SQLite and on PostgreSQL: what a message costs in a campaign of a tenth and in the whole one, what a second worker
brings, and how long the page takes that shows how far it is.

python -m bench.p9_campaign --size 100000

On two cores one worker, the sink and the database already fill more than one of them: `cores` says how many were busy in all, with one
worker and with two. So the two are also measured with each worker held to `SHARE` of a core, which leaves the machine half idle:
`held_two_over_one` is what workers that do not wait for each other would double. Where the kernel does not let us hold
processes to a share, the line says so.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench import p9_page
from bench.house import House, free_port
from bench.p3_campaign import PEOPLE, Street, settings
from bench.page import Desk
from bench.record import machine
from bench.shares import Held, WriteLock, why_not

SHARE = 0.35
"""Of a core, for each worker."""
LOOKS = 20
WARM = 3


def campaigns(size: int, database: str = "") -> dict[str, Any]:
    """The figures of one database; "" for SQLite."""
    port = free_port()
    known = settings(port) | {"STAFF_SECOND_FACTOR": "offered"}
    known |= {"DATABASE_URL": database} if database else {}
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="linli-bench-"))
        house = stack.enter_context(House(Path(name), known))
        street = Street(house, port, size)
        few = max(size // 10, 1)
        street.campaign(few)  # to warm up
        small, large = street.campaign(few), _lock_watched(street)
        held_one = _held(street)
        web = house.start("backend.serve", port=house.port)
        desk = Desk(house.port, "li")
        _look(desk, street, size)  # the web server's first page
        still = [_look(desk, street, size) for _ in range(LOOKS)]
        street.hire()
        for _ in range(WARM):  # the second one's share of a single small one may be none
            street.campaign(few)
        two = _lock_watched(street)
        held_two = _held(street)
        meanwhile = _looks_meanwhile(desk, street)
        assert web.poll() is None
    pace, cores = "pace", "cores"
    return {
        "tenth": round(small[pace]),
        "whole": round(large[pace]),
        "whole_over_tenth": round(large[pace] / small[pace], 3),
        "two_workers": round(two[pace]),
        "two_over_one": round(two[pace] / large[pace], 3),
        "cores": [round(large[cores], 2), round(two[cores], 2)],
        **_of_held(held_one, held_two),
        **({"locked": [round(run["locked"], 3) for run in (large, two)]} if "locked" in large else {}),
        "cpu_us": [round(run["ours_cpu_us"]) for run in (small, large, two)],
        "grown_mb": [round(run["grown_mb"], 1) for run in (small, large, two)],
        "progress_page_ms": [_ms(statistics.median(still)), _ms(max(still))],
        "progress_page_sending_ms": [_ms(statistics.median(meanwhile)), _ms(max(meanwhile))],
    }


def _held(street: Street) -> dict[str, float] | None:
    if why_not():
        return None
    with Held(street.workers, SHARE):
        return _lock_watched(street)


def _lock_watched(street: Street) -> dict[str, float]:
    """A campaign to everybody, with the share of the time in which somebody held the write lock; on PostgreSQL there is none."""
    from backend.core import db
    from backend.settings import settings as known

    if db.is_postgres():
        return street.campaign()
    path = known().database_url.removeprefix("sqlite:///")
    with WriteLock(Path(f"{path}-turns")) as lock:
        run = street.campaign()
    return {**run, "locked": lock.share}


def _of_held(one: dict[str, float] | None, two: dict[str, float] | None) -> dict[str, Any]:
    if one is None or two is None:
        return {"held": f"left out: {why_not()}"}
    return {
        "held_to": SHARE,
        "held_one": round(one["pace"]),
        "held_two": round(two["pace"]),
        "held_two_over_one": round(two["pace"] / one["pace"], 3),
        "held_cores": [round(one["cores"], 2), round(two["cores"], 2)],
        "held_cpu_us": [round(one["ours_cpu_us"]), round(two["ours_cpu_us"])],
        **({"held_locked": [round(run["locked"], 3) for run in (one, two)]} if "locked" in one else {}),
    }


def _look(desk: Desk, street: Street, size: int) -> float:
    """At the page of the last campaign, which is over."""
    return desk.looked(f"/admin/campaigns/{street.begun}", f"已有结果：{size} / {size}")


def _looks_meanwhile(desk: Desk, street: Street) -> list[float]:
    """The same while everybody is told, with both workers at it."""
    taken: list[float] = []
    before, over = street.begun, threading.Event()

    def look() -> None:
        while not over.wait(0.3):
            if street.begun != before:
                taken.append(desk.looked(f"/admin/campaigns/{street.begun}", "停水"))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        street.campaign()
    finally:
        over.set()
        looking.join()
    return taken


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def main() -> None:
    given = _options()
    if given.database != "postgres":
        _measure(given, "sqlite")
    if given.database != "sqlite":
        with server() as url:
            _measure(given, "postgres", url)


def _measure(given: argparse.Namespace, database: str, url: str = "") -> None:
    if given.page:
        about = {"id": "P9-page", "database": database, "people": given.page}
        found = p9_page.looked_at(given.page, min(given.size, given.page // 2), url)
    else:
        about = {"id": "P9-campaign", "database": database, "unit": "messages/s", "people": given.size}
        found = campaigns(given.size, url)
    print(json.dumps({**about, **found, "machine": machine()}, ensure_ascii=False), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--size", type=int, default=PEOPLE, help="people who are told, in the larger campaign"
    )
    parser.add_argument(
        "--page", type=int, help="only the page of one to so many people; --size are told meanwhile"
    )
    parser.add_argument("--database", choices=("sqlite", "postgres"), help="only this one")
    return parser.parse_args()


@contextmanager
def server() -> Iterator[str]:
    """An empty database of a PostgreSQL of its own, with the housekeeping that tests do without."""
    from backend.core.db import execute
    from tests.databases import Postgres

    with Postgres() as postgres, postgres.fresh() as database:
        for setting in ("autovacuum = on", "autovacuum_naptime = '5s'"):
            execute(f"ALTER SYSTEM SET {setting}")
        execute("SELECT pg_reload_conf()")
        yield database.url


if __name__ == "__main__":
    main()
