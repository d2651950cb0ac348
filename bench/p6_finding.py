"""P6: nine ways to find among a million residents, the first page of each, on SQLite and on PostgreSQL.

Ours: `records.query.page` for a street admin, values unsealed and in words, as the list shows them. Peer: the same statement over the
raw driver, rows fetched and nothing else, with the same indexes. The figure is the 95th percentile of the slowest way in
milliseconds; the other ways and databases are told beside it.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench import residents
from bench.record import Run, measure, options

ASKED = 20
"""Questions of each way, each another one."""


def questions(count: int) -> dict[str, Callable[[random.Random], dict[str, Any]]]:
    from backend.core import clock
    from backend.records import tables
    from backend.records.query import Sort

    def age() -> str:
        return next(c.key for c in tables.of("resident").open if c.formula)

    def name(r: random.Random) -> str:
        return r.choice(residents.SURNAMES) + "".join(r.choices(residents.GIVEN, k=2))

    def year(r: random.Random) -> dict[str, Any]:
        begins = r.randrange(1930, 2015)
        return {"field": "birthday", "op": "between", "value": [f"{begins}-01-01", f"{begins}-12-31"]}

    return {
        "keyword": lambda r: {"text": name(r)},
        "common_keyword": lambda r: {"text": r.choice("王李张刘陈")},
        "pinyin": lambda r: {"text": r.choice(("wangwei", "lifang", "zhangxy", "cxm", "liuyang"))},
        "exact": lambda r: {"text": f"13{r.randrange(1, count + 1):09d}"},
        "builder": lambda r: {
            "where": {"and": [year(r), {"field": "gender", "op": "eq", "value": "female"}]},
            "sort": (Sort("birthday"),),
        },
        "classified": lambda r: {"where": {"field": "gender", "op": "eq", "value": r.choice(("male", "female"))}},
        "level": lambda r: {"where": {"field": "home", "part": "building", "op": "eq", "value": str(r.randrange(1, 60))},
                            "org_id": r.randrange(2, 12)},
        "colour": lambda r: {"where": {"colour": [r.choice(("red", "blue"))]}},
        "computed": lambda r: {
            "where": {"field": age(), "op": "ge", "value": r.randrange(60, 95)},
            "sort": (Sort(age(), down=True),),
        },
        "past": lambda r: {"where": year(r), "as_of": clock.now() - timedelta(milliseconds=r.randrange(1, 500))},
    }  # fmt: skip


def found(actor: Any, asked: dict[str, Any]) -> int:
    """The first page as the list shows it."""
    from backend.records import query, reading, tables

    table = tables.of("resident")
    rows = query.page(actor, query.Query(table, **asked))
    shown = [reading.shown(table, row, table.open[:8], "zh_CN") for row in rows]
    return len(shown)


def statement(actor: Any, asked: dict[str, Any]) -> tuple[str, list[Any]]:
    """What `found` asks the database, to be asked again without us."""
    from backend.core import db
    from backend.records import query, tables

    sql, params = query.statement(actor, query.Query(tables.of("resident"), **asked))
    return (sql.replace("?", "%s") if db.is_postgres() else sql), params


def driver() -> Callable[[str, list[Any]], list[Any]]:
    """The raw driver on a connection of its own."""
    from backend.core import db

    if db.is_postgres():
        import psycopg

        connection: Any = psycopg.connect(os.environ["P6_POSTGRES"], autocommit=True)
        # Planned for what is asked, as ours is.
        connection.prepare_threshold = None
    else:
        import sqlite3

        connection = sqlite3.connect(db.db.obj.database)
    return lambda sql, params: connection.execute(sql, params).fetchall()


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1] * 1000 if len(seconds) > 1 else seconds[0] * 1000


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def one_database(actor: Any, count: int, runs: Iterator[int]) -> dict[str, tuple[float, float]]:
    """p95 in ms of ours and of the raw driver, by way."""
    raw = driver()
    seed = next(runs)
    told = {}
    for way, make in questions(count).items():
        chance = random.Random(seed)
        ours, peer = [], []
        for _ in range(ASKED if count >= 1_000 else 2):
            asked = make(chance)
            sql, params = statement(actor, asked)
            peer.append(timed(partial(raw, sql, params)))
            ours.append(timed(partial(found, actor, asked)))
        told[way] = (p95(ours), p95(peer))
    return told


def filled(count: int) -> Any:
    """The district in the connected database, with its indexes, and some rows marked; its street admin."""
    from backend.core.access import Actor, Post
    from backend.records import indexes

    places = residents.found_district()
    residents.add_age(places)
    residents.bring_in(count, places)
    indexes.settle()
    return Actor("staff", 1, "周主任", (Post("street_admin", "/1/"),))


def main() -> None:
    asked = options(1_000_000, "residents")
    from backend.core import db
    from tests.databases import Postgres

    runs = iter(range(1_000))
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder, Postgres() as server:
        os.environ["VAR_DIR"] = folder
        databases = []
        for kind, url in (
            ("sqlite", f"sqlite:///{Path(folder) / 'p6.db'}"),
            ("postgres", server.url("postgres")),
        ):
            db.connect(url)
            db.migrate()
            began = time.perf_counter()
            actor = filled(asked.size)
            print(f"{kind}: {asked.size} residents in {time.perf_counter() - began:.0f} s", file=sys.stderr)
            databases.append((kind, url, actor))
            db.db.close()
        os.environ["P6_POSTGRES"] = server.url("postgres")

        def once() -> Run:
            extra: dict[str, float] = {}
            slowest = (0.0, 0.0)
            for kind, url, actor in databases:
                db.connect(url)
                for way, (ours, peer) in one_database(actor, asked.size, runs).items():
                    extra[f"{kind}_{way}"] = ours
                    slowest = max(slowest, (ours, peer))
                db.db.close()
            return Run(slowest[0], slowest[1], None, extra)

        measure("P6", "ms", once, asked.runs)


if __name__ == "__main__":
    main()
