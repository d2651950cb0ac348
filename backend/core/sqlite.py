"""SQLite for many threads: one connection of the process writes, every thread reads over its own.

SQLite has one writer at a time whatever one does. The threads of a process queue for it in memory, instead of asking for
the file's lock again and again; and they share its connection, because a connection forgets all that it has in its cache
as soon as another one has written. The processes queue by a lock on a file beside the database: who waits for it is woken at
once, where SQLite by itself looks again after up to a tenth of a second, and an alarm finds a campaign writing each time.
Who waits longest holds a second file's lock, past which nobody gets: a campaign that has just written cannot be back before
the alarm that was woken by its end has begun.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any

import peewee

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "normal",  # a power cut may lose the last commits, never corrupt; a killed process loses none
    "foreign_keys": 1,
    "busy_timeout": 10_000,
    "cache_size": -32_000,
    "temp_store": "memory",
    "wal_autocheckpoint": 16_000,  # pages (64 MB): see Sqlite._copy_log
}
COPY_EVERY = 350
"""Transactions, of about eleven pages each."""
SWITCH_S = 0.000_1
"""How long other threads of the process that has the turn may go on before it gets the interpreter back. A statement gives it away, and
all other processes wait as well: with the usual five milliseconds at each of its statements, a turn took six times its own work."""

AS_PEEWEE: Any = vars(peewee)["__exception_wrapper__"]
"""Turns the driver's errors into peewee's."""


class Sqlite(peewee.SqliteDatabase):
    """A file in WAL mode. What is written outside `writing` goes over the thread's own connection."""

    _state: Any
    _connect: Any
    _log_query: Any

    def __init__(self, path: str) -> None:
        super().__init__(path, pragmas=PRAGMAS, lock_type="IMMEDIATE", timeout=10, check_same_thread=False)
        self._writers = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._process = 0
        self._turns = self._next = -1
        self._written = 0
        self._copying: threading.Thread | None = None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction that holds the write lock from its beginning, so that two writers queue instead of failing. While it
        is open, whatever this thread asks goes over the writing connection."""
        with self._writers:
            state = self._state
            own, own_closed = state.conn, state.closed
            writer = self._writer_of_this_process()
            with self._turn():
                with AS_PEEWEE:
                    writer.execute("BEGIN IMMEDIATE")
                state.conn, state.closed = writer, False
                self.push_transaction(self)  # peewee's own `atomic` makes a savepoint of itself inside
                try:
                    yield
                    with AS_PEEWEE:
                        writer.execute("COMMIT")
                except BaseException:
                    self._undo(writer)
                    raise
                finally:
                    self.pop_transaction()
                    state.conn, state.closed = own, own_closed
            self._written += 1
            if self._written % COPY_EVERY == 0 and not (self._copying and self._copying.is_alive()):
                self._copying = threading.Thread(target=self._copy_log, name="checkpoint", daemon=True)
                self._copying.start()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """This process's turn to write, for which it queues."""
        fcntl.flock(self._next, fcntl.LOCK_EX)
        usual = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        try:
            try:
                fcntl.flock(self._turns, fcntl.LOCK_EX)
            finally:
                fcntl.flock(self._next, fcntl.LOCK_UN)
            try:
                yield
            finally:
                fcntl.flock(self._turns, fcntl.LOCK_UN)
        finally:
            sys.setswitchinterval(usual)

    def _copy_log(self) -> None:
        """Bring the write-ahead log into the file. It waits for the disk, and so it is done beside the turns and not, as SQLite
        does it by itself, by the one whose commit makes the log too long; that remains for when writing never pauses."""
        with suppress(sqlite3.Error), closing(self._connect()) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def run(self, sql: str, params: Sequence[Any] = ()) -> sqlite3.Cursor:
        """`execute_sql` without what it takes to be the same for every kind of database: half of a short statement's time."""
        state = self._state
        if state.closed:
            self.connect()
        self._log_query(sql, params)
        try:
            cursor: sqlite3.Cursor = state.conn.execute(sql, params)
            return cursor
        except sqlite3.Error:
            with AS_PEEWEE:
                raise

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """`run` for each of these, inside `writing`."""
        self._log_query(sql, rows)
        with AS_PEEWEE:
            self._state.conn.executemany(sql, rows)

    def close(self) -> bool:
        """Close this thread's connection, and the writing one unless another thread is at it; the next use opens them again."""
        closed: bool = super().close()
        if self._copying is not None:
            self._copying.join()
        if self._writers.acquire(blocking=False):
            try:
                if self._writer is not None and self._process == os.getpid():
                    self._writer.close()
                if self._turns >= 0 and self._process == os.getpid():
                    os.close(self._turns)
                    os.close(self._next)
                self._writer, self._turns, self._next = None, -1, -1
            finally:
                self._writers.release()
        return closed

    def _writer_of_this_process(self) -> sqlite3.Connection:
        # A connection must not be taken through a fork, nor a lock.
        ours = self._process == os.getpid()
        if self._turns < 0 or not ours:
            self._turns, self._next = (
                os.open(f"{self.database}-{name}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                for name in ("turns", "next")
            )
        if self._writer is None or not ours:
            with AS_PEEWEE:
                self._writer = self._connect()
            self._process = os.getpid()
        return self._writer

    def _undo(self, writer: sqlite3.Connection) -> None:
        """Nothing of the transaction remains: what could not be rolled back is closed, which comes to the same."""
        try:
            if writer.in_transaction:  # a full disk has ended it already
                writer.execute("ROLLBACK")
        except sqlite3.Error:
            self._writer = None
            writer.close()
