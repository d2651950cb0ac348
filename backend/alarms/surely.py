"""One part of an alarm may fail; the alarm goes on without it."""

from __future__ import annotations

from collections.abc import Callable

import peewee
import structlog

from backend.core.db import savepoint

log = structlog.get_logger()


def attempt(alarm_id: int, part: str, act: Callable[[], object]) -> bool:
    """Do `act`; whether it was done. What fails is logged, and nothing of it remains: one person who cannot be told must not
    keep the others from being told. Raises only what concerns all of it: the database is gone."""
    try:
        with savepoint():
            act()
    except (peewee.OperationalError, peewee.InterfaceError):
        raise
    except Exception:
        log.exception("alarm.part_failed", alarm=alarm_id, part=part)
        return False
    return True
