"""Going through many things by the clock: one that cannot be dealt with is logged, and does not hold up the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import peewee
import structlog

log = structlog.get_logger()


def each(job: str, ids: Iterable[int], act: Callable[[int], int]) -> int:
    """Do `act` with every one, each in its own transaction; returns the sum of what they return.

    Raises only what concerns all of them: the database is gone.
    """
    done = 0
    for one in list(ids):
        try:
            done += act(one)
        except (peewee.OperationalError, peewee.InterfaceError):
            raise
        except Exception:
            log.exception("sweep.one_failed", job=job, id=one)
    return done
