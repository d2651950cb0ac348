"""Replies that went out inside a webhook's own response are written down as sent: after the response, in batches.

A process that dies before it is written leaves the lease to run out, and a worker sends the reply by the API: better twice
than never.
"""

from __future__ import annotations

import atexit
import os
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import peewee
import structlog
from flask import Response, request

from backend.core.db import db
from backend.messaging import deliveries
from backend.web.bridge import GONE
from bots.persist import persist

BATCH_SECONDS = 0.05
MOST = 500

log = structlog.get_logger()
_Done = tuple[object, int]
"""The database that the Delivery is in (a process may be pointed to another one), and its id."""


class Writer:
    """One thread per process that gathers what was served and writes it down."""

    def __init__(self) -> None:
        self._served: queue.SimpleQueue[_Done | threading.Event] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._process = 0

    def note(self, delivery_ids: Iterable[int]) -> None:
        self._ensure()
        for delivery_id in delivery_ids:
            self._served.put((db.obj, delivery_id))

    def flush(self, seconds: float = 5) -> bool:
        """Wait until all that was noted is written; False when that takes longer than `seconds`."""
        if self._process != os.getpid():
            return True
        done = threading.Event()
        self._served.put(done)
        return done.wait(seconds)

    def _ensure(self) -> None:
        # A forked worker has its parent's memory but not its threads.
        if self._process == os.getpid():
            return
        with self._lock:
            if self._process != os.getpid():
                self._served = queue.SimpleQueue()
                threading.Thread(target=self._run, args=(self._served,), name="served", daemon=True).start()
                self._process = os.getpid()

    def _run(self, served: queue.SimpleQueue[_Done | threading.Event]) -> None:
        pause = threading.Event()
        while True:
            batch: list[_Done] = []
            waiting: list[threading.Event] = []
            item = served.get()
            if not isinstance(item, threading.Event):
                pause.wait(BATCH_SECONDS)
            while True:
                if isinstance(item, threading.Event):
                    waiting.append(item)
                else:
                    batch.append(item)
                if len(batch) >= MOST or served.empty():
                    break
                item = served.get()
            _write(batch)
            for event in waiting:
                event.set()


def _write(batch: list[_Done]) -> None:
    ids = [delivery_id for database, delivery_id in batch if database is db.obj]
    if not ids:
        return
    try:
        persist(lambda: deliveries.sent([(delivery_id, None) for delivery_id in ids]))
    except peewee.PeeweeException as error:
        log.warning("served.not_written", count=len(ids), error=type(error).__name__)


_writer = Writer()
atexit.register(_writer.flush)


def when_gone(response: Response, delivery_ids: Iterable[int]) -> Response:
    """`response`, after whose sending these Deliveries count as sent; not when its client is known to have gone before."""
    response.call_on_close(noting(delivery_ids, request.environ))
    return response


def noting(delivery_ids: Iterable[int], environ: Mapping[str, Any]) -> Callable[[], None]:
    """What `when_gone` does, for the answer to the request of this `environ`."""
    ids = list(delivery_ids)
    gone: Callable[[], bool] = environ.get(GONE, bool)

    def note() -> None:
        if ids and not gone():
            _writer.note(ids)

    return note


def flush() -> bool:
    """Wait until everything served so far is written down."""
    return _writer.flush()
