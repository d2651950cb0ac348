"""The processes of `make run` on a folder of their own, and what is done to them during the day."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import redis

from backend.core import clock, db
from backend.settings import Settings, settings
from tests.databases import Postgres
from tests.system import System

PROCESSES = ("services", "web", "worker", "alerts", "scheduler", "telegram", "iot", "routes")
SUPERVISED_S = 2.0
"""After so long `make run` starts again what died (`backend.start.kept_running`)."""
AWAY_S = 15.0
"""So long the database is away."""
BACK_S = 20.0
"""So long after that a process may take to notice."""
LEADS_S = 45.0
"""So long a scheduler takes to start and to lead, after the lease of one that was killed."""


class House:
    """`system` are the processes; each method below is something that goes wrong, and takes as long as that takes."""

    def __init__(self, system: System, postgres: Postgres | None) -> None:
        self.system, self._postgres = system, postgres
        self.broker_killed: list[datetime] = []
        self.begun_anew = 0
        self.still: list[tuple[datetime, datetime]] = []

    def kill(self, *names: str) -> None:
        """kill -9, and the start by whoever supervises them."""
        since = clock.now()
        for name in names:
            self.system.kill(name)
        self.begun_anew += "iot" in names
        time.sleep(SUPERVISED_S)
        self.system.start(*names)
        if "scheduler" in names:
            self.still.append((since, clock.now() + clock.working(LEADS_S)))

    def kill_server(self, folder: str, number: int = signal.SIGKILL) -> None:
        """A server that `services` looks after: "mqtt" or "valkey"."""
        self.begun_anew += folder == "mqtt"
        os.kill(int((settings().var_dir / folder / "server.pid").read_text()), number)

    def kill_broker(self) -> None:
        self.kill_server("mqtt")
        self.broker_killed.append(clock.now())

    def restart_broker(self) -> None:
        self.kill_server("mqtt", signal.SIGTERM)

    def kill_redis(self) -> None:
        self.kill_server("valkey")

    def flush_redis(self) -> None:
        with redis.Redis.from_url(settings().redis_url) as client:
            client.flushall()

    def kill_ingest_then_broker(self) -> None:
        """What came while nobody took it, and lay in the broker's memory alone, is what can be lost."""
        self.system.kill("iot")
        self.begun_anew += 1
        time.sleep(SUPERVISED_S)
        self.kill_broker()
        self.system.start("iot")

    def database_away(self) -> None:
        """PostgreSQL is stopped and started; of SQLite's file nobody can write."""
        since = clock.now()
        self._lock_database()
        self.still.append((since, clock.now() + clock.working(BACK_S)))

    def _lock_database(self) -> None:
        if self._postgres is not None:
            self._postgres.stop()
            time.sleep(AWAY_S)
            self._postgres.start()
            return
        path = urlsplit(settings().database_url).path
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as held:
            held.execute("BEGIN IMMEDIATE")
            time.sleep(AWAY_S)
            held.execute("ROLLBACK")

    def misfortunes(self) -> list[tuple[str, float, Callable[[], None]]]:
        """(its name, the part of the day at which it befalls us, what it is), those first that matter most."""
        return [
            ("ingest killed", 0.45, lambda: self.kill("iot")),
            ("broker killed", 0.75, self.kill_broker),
            ("alerts killed", 0.14, lambda: self.kill("alerts")),
            ("database away", 0.52, self.database_away),
            ("redis flushed", 0.36, self.flush_redis),
            ("web and bot killed", 0.21, lambda: self.kill("web", "telegram")),
            ("broker restarted", 0.29, self.restart_broker),
            ("ingest and broker killed", 0.62, self.kill_ingest_then_broker),
            ("scheduler and worker killed", 0.69, lambda: self.kill("scheduler", "worker")),
            ("redis killed", 0.82, self.kill_redis),
            ("broker killed again", 0.07, self.kill_broker),
            ("ingest killed again", 0.9, lambda: self.kill("iot")),
        ]


@contextmanager
def running(folder: Path, given: dict[str, str], *, postgres: bool) -> Iterator[House]:
    """Everything up, this process among them: it reads and writes the same database, by the same clock."""
    with ExitStack() as stack:
        server = stack.enter_context(Postgres()) if postgres else None
        if server is not None:
            given = given | {"DATABASE_URL": stack.enter_context(server.empty())}
        for name in Settings.model_fields:
            os.environ.pop(name.upper(), None)
        Settings.model_config["env_file"] = None
        system = System(folder, given, start=folder.name)
        os.environ.update(system.environment)
        stack.callback(system.end)
        system.start(*PROCESSES)
        system.wait_ready()
        settings.cache_clear()
        db.connect(settings().database_url)
        stack.callback(db.db.close)
        yield House(system, server)
