"""Fresh databases for tests, quickly: migrate once, then copy; on PostgreSQL, empty again what a test has left.

They lie in memory where the machine has a disk there: a test writes a few megabytes and throws them away.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from backend.core import db
from tests.servers import LONG, free_port, until

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""A disk in memory, where a machine has one: a fresh PostgreSQL database is some hundred files."""


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """`kind` is sqlite or postgres; `url` is what DATABASE_URL takes."""

    __test__ = False
    kind: str
    url: str


@contextmanager
def _connected(kind: str, url: str) -> Iterator[TestDatabase]:
    db.connect(url)
    try:
        yield TestDatabase(kind, url)
    finally:
        if not db.db.is_closed():
            db.db.close()


# --- SQLite ---------------------------------------------------------------------------------------------------


def sqlite_template(folder: Path) -> Path:
    """A migrated SQLite file without a write-ahead log: one file to copy."""
    path = folder / "template.db"
    with _connected("sqlite", f"sqlite:///{path}"):
        db.migrate()
        db.db.execute_sql("PRAGMA journal_mode=delete")
    return path


@contextmanager
def fresh_sqlite(template: Path, path: Path) -> Iterator[TestDatabase]:
    """A copy of the template at `path`, connected; gone afterwards."""
    shutil.copyfile(template, path)
    try:
        with _connected("sqlite", f"sqlite:///{path}") as database:
            yield database
    finally:
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            name.unlink(missing_ok=True)


# --- PostgreSQL -----------------------------------------------------------------------------------------------


_SHAPE = """
SELECT (SELECT COUNT(*) FROM pg_class WHERE oid >= 16384), (SELECT MAX(oid)::bigint FROM pg_class),
       (SELECT COUNT(*) FROM pg_attribute WHERE attrelid >= 16384), (SELECT COUNT(*) FROM pg_constraint WHERE oid >= 16384),
       (SELECT COUNT(*) FROM schema_migration)"""
_CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)"""
# Plans too: they were made for tables as a test before had filled them.
_AS_NEW = "RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); CLOSE ALL; DISCARD PLANS; DISCARD TEMP; DISCARD SEQUENCES"
_FILLED = "SELECT '{0}', pg_relation_size('\"{0}\"') > 262144 WHERE EXISTS (SELECT 1 FROM \"{0}\")"
_FROM_ONE = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL"""


