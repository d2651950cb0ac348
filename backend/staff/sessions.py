"""A session of a staff member in one browser. Its cookie is signed, so that it needs no row while it lasts; a copy of the cookie would
outlive the sign-out, so what was signed out is written down until it would have been over by itself."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from peewee import fn

from backend.core import clock, db
from backend.core.access import Actor
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


def described(actor: Actor, epoch: int, name: str, *, began: datetime, seen: datetime) -> str:
    """A session as it is now, to ask `standing` about later. ASCII."""
    until = clock.to_ms(min(began + LASTS, seen + IDLE))
    return f"{until} {name} {actor.id} {_held(actor, epoch)}"


def _held(actor: Actor, epoch: int) -> str:
    return ",".join((str(epoch), *sorted(f"{post.role}@{post.org_path}" for post in actor.posts)))


def standing(sessions: Collection[str]) -> list[str]:
    """Of sessions as they were `described` those that are so still: not over, not signed out, of an open account with the same posts."""
    db.reconnect_if_lost()
    now = clock.now_ms()
    parts = {one: one.split(" ") for one in sessions}
    ended = EndedSession.select(EndedSession.name).where(
        EndedSession.name.in_([name for _until, name, *_rest in parts.values()])
    )
    gone = {name for (name,) in ended.tuples()}
    held = {
        str(staff.id): _held(queries.actor_of(staff), staff.session_epoch)
        for staff in queries.by_ids(
            [int(staff_id) for _until, _name, staff_id, _held in parts.values()]
        ).values()
        if staff.active
    }
    return [
        one
        for one, (until, name, staff_id, then) in parts.items()
        if now <= int(until) and name not in gone and held.get(staff_id) == then
    ]


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
