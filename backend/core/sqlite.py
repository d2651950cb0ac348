"""SQLite for many threads: one connection of the process writes, every thread reads over its own.

SQLite has one writer at a time whatever one does. The threads of a process queue for it in memory, instead of asking for
the file's lock again and again; and they share its connection, because a connection forgets all that it has in its cache
as soon as another one has written. The processes queue by a lock on a file beside the database: who waits for it is woken at
once, where SQLite by itself looks again after up to a tenth of a second, and an alarm finds a campaign writing each time.
Who waits longest holds a second file's lock, past which nobody gets: a campaign that has just written cannot be back before
the alarm that was woken by its end has begun. Who writes for an alarm goes before them all: while he waits he shares in the
lock of a third file, at which whoever else gets the turn looks, and hands it back, once and not for long.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import sys
import threading
import time
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
    "wal_autocheckpoint": 32_000,  # pages (128 MB): see Sqlite._copy_log
}
COPY_AT = 14_000
"""Pages in the log (56 MB) at about which it is brought into the file."""
COPY_AFTER = (3_000, 12_000)
"""Rows that a process writes before it looks how long the log is: at first, and at most. A row may touch three pages or a tenth of one."""
COPY = "PRAGMA wal_checkpoint(PASSIVE)"
CROWDED_S = 1.0
"""So long after a process had to wait for its turn it takes it that others want to write as well."""
SWITCH_S = 0.000_1
"""How long other threads of the process that has the turn may go on before it gets the interpreter back. A statement gives it away, and
all other processes wait as well: with the usual five milliseconds at each of its statements, a turn took six times its own work."""
GIVES_WAY_S = 0.2
"""How long one that is not urgent stands back for those that are, while another of them waits all the time: in a storm of alarms somebody's "I'm going" must
be written, too."""
_LOOK_S = 0.002

AS_PEEWEE: Any = vars(peewee)["__exception_wrapper__"]
"""Turns the driver's errors into peewee's."""


class Sqlite(peewee.SqliteDatabase):
    """A file in WAL mode. What is written outside `writing` goes over the thread's own connection."""

    _state: Any
    _connect: Any
    _log_query: Any

    def __init__(self, path: str) -> None:
        super().__init__(path, pragmas=PRAGMAS, lock_type="IMMEDIATE", timeout=10, check_same_thread=False)
        self._usual, self._urgent = _Queue(path, urgent=False), _Queue(path, urgent=True)
        self._rows, self._copy_after = 0, COPY_AFTER[0]
        self._copying: threading.Thread | None = None

    @contextmanager
    def writing(self, *, urgent: bool = False) -> Iterator[None]:
        """A transaction that holds the write lock from its beginning, so that two writers queue instead of failing. While it
        is open, whatever this thread asks goes over the writing connection. `urgent`: it goes before whoever waits and is not."""
        queue = self._urgent if urgent else self._usual
        with queue.threads:
            state = self._state
            own, own_closed = state.conn, state.closed
            writer = self._writer_of_this_process(queue)
            before = writer.total_changes
            with queue.turn():
                with AS_PEEWEE:
                    writer.execute("BEGIN IMMEDIATE")
                state.conn, state.closed = writer, False
                self.push_transaction(self)  # peewee's own `atomic` makes a savepoint of itself inside
                try:
                    yield
                    with AS_PEEWEE:
                        writer.execute("COMMIT")
                except BaseException:
                    self._undo(queue, writer)
                    raise
                finally:
                    self.pop_transaction()
                    state.conn, state.closed = own, own_closed
            self._rows += writer.total_changes - before
            if self._rows >= self._copy_after and not (self._copying and self._copying.is_alive()):
                self._copying = threading.Thread(target=self._copy_log, name="checkpoint", daemon=True)
                self._copying.start()

    def is_crowded(self) -> bool:
        """Whether this process had to wait for its turn to write within the last moment."""
        return time.monotonic() - max(self._usual.waited_at, self._urgent.waited_at) < CROWDED_S

    def _copy_log(self) -> None:
        """Bring the write-ahead log into the file. It waits for the disk, and so it is done beside the turns and not, as SQLite
        does it by itself, by the one whose commit makes the log too long, while all others wait. Only a log of which everything is in the
        file begins anew: what was written meanwhile is less each time, and the last of it is brought over in a turn."""
        rows, self._rows = self._rows, 0
        with suppress(sqlite3.Error), closing(self._connect()) as connection:
            busy, pages, _copied = connection.execute(COPY).fetchone()
            if busy:
                return  # another process is about it
            likely = rows * COPY_AT // max(pages, 1)
            self._copy_after = max(COPY_AFTER[0], min(likely, 2 * self._copy_after, COPY_AFTER[1]))
            if pages >= COPY_AT // 2:
                connection.execute(COPY)
                with self._usual.threads:
                    self._usual.open()  # who wrote for alarms alone has not
                    with self._usual.turn():
                        connection.execute(COPY)

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
        for queue in (self._usual, self._urgent):
            if queue.threads.acquire(blocking=False):
                try:
                    queue.close()
                finally:
                    queue.threads.release()
        return closed

    def _writer_of_this_process(self, queue: _Queue) -> sqlite3.Connection:
        queue.open()
        if queue.writer is None:
            with AS_PEEWEE:
                queue.writer = self._connect()
        return queue.writer

    def _undo(self, queue: _Queue, writer: sqlite3.Connection) -> None:
        """Nothing of the transaction remains: what could not be rolled back is closed, which comes to the same."""
        try:
            if writer.in_transaction:  # a full disk has ended it already
                writer.execute("ROLLBACK")
        except sqlite3.Error:
            queue.writer = None
            writer.close()


