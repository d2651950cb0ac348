"""When nothing was heard of the devices, though they spoke."""

from __future__ import annotations

import threading
from datetime import datetime

import peewee

from backend.core import clock, db

QUIET_S = 4.0
"""So long nothing new: nobody listens, or nobody can write."""
CAUGHT_UP_S = 15.0
"""So long after that what waited is still coming."""


class Ear(threading.Thread):
    """In a thread until `stop`; `deaf` from when to when, by the community's clock."""

    def __init__(self) -> None:
        super().__init__(name="ear", daemon=True)
        self._done = threading.Event()
        self.deaf: list[tuple[datetime, datetime]] = []

    def run(self) -> None:
        last, heard = 0, clock.now()
        while not self._done.wait(0.5):
            try:
                db.reconnect_if_lost()
                (newest,) = db.execute("SELECT coalesce(max(id), 0) FROM reading").fetchone()
            except (peewee.PeeweeException, OSError):
                continue
            now = clock.now()
            if newest > last:
                if now - heard > clock.working(QUIET_S):
                    self.deaf.append((heard, now + clock.working(CAUGHT_UP_S)))
                last, heard = newest, now
        db.db.close()

    def stop(self) -> None:
        self._done.set()
        self.join(20)