class _Sweeper:
    """Empties one database again and again over a connection of its own, so that its questions are planned once: asking each of the
    tables in a statement of its own took most of the time of emptying them."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        # Rows go in any order, whatever refers to them.
        self._connection.execute("SET session_replication_role = 'replica'")
        tables = self._connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration'"
        )
        self._filled = " UNION ALL ".join(_FILLED.format(name) for (name,) in tables).encode()

    def shape(self) -> tuple[int, ...]:
        """What differs once a test has changed the schema."""
        return self._connection.execute(_SHAPE, prepare=True).fetchone() or ()

    def sweep(self, kept: int) -> None:
        """Whoever is still connected is cut off, but for the connection that the server's process `kept` serves; every row goes, and
        numbers begin with one again."""
        self._connection.execute(_CUT, (kept,), prepare=True)
        filled = self._connection.execute(self._filled, prepare=True).fetchall()
        # A small table is emptied row by row: TRUNCATE makes new files for it and for each of its indexes, which takes twice as long.
        small = [f'DELETE FROM "{name}"' for name, large in filled if not large]
        large = ", ".join(f'"{name}"' for name, large in filled if large)
        if orders := [*small, *([f"TRUNCATE {large} CASCADE"] if large else [])]:
            self._connection.execute("; ".join(orders).encode(), prepare=False)
        self._connection.execute(_FROM_ONE, prepare=True)

    def close(self) -> None:
        self._connection.close()


def _program(name: str) -> str:
    """The newest PostgreSQL's program: Debian keeps the server's ones off the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: float(p.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if not found:
        raise RuntimeError(f"PostgreSQL's {name} is missing: `make test` installs it")
    return found


def _warm(database: Any) -> psycopg.Connection[Any] | None:
    """This thread's connection, taken out of `database` for the next test, as if it were new: a new one has yet to read what two
    hundred tables are like, which takes longer than most tests. None where the test has closed it or left something open in it."""
    if db.db.obj is not database or database.is_closed():
        return None
    connection: psycopg.Connection[Any] = database.connection()
    if connection.closed or connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        return None
    try:
        connection.execute(_AS_NEW, prepare=False)
    except psycopg.Error:
        return None
    database._state.reset()
    return connection


class Postgres:
    """A private PostgreSQL server: `with Postgres() as server, server.fresh() as database: …`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="linli-postgres-", dir=MEMORY))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._template = ""
        self._strategy = ""
        self._as_migrated: tuple[int, ...] = ()
        self._idle: dict[str, tuple[_Sweeper, psycopg.Connection[Any] | None]] = {}

    def __enter__(self) -> Postgres:
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        for folder in (self.folder, data):
            os.chown(folder, *self._owner())
        subprocess.run(
            [_program("initdb"), "-D", data, "-U", "linli", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
            check=True, capture_output=True, **self._as_user(),
        )  # fmt: skip
        self.start()
        self._strategy = self._quickest_copy()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "max_connections": "100",
            # A test database that is lost with the machine is no loss.
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            # Nobody tidies behind a test: what it deleted lies there until its table is large (see _Sweeper).
            "autovacuum": "off",
        }
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [_program("postgres"), "-D", self.folder / "data", *flags],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **self._as_user(),
        )  # fmt: skip
        until(self._answers, what="PostgreSQL")

    def stop(self) -> None:
        """Fast shutdown: open connections are cut, as when an administrator restarts the database."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(LONG)
            self._process = None

    def url(self, name: str) -> str:
        return f"postgresql://linli@127.0.0.1:{self.port}/{name}"

    @contextmanager
    def fresh(self) -> Iterator[TestDatabase]:
        """A fresh, migrated database, connected; afterwards it is emptied for the next one, which takes a third of making one."""
        if not self._template:
            template = "template_linli"
            self._sql(f"CREATE DATABASE {template}")
            with _connected("postgres", self.url(template)):
                db.migrate()
            looking = _Sweeper(self.url(template))
            self._as_migrated = looking.shape()
            looking.close()
            self._template = template
        if self._idle:
            name, (sweeper, warm) = self._idle.popitem()
        else:
            name, warm = self._create(self._template), None
            sweeper = _Sweeper(self.url(name))
        try:
            with _connected("postgres", self.url(name)) as database:
                connected = db.db.obj
                if warm:
                    connected._state.set_connection(warm)
                try:
                    yield database
                finally:
                    warm = _warm(connected)
        finally:
            self._take_back(name, sweeper, warm)

    @contextmanager
    def empty(self, template: str = "template1") -> Iterator[str]:
        """The URL of a database without any table (or a copy of `template`); dropped afterwards."""
        name = self._create(template)
        try:
            yield self.url(name)
        finally:
            self._drop(name)

    def _create(self, template: str) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._sql(f"CREATE DATABASE {name} TEMPLATE {template} {self._strategy}")
        return name

    def _drop(self, name: str) -> None:
        self._sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _take_back(self, name: str, sweeper: _Sweeper, warm: psycopg.Connection[Any] | None) -> None:
        """It is emptied; where a test changed the schema, the whole database goes."""
        try:
            clean = sweeper.shape() == self._as_migrated
            if clean:
                sweeper.sweep(warm.info.backend_pid if warm else 0)
        except psycopg.Error:
            clean = False  # a test restarted the server, or cut all connections
        if clean:
            self._idle[name] = sweeper, warm
        else:
            sweeper.close()
            if warm:
                warm.close()
            self._drop(name)

    def _sql(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=10).close()
        except psycopg.OperationalError:
            return False
        return True

    def _quickest_copy(self) -> str:
        """Copying files takes a third less than writing each page into the log, which PostgreSQL 15 made the default."""
        with psycopg.connect(self.url("postgres")) as connection:
            return "STRATEGY file_copy" if connection.info.server_version >= 150_000 else ""

    @staticmethod
    def _owner() -> tuple[int, int]:
        if os.geteuid() != 0:
            return os.getuid(), os.getgid()
        for name in ("postgres", "nobody"):
            try:
                user = pwd.getpwnam(name)
            except KeyError:
                continue
            return user.pw_uid, user.pw_gid
        raise RuntimeError("PostgreSQL does not run as root, and there is no other user here")

    def _as_user(self) -> dict[str, Any]:
        """PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return {}
        uid, gid = self._owner()
        return {"user": uid, "group": gid, "extra_groups": []}
