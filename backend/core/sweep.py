"""Going through many things by the clock: one that cannot be dealt with is logged, and does not hold up the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import peewee
import structlog

log = structlog.get_logger()

_stopped_at: dict[str, int] = {}
"""By job: the id after which its next batch begins, in this process."""


def in_turn(job: str, due: Any, key: Any, most: int) -> list[int]:
    """`most` ids of the query `due` (which selects `key` alone, unordered), beginning after those of the run before.

    Whatever cannot be dealt with stays due; a batch that always began with the first would never get past it.
    """
    after = _stopped_at.get(job, 0)
    found = [row[0] for row in due.where(key > after).order_by(key).limit(most).tuples()]
    if after and len(found) < most:
        again = due.where(key <= after).order_by(key).limit(most - len(found))
        found += [row[0] for row in again.tuples()]
    _stopped_at[job] = found[-1] if found else 0
    return found


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
