"""The database: SQLite (WAL) or PostgreSQL behind one set of models, and the transaction that everything happens in."""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import peewee
import psycopg
from playhouse.db_url import connect as connect_url
from playhouse.db_url import parse as parse_url
from playhouse.migrations import Runner
from playhouse.postgres_ext import Psycopg3Database

from backend.core import clock, crypto
from backend.core.rebuilding import Watchful
from backend.core.sqlite import AS_PEEWEE, Sqlite

db = peewee.DatabaseProxy()
MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"

_HEARD_OF = {
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A server that vanished, power and all, says no word: by itself the kernel waits a quarter of an hour for it, here half a minute. Seconds, and milliseconds."""
_LOST = (peewee.OperationalError, peewee.InterfaceError)


class WholeRows(peewee.ModelSelect):
    """A query for whole rows, as most are. Their list of columns is written once per model: it took half the time of finding a row."""

    model: Any
    _is_default: bool
    _returning: Sequence[Any]
    _cursor_wrapper: Any

    def __sql_selection__(self, ctx: Any, is_subquery: bool = False) -> Any:
        whole = self._is_default and len(self._returning) == len(self.model._meta.sorted_fields)
        if not whole or is_subquery:
            return super().__sql_selection__(ctx, is_subquery)
        return ctx.literal(_columns(self.model, ctx.alias_manager[self.model._meta.table]))

    def get(self, database: Any = None) -> Any:
        """Raises DoesNotExist, without the SQL in its words: that is written as slowly as the query itself."""
        one = self.limit(1)
        one._cursor_wrapper = None
        found = one.first(database)
        if found is None:
            raise self.model.DoesNotExist(f"{self.model.__name__}: there is no such row")
        return found


@cache
def _columns(model: type[peewee.Model], alias: str) -> str:
    return ", ".join(f'"{alias}"."{field.column_name}"' for field in model._meta.sorted_fields)


class Model(peewee.Model):
    """Base of every stored thing."""

    id: Any

    class Meta:
        database = db
        legacy_table_names = False

    @classmethod
    def select(cls, *fields: Any) -> Any:
        return super().select(*fields) if fields else WholeRows(cls, cls._meta.sorted_fields, is_default=True)


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
        return Sqlite(str(path))
    scheme, _, rest = url.partition("://")
    if scheme not in ("postgres", "postgresql", "psycopg3"):
        raise ValueError(
            f"DATABASE_URL starts with {scheme}: use sqlite:///path/to/file.db or postgresql://user:password@host/name"
        )
    return connect_url(f"psycopg3://{rest}", connect_timeout=10, **_HEARD_OF)


def connect(url: str) -> peewee.Database:
    """Point every model at `url`. Connections open per thread, at first use, and stay open."""
    if db.obj is not None:
        db.close()
    database = open_database(url)
    db.initialize(database)
    return database


def is_postgres() -> bool:
    return isinstance(db.obj, Psycopg3Database)


# --- transactions ---------------------------------------------------------------------------------------------

_local = threading.local()
_JOINED = nullcontext()


def transaction(*, urgent: bool = False) -> AbstractContextManager[None]:
    """Everything inside commits together or not at all; an inner `transaction()` joins the outer one.

    On SQLite it takes the write lock at once, as the only one; `urgent`, of what an alarm waits for, goes before all that wait and are not. On
    PostgreSQL a connection that died while idle (database restarted) is replaced before anything is done in it.
    """
    return _JOINED if in_transaction() else _outermost(urgent)


def is_crowded() -> bool:
    """Whether others want to write as well, who wait for whoever writes: then a long transaction is better divided. On PostgreSQL nobody
    waits."""
    return isinstance(db.obj, Sqlite) and db.obj.is_crowded()


@contextmanager
def _outermost(urgent: bool) -> Iterator[None]:
    hooks: list[Callable[[], None]] = []
    database = db.obj
    try:
        if isinstance(database, Sqlite):
            with database.writing(urgent=urgent):
                _local.hooks = hooks
                yield
        else:
            _ready()
            with database.atomic():
                _local.hooks = hooks
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
        # One within another may have the same name: the innermost is meant.
        execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            del hooks[before:]
            execute("ROLLBACK TO SAVEPOINT part")
            raise
        finally:
            execute("RELEASE SAVEPOINT part")


@contextmanager
def one_moment() -> Iterator[None]:
    """Several questions that are answered as of one moment, and keep nobody waiting; for reading alone. Within a transaction on
    PostgreSQL each is as of its own."""
    if in_transaction():
        yield
    elif is_postgres():
        with db.obj.atomic():
            execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        execute("BEGIN")
        try:
            yield
        finally:
            execute("COMMIT")


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
    elif is_postgres():
        _hear()
        if not db.is_connection_usable():
            db.close()
            db.connect(reuse_if_open=True)


def _hear() -> None:
    """A server that goes says so, or hangs up, without being asked: the connection learns it when somebody reads."""
    connection = db.obj.connection()
    with suppress(psycopg.OperationalError):
        told = select.poll()
        told.register(connection.fileno(), select.POLLIN)
        while told.poll(0):
            connection.pgconn.consume_input()


def reconnect_if_lost() -> None:
    """For the rim of a process (a web request, a job): replace a connection that the server closed."""
    _ready()


# --- plain SQL for the hot path -------------------------------------------------------------------------------


def execute(sql: str, params: Sequence[Any] = ()) -> Any:
    """Run SQL written with `?` places on either database; returns the cursor. Only for the hot path: see "A turn, cheaply" in
    ARCHITECTURE.md (a turn through model objects costs ten times as much)."""
    database = db.obj
    if isinstance(database, Sqlite):
        return database.run(sql, params)
    return database.execute_sql(_with_percents(sql), params)


def execute_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """`execute` a change once for each of these, inside a transaction."""
    database = db.obj
    if isinstance(database, Sqlite):
        database.run_many(sql, rows)
    else:
        with AS_PEEWEE:
            database.connection().cursor().executemany(_with_percents(sql), rows)


def ask(sql: str, params: Sequence[Any] = ()) -> Any:
    """`execute` a question whose best way depends on what is asked: PostgreSQL plans it anew each time, where it would settle for
    one plan for all after the tenth."""
    if not is_postgres():
        return execute(sql, params)
    with AS_PEEWEE:
        return db.obj.connection().execute(_with_percents(sql), params, prepare=False)


def insert(sql: str, params: Sequence[Any]) -> int:
    """`execute` an INSERT of one row without a RETURNING of its own; returns the new row's id."""
    if is_postgres():
        return int(execute(f"{sql} RETURNING id", params).fetchone()[0])
    return int(execute(sql, params).lastrowid)


@lru_cache(maxsize=512)
def _with_percents(sql: str) -> str:
    return sql.replace("?", "%s")


# --- migrations -----------------------------------------------------------------------------------------------


def runner(database: peewee.Database | None = None) -> Runner:
    """The migrations of the connected database, or of another one."""
    chosen = database or db.obj
    found = Runner(chosen, str(MIGRATIONS), table_name="schema_migration")
    if isinstance(chosen, Sqlite):
        found.migrator = Watchful(chosen)
    return found


def migrate() -> list[str]:
    """Apply what is pending, in order; returns the names applied."""
    _ready()
    return list(runner().up() or [])
