"""Is everything running? Checks that parts register, and the heartbeats of the processes."""

from __future__ import annotations

import os
import socket
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import peewee
import redis
import structlog

from backend.core import clock, crypto, db, jobs
from backend.core.db import Instant, Model, transaction
from backend.core.i18n import Text, _
from backend.settings import settings

STALE_SECONDS = 30
BEAT_SECONDS = 10.0
_FORGOTTEN = timedelta(hours=1)
INSTANCE = f"{socket.gethostname()[:60]}:{os.getpid()}"

Check = Callable[[], tuple[bool, Text]]


@dataclass(frozen=True, slots=True)
class Named:
    """What staff call a part, and what somebody does who finds it red."""

    title: Text
    remedy: Text = ""


_checks: dict[str, tuple[Check, Named]] = {}
log = structlog.get_logger()


class Heartbeat(Model):
    process = peewee.CharField(40)
    instance = peewee.CharField(80)
    at = Instant()
    detail = peewee.CharField(200, default="")
    started_at = Instant(null=True)
    keys = peewee.TextField(null=True)
    """`crypto.Ring.names` of the process, separated by spaces: the first seals, all open. Told rather than reckoned from
    the start: a web worker that is started again inherits the ring of the server that started it."""

    class Meta:
        indexes = ((("process", "instance"), True),)


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    ok: bool
    detail: Text
    age: float | None = None
    """Seconds since the last heartbeat, for a process."""
    named: Named = Named("")


@dataclass(frozen=True, slots=True)
class Report:
    """`status`: ok; degraded (something is wrong, people are still served); down (the database is gone)."""

    status: str
    parts: tuple[Part, ...]


def register(name: str, check: Check, title: Text = "", remedy: Text = "") -> None:
    """Add a part to the report; `check() -> (ok, what to tell the operator)` may raise: that is not ok. `title` is what staff
    call it (its name where none is given), `remedy` what to do when it is red."""
    _checks[name] = (check, Named(title or name, remedy))


def beat(process: str, detail: str = "") -> None:
    """“I live”: to be called every ten seconds or so by each process."""
    now, pid = clock.now(), os.getpid()
    row = {"process": process, "instance": f"{INSTANCE.rpartition(':')[0]}:{pid}"}
    told = {
        "at": now,
        "detail": detail[:200],
        "started_at": _first_beat(pid),
        "keys": " ".join(crypto.ring().names),
    }
    with transaction():
        (
            Heartbeat.insert(**row, **told)
            .on_conflict(conflict_target=[Heartbeat.process, Heartbeat.instance], update=told)
            .execute()
        )
        Heartbeat.delete().where(Heartbeat.process == process, Heartbeat.at < now - _FORGOTTEN).execute()


@lru_cache(maxsize=1)
def _first_beat(_pid: int) -> datetime:
    """Asked by process id: a forked process has its parent's memory, and a start of its own."""
    return clock.now()


class Pulse(threading.Thread):
    """Beats for a process that is busy otherwise, until `stop`. A daemon: a database that does not answer must not hold
    up the end of the process."""

    def __init__(self, process: str) -> None:
        super().__init__(name="pulse", daemon=True)
        self._process = process
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.is_set():
            try:
                beat(self._process)
            except Exception as error:
                # The database may be restarting: the next beat tries again.
                log.warning("pulse.failed", process=self._process, error=type(error).__name__)
            self._done.wait(BEAT_SECONDS)
        db.db.close()

    def stop(self) -> None:
        self._done.set()
        self.join(1)


def living() -> list[Heartbeat]:
    """The heartbeats of the processes that were heard within the last STALE_SECONDS. One of a clock that was ahead says nothing."""
    now = clock.now()
    lately = Heartbeat.at.between(now - clock.working(STALE_SECONDS), now + clock.CLOCKS_DIFFER)
    return list(Heartbeat.select().where(lately).order_by(Heartbeat.process, Heartbeat.instance))


def expected() -> tuple[str, ...]:
    """The processes without which something that people wait for stands still."""
    telegram = ("telegram",) if settings().telegram_bot_token.get_secret_value() else ()
    return ("worker", "alerts", "scheduler", *telegram)


