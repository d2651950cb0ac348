"""Who acts on what devices say. One that breaks takes nothing from the others: smoke is told of even when a chart cannot be drawn."""

from __future__ import annotations

from collections.abc import Sequence

import peewee
import structlog

from backend.core.db import savepoint
from backend.core.i18n import _
from iot import alarming, health
from iot.commands import actions as commands
from iot.heard import Heard, Listener
from iot.quarantine.kept import Aside
from iot.registry import onboarding
from iot.routes import listening as routes
from iot.rules import listening as rules
from iot.seeing import nudging, positions, snapshots

ALL: tuple[Listener, ...] = (
    alarming.listen,
    rules.listen,
    commands.listen,
    onboarding.listen,
    routes.listen,
    positions.listen,
    snapshots.listen,
    nudging.listen,
    health.listen,
)
"""In this order: what cannot wait comes first."""
log = structlog.get_logger()


def tell(heard: Sequence[Heard], listeners: Sequence[Listener] = ALL) -> list[Aside]:
    """Tell each of them, inside the caller's transaction. What one cannot bear is left out for that one alone: the caller puts it aside, to be tried
    again, and where somebody's life may hang on it staff are told at once. Raises peewee.OperationalError or InterfaceError while the database is
    away."""
    return [aside for listener in listeners for aside in _tell(listener, heard)] if heard else []


def again(heard: Heard, name: str) -> list[Aside]:
    """Tell the one that could not bear it before, and no other, as `tell` does. One that is not there any more misses nothing."""
    return tell([heard], [one for one in ALL if one.__module__ == name])


def _tell(listener: Listener, heard: Sequence[Heard]) -> list[Aside]:
    try:
        with savepoint():
            listener(heard)
        return []
    except (peewee.OperationalError, peewee.InterfaceError):
        raise
    except Exception as error:
        who = listener.__module__
        log.exception("device.listener_failed", listener=who, messages=len(heard), device=heard[0].device.id)
        if len(heard) > 1:
            middle = len(heard) // 2
            return _tell(listener, heard[:middle]) + _tell(listener, heard[middle:])
        if listener is alarming.listen:
            _cry(heard[0])
        return _aside(heard[0], who, type(error).__name__)


def _aside(heard: Heard, who: str, error: str) -> list[Aside]:
    if heard.arrived is None:
        return []
    part = who.removeprefix("iot.").removesuffix(".listening")
    why = _("understood, but {part} could not act on it: {error}", part=part, error=error)
    return [Aside(heard.arrived, why, heard.device.address, who[:40])]


def _cry(heard: Heard) -> None:
    """Staff are told in the plainest way, which asks neither whose the device is nor where."""
    try:
        with savepoint():
            alarming.plainly(heard)
    except (peewee.OperationalError, peewee.InterfaceError):
        raise
    except Exception:
        log.exception("device.alarm_lost", device=heard.device.id)
