"""Tenancies that end: who is to be asked whether she stays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from backend.core import access, clock
from backend.core.access import Actor
from backend.residents.models import Resident

SOON = timedelta(days=30)
KNOWN = timedelta(days=90)
"""How long after its end a tenancy that nobody has renewed stays on the list."""


def today() -> date:
    return clock.local(clock.now()).date()


def soon() -> Any:
    """The condition: a tenancy ends within SOON, or has ended within KNOWN and is still on file."""
    day = today()
    return Resident.status.in_(("pending", "approved")) & Resident.tenancy_until.between(
        day - KNOWN, day + SOON
    )


def ending(actor: Actor) -> Any:
    """A query of those whom the actor looks after, the earliest end first."""
    mine = Resident.org_id.in_(access.org_ids(actor, "resident.approve"))
    return Resident.select().where(mine & soon()).order_by(Resident.tenancy_until, Resident.id)