def report() -> Report:
    """Ask every check. With the database gone nothing else is asked: it would only repeat that."""
    database = _ask("database", _database, _DATABASE)
    if not database.ok:
        return Report("down", (database,))
    parts = [database, *(_ask(name, *known) for name, known in _checks.items()), *_processes()]
    return Report("ok" if all(part.ok for part in parts) else "degraded", tuple(parts))


def _ask(name: str, check: Check, named: Named) -> Part:
    try:
        ok, detail = check()
    except Exception as error:
        return Part(name, False, type(error).__name__, named=named)
    return Part(name, ok, detail, named=named)


def _database() -> tuple[bool, Text]:
    db.reconnect_if_lost()
    db.db.execute_sql("SELECT 1").fetchone()
    return True, "PostgreSQL" if db.is_postgres() else "SQLite"


def _redis() -> tuple[bool, Text]:
    try:
        jobs.connection().ping()
    except redis.RedisError:
        return False, _("Redis does not answer: live updates pause, deliveries go on more slowly.")
    return True, ""


def _migrations() -> tuple[bool, Text]:
    pending = [m.name for m in db.runner().status() if m.path is not None and not m.applied]
    if pending:
        return False, _(
            "Pending: {names}. Run “flask --app backend migrate”.",
            names=", ".join(pending),
        )
    return True, ""


_DATABASE = Named(
    _("Database"), _("See that it runs, and that DATABASE_URL points to it. Linli goes on by itself then.")
)
register(
    "redis",
    _redis,
    _("Live updates (Redis)"),
    _("Nothing is lost. Start Redis again, or see that REDIS_URL points to it."),
)
register(
    "migrations",
    _migrations,
    _("State of the database"),
    _("Please tell whoever runs the server: this command is missing after an update."),
)
_PROCESSES = {
    "web": Named(_("Web pages")),
    "worker": Named(
        _("Sending of messages"),
        _("Messages wait and none is lost. Start it: python -m broadcasts.worker replies default bulk"),
    ),
    "alerts": Named(
        _("Sending of alarms"),
        _("Until it runs, ring people up about open alarms. Start it: python -m broadcasts.worker alerts"),
    ),
    "scheduler": Named(
        _("Clock for check-ins, reminders and alarms"),
        _(
            "Check-ins, reminders and what is next for an alarm stand still until it runs, and are caught up then."
            " Start it: python -m broadcasts.scheduler"
        ),
    ),
    "ingest": Named(
        _("Listening to devices"),
        _("What devices report waits at the MQTT broker until it runs. Start it: python -m iot.ingest"),
    ),
    "routes": Named(
        _("Bringing readings to other systems"),
        _("What goes onward waits, for a day. Start it: python -m iot.routes.forwarding"),
    ),
    "telegram": Named(
        _("Telegram"),
        _("What people write there is kept by Telegram for a day. Start it: python -m bots.telegram"),
    ),
}


def _processes() -> list[Part]:
    """The expected ones, and whoever else lives. Somebody else who is silent was stopped, and nobody waits for them."""
    now = clock.now()
    alive = Counter(row.process for row in living())
    newest = {
        row.process: row.at
        for row in Heartbeat.select(Heartbeat.process, peewee.fn.MAX(Heartbeat.at).alias("at")).group_by(
            Heartbeat.process
        )
    }
    parts = []
    for process in sorted({*expected(), *alive}):
        named = _PROCESSES.get(process, Named(process))
        if process not in newest:
            parts.append(Part(process, False, _("Not seen yet. Is it started?"), named=named))
            continue
        age = max(round((now - newest[process]).total_seconds(), 1), 0.0)
        if not alive[process] and clock.is_ahead(newest[process]):
            parts.append(Part(process, False, _("Silent since the clock was set back."), named=named))
            continue
        if not alive[process]:
            parts.append(Part(process, False, _("Silent for {n} seconds.", n=round(age)), age, named))
            continue
        several = _("{n} processes", n=alive[process]) if alive[process] > 1 else ""
        parts.append(Part(process, True, several, age, named))
    return parts
