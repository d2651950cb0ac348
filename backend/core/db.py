"""The database: SQLite (WAL) or PostgreSQL behind one set of models, and the transaction that everything happens in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

import peewee
from playhouse.db_url import connect as connect_url
from playhouse.db_url import parse as parse_url
from playhouse.migrations import Runner
from playhouse.postgres_ext import Psycopg3Database

from backend.core import clock, crypto

db = peewee.DatabaseProxy()
MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"

_SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "normal",  # a power cut may lose the last commits, never corrupt; a killed process loses none
    "foreign_keys": 1,
    "busy_timeout": 10_000,
    "cache_size": -32_000,
    "temp_store": "memory",
    "wal_autocheckpoint": 4000,
}
_LOST = (peewee.OperationalError, peewee.InterfaceError)


class Model(peewee.Model):
    """Base of every stored thing."""

    id: Any

    class Meta:
        database = db
        legacy_table_names = False


class Instant(peewee.BigIntegerField):
    """An aware UTC datetime, stored as milliseconds since 1970: the same order and arithmetic on every database."""

    def db_value(self, value: datetime | int | None) -> int | None:
        return clock.to_ms(value) if isinstance(value, datetime) else value

    def python_value(self, value: int | None) -> datetime | None:
        return None if value is None else clock.from_ms(value)


class Encrypted(peewee.BlobField):
    """Text sealed with the current data key, bound to `table.column`; read back as str."""

    @property
    def place(self) -> str:
        return f"{self.model._meta.table_name}.{self.column_name}"

    def db_value(self, value: str | None) -> Any:
        if value is None:
            return None
        return super().db_value(crypto.encrypt(value, self.place))

    def python_value(self, value: Any) -> str | None:
        return None if value is None else crypto.decrypt(value, self.place).decode()


def open_database(url: str) -> peewee.Database:
    """A database for `sqlite:///path` or `postgresql://user:password@host/name`."""
    if url.startswith("sqlite"):
        path = Path(parse_url(url)["database"])
        path.parent.mkdir(parents=True, exist_ok=True)
        return peewee.SqliteDatabase(str(path), pragmas=_SQLITE_PRAGMAS, lock_type="IMMEDIATE", timeout=10)
    scheme, _, rest = url.partition("://")
    if scheme not in ("postgres", "postgresql", "psycopg3"):
        raise ValueError(
            f"DATABASE_URL starts with {scheme}: use sqlite:///path/to/file.db or postgresql://user:password@host/name"
        )
    return connect_url(f"psycopg3://{rest}", connect_timeout=10)


def connect(url: str) -> peewee.Database:
    """Point every model at `url`. Connections open per thread, at first use, and stay open."""
    if db.obj is not None and not db.is_closed():
        db.close()
    database = open_database(url)
    db.initialize(database)
    _prepared.clear()
    return database


def is_postgres() -> bool:
    return isinstance(db.obj, Psycopg3Database)


# --- transactions ---------------------------------------------------------------------------------------------

_local = threading.local()
_one_writer = threading.Lock()
"""SQLite has one writer: the threads of a process queue here, instead of asking for its lock again and again."""


@contextmanager
def transaction() -> Iterator[None]:
    """Everything inside commits together or not at all; an inner `transaction()` joins the outer one.

    On SQLite it takes the write lock at once (IMMEDIATE), so that two writers queue instead of failing. A connection
    that died while idle (database restarted) is replaced before anything is done in it.
    """
    if getattr(_local, "hooks", None) is not None:
        yield
        return
    _ready()
    hooks: list[Callable[[], None]] = []
    _local.hooks = hooks
    try:
        with nullcontext() if is_postgres() else _one_writer, db.atomic():
            yield
    except _LOST:
        if is_postgres():
            db.close()
        raise
    finally:
        _local.hooks = None
    for hook in hooks:
        hook()


@contextmanager
def savepoint() -> Iterator[None]:
    """A part of a transaction that can fail alone: then nothing of it remains, and none of its `after_commit` hooks run."""
    with transaction():
        hooks = _local.hooks
        before = len(hooks)
        try:
            with db.atomic():
                yield
        except BaseException:
            del hooks[before:]
            raise


def after_commit(hook: Callable[[], None], *, once: bool = False) -> None:
    """Run `hook` once the open transaction is committed (at once when there is none); never after a rollback. `once`: not when
    an equal one waits already."""
    hooks = getattr(_local, "hooks", None)
    if hooks is None:
        hook()
    elif not (once and hook in hooks):
        hooks.append(hook)


def in_transaction() -> bool:
    return getattr(_local, "hooks", None) is not None


def _ready() -> None:
    if db.is_closed():
        db.connect(reuse_if_open=True)
    elif is_postgres() and not db.is_connection_usable():
        db.close()
        db.connect(reuse_if_open=True)


def reconnect_if_lost() -> None:
    """For the rim of a process (a web request, a job): replace a connection that the server closed."""
    _ready()


# --- plain SQL for the hot path -------------------------------------------------------------------------------

_prepared: dict[str, str] = {}


def execute(sql: str, params: Sequence[Any] = ()) -> Any:
    """Run SQL written with `?` places on either database; returns the cursor. Only for the hot path: see FACTS in
    ARCHITECTURE.md (a turn through model objects costs ten times as much)."""
    ready = _prepared.get(sql)
    if ready is None:
        ready = _prepared[sql] = sql.replace("?", "%s") if is_postgres() else sql
    return db.execute_sql(ready, params)


# --- migrations -----------------------------------------------------------------------------------------------


def runner(database: peewee.Database | None = None) -> Runner:
    """The migrations of the connected database, or of another one."""
    return Runner(database or db.obj, str(MIGRATIONS), table_name="schema_migration")


def migrate() -> list[str]:
    """Apply what is pending, in order; returns the names applied."""
    _ready()
    return list(runner().up() or [])