class _Interpreter:
    """While somebody of this process is inside, or two who have different turns, threads hand the interpreter over within SWITCH_S. Who waits
    for its turn is inside already: else it would have it for long before it could begin."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside, self._usual = 0, 0.0

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._usual = sys.getswitchinterval()
                sys.setswitchinterval(SWITCH_S)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                sys.setswitchinterval(self._usual)


_AT_ONCE = _Interpreter()


class _Queue:
    """Where those of this process wait who write over one connection, `threads` among themselves and one of them for its turn among the processes: the
    usual ones, or the urgent ones."""

    def __init__(self, path: str, *, urgent: bool) -> None:
        self.threads = threading.Lock()
        self.writer: sqlite3.Connection | None = None
        self._path, self._urgent_ones, self._process = path, urgent, 0
        self._turns = self._next = self._urgent = -1
        self.waited_at = -CROWDED_S
        """When it last waited, by `time.monotonic`."""

    def open(self) -> None:
        """A connection must not be taken through a fork, nor a lock."""
        if self._process == os.getpid():
            return
        self.writer = None
        self._turns, self._next, self._urgent = (
            os.open(f"{self._path}-{name}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            for name in ("turns", "next", "urgent")
        )
        self._process = os.getpid()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """This process's turn to write, for which it queues."""
        first, how = (self._urgent, fcntl.LOCK_SH) if self._urgent_ones else (self._next, fcntl.LOCK_EX)
        with _AT_ONCE:
            fcntl.flock(first, how)
            try:
                try:
                    self._wait()
                finally:
                    fcntl.flock(first, fcntl.LOCK_UN)
                yield
            finally:
                fcntl.flock(self._turns, fcntl.LOCK_UN)

    def _wait(self) -> None:
        try:
            fcntl.flock(self._turns, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(self._turns, fcntl.LOCK_EX)
            self.waited_at = time.monotonic()
        if not self._urgent_ones and self._is_overtaken():
            fcntl.flock(self._turns, fcntl.LOCK_UN)
            ends = time.monotonic() + GIVES_WAY_S
            while self._is_overtaken() and time.monotonic() < ends:
                time.sleep(_LOOK_S)
            fcntl.flock(self._turns, fcntl.LOCK_EX)

    def _is_overtaken(self) -> bool:
        """Whether somebody urgent waits; for the usual ones."""
        try:
            fcntl.flock(self._urgent, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(self._urgent, fcntl.LOCK_UN)
        return False

    def close(self) -> None:
        """The next use opens it again. What belongs to the process that this one was forked from is left alone."""
        if self._process == os.getpid():
            if self.writer is not None:
                self.writer.close()
            for file in (self._turns, self._next, self._urgent):
                os.close(file)
        self.writer, self._process = None, 0
