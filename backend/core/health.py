"""Is everything running? Checks that parts register, and the heartbeats of the processes."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import peewee
import redis

from backend.core import clock, db, jobs
from backend.core.db import Instant, Model, transaction
from backend.core.i18n import Text, _
from backend.settings import settings

STALE_SECONDS = 30
_FORGOTTEN = timedelta(hours=1)
INSTANCE = f"{socket.gethostname()[:60]}:{os.getpid()}"

Check = Callable[[], tuple[bool, Text]]
_checks: dict[str, Check] = {}


class Heartbeat(Model):
    process = peewee.CharField(40)
    instance = peewee.CharField(80)
    at = Instant()
    detail = peewee.CharField(200, default="")

    class Meta:
        indexes = ((("process", "instance"), True),)


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    ok: bool
    detail: Text
    age: float | None = None
    """Seconds since the last heartbeat, for a process."""


@dataclass(frozen=True, slots=True)
class Report:
    """`status`: ok; degraded (something is wrong, people are still served); down (the database is gone)."""

    status: str
    parts: tuple[Part, ...]


def register(name: str, check: Check) -> None:
    """Add a part to the report; `check() -> (ok, what to tell the operator)` may raise: that is not ok."""
    _checks[name] = check


def beat(process: str, detail: str = "") -> None:
    """“I live”: to be called every ten seconds or so by each process."""
    now = clock.now()
    row = {"process": process, "instance": f"{INSTANCE.rpartition(':')[0]}:{os.getpid()}"}
    with transaction():
        (
            Heartbeat.insert(**row, at=now, detail=detail[:200])
            .on_conflict(
                conflict_target=[Heartbeat.process, Heartbeat.instance],
                update={Heartbeat.at: now, Heartbeat.detail: detail[:200]},
            )
            .execute()
        )
        Heartbeat.delete().where(Heartbeat.process == process, Heartbeat.at < now - _FORGOTTEN).execute()


def expected() -> tuple[str, ...]:
    """The processes without which something that people wait for stands still."""
    telegram = ("telegram",) if settings().telegram_bot_token.get_secret_value() else ()
    return ("worker", "alerts", "scheduler", *telegram)


def report() -> Report:
    """Ask every check. With the database gone nothing else is asked: it would only repeat that."""
    database = _ask("database", _database)
    if not database.ok:
        return Report("down", (database,))
    parts = [database, *(_ask(name, check) for name, check in _checks.items()), *_processes()]
    return Report("ok" if all(part.ok for part in parts) else "degraded", tuple(parts))


def _ask(name: str, check: Check) -> Part:
    try:
        ok, detail = check()
    except Exception as error:
        return Part(name, False, type(error).__name__)
    return Part(name, ok, detail)


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


register("redis", _redis)
register("migrations", _migrations)


def _processes() -> list[Part]:
    now = clock.now()
    newest = {
        row.process: row.at
        for row in Heartbeat.select(Heartbeat.process, peewee.fn.MAX(Heartbeat.at).alias("at")).group_by(
            Heartbeat.process
        )
    }
    parts = []
    for process in sorted({*expected(), *newest}):
        if process not in newest:
            parts.append(Part(process, False, _("Not seen yet. Is it started?")))
            continue
        age = round((now - newest[process]).total_seconds(), 1)
        fresh = age <= STALE_SECONDS
        parts.append(
            Part(process, fresh, "" if fresh else _("Silent for {n} seconds.", n=round(age)), max(age, 0.0))
        )
    return parts
