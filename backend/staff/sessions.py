"""A session of a staff member in one browser. Its cookie is signed, so that it needs no row while it lasts; a copy of the cookie would
outlive the sign-out, so what was signed out is written down until it would have been over by itself."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from peewee import fn

from backend.core import clock
from backend.core.audit import record
from backend.core.db import transaction
from backend.staff import queries
from backend.staff.models import EndedSession, Staff

IDLE = timedelta(hours=12)
LASTS = timedelta(hours=24)
"""However busy it is: OWASP's Session Management Cheat Sheet wants an end that use does not put off, for an office 4 to 8 hours or, as
here where a shift may follow another, a day."""


def new() -> str:
    """A name for a session that nobody guesses."""
    return secrets.token_urlsafe(16)


def holder(name: str, staff_id: int) -> Staff | None:
    """Whose session this is; None once it was signed out. One statement, so that every process knows at once."""
    ended = EndedSession.select(EndedSession.id).where(EndedSession.name == name)
    found: Staff | None = Staff.select().where((Staff.id == staff_id) & ~fn.EXISTS(ended)).first()
    return found


def end(staff: Staff, name: str, began: datetime) -> None:
    """Signed out, in every copy of its cookie. A second time changes nothing."""
    with transaction():
        EndedSession.delete().where(EndedSession.until < clock.now()).execute()
        EndedSession.insert(name=name, until=began + LASTS).on_conflict_ignore().execute()
        record(queries.actor_of(staff), "staff.sign_out", f"staff:{staff.id}", org_id=queries.home_org(staff))


def end_all(staff: Staff) -> None:
    """Signed out in every browser."""
    with transaction():
        Staff.update(session_epoch=Staff.session_epoch + 1).where(Staff.id == staff.id).execute()
        record(
            queries.actor_of(staff),
            "staff.sign_out_everywhere",
            f"staff:{staff.id}",
            org_id=queries.home_org(staff),
        )
