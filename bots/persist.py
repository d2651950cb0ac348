"""What went out is written down, also when the database is away for a moment: else it would go out twice."""

from __future__ import annotations

import threading
from collections.abc import Callable

import peewee

from backend.core.db import reconnect_if_lost

PAUSES = (0.0, 0.2, 1.0, 3.0, 6.0)
"""Seconds before each further try: a database that restarts is back within them, and they end before the lease does."""

_AWAY = (peewee.OperationalError, peewee.InterfaceError)


def persist(write: Callable[[], None]) -> None:
    """Do `write`, which may be done twice, and try again while the database cannot be reached. Raises as `write` does in the
    end. Blocks, outside any transaction."""
    for pause_s in PAUSES:
        try:
            reconnect_if_lost()
            write()
            return
        except _AWAY:
            threading.Event().wait(pause_s)
    write()
