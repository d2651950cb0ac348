"""How an event changes: locked, so that two residents never get the last place, and written with its audit row."""

from __future__ import annotations

import json
from typing import Any

from backend.core import access, audit, clock, live
from backend.core.access import Actor
from backend.core.db import execute, is_postgres
from backend.core.errors import Conflict, NotFound
from backend.core.i18n import _
from backend.events.models import Event, EventSignup
from backend.events.places import Party
from backend.events.states import CHANGEABLE, LABELS
from backend.fields.words import Words
from backend.messaging import Resident, say
from backend.messaging.outbox import withdraw

REMINDERS = ("day", "hour")
"""The day before, the hour before."""


def locked(event_id: int) -> Event:
    """The event, kept from everybody else until the transaction ends. Raises NotFound.

    On PostgreSQL the lock is a statement of its own: what is read after it shows what the one before has written. SQLite
    has one writer anyway.
    """
    if is_postgres():
        execute("SELECT 1 FROM event WHERE id = ? FOR UPDATE", (event_id,))
    event = Event.get_or_none(Event.id == event_id)
    if event is None:
        raise NotFound(_("This event is not there any more. “Events” lists what is coming."))
    return event  # type: ignore[no-any-return]


def for_staff(actor: Actor, event_id: int, permission: str = "event.change") -> Event:
    """An event, locked, for staff with `permission` at its Org. Raises Forbidden, NotFound."""
    event = locked(event_id)
    access.check(actor, permission, event.org_id)
    return event


def check_changeable(event: Event) -> None:
    """Raises Conflict for an event that is history."""
    if event.status not in CHANGEABLE:
        raise Conflict(
            _("“{title}” is {status}, so this does not fit any more.", title=event.title, status=LABELS[event.status])
        )  # fmt: skip


def signups(event: Event) -> list[EventSignup]:
    """Everybody who ever signed up, in the order in which they first did."""
    return list(EventSignup.select().where(EventSignup.event == event).order_by(EventSignup.id))


def parties(rows: list[EventSignup]) -> list[Party]:
    """What `places` decides about."""
    return [Party(s.id, s.status, s.people, s.position, s.offered_until) for s in rows]


def next_position(rows: list[EventSignup]) -> int:
    """Behind everybody who ever waited: whoever comes back begins anew."""
    return 1 + max((s.position for s in rows), default=0)


def move(actor: Actor, event: Event, signup: EventSignup, status: str, **changes: Any) -> None:
    """Give a sign-up its new status, with an audit row and a nudge to open pages."""
    before = signup.status
    signup.status = status
    signup.updated_at = clock.now()
    for name, value in changes.items():
        setattr(signup, name, value)
    signup.save()
    if status in ("cancelled", "declined"):
        for which in REMINDERS:
            withdraw(_key(event, signup, reminder_key(event, which)))
    noted(actor, event, f"event.{status}", signup, before=before)


def before(event: Event, signup: EventSignup, status: str) -> str:
    """How a sign-up stood before it last became `status`, by the log; empty where that was forgotten."""
    for entry in audit.of(event.subject, action=f"event.{status}"):
        told = json.loads(entry.payload) if entry.payload else {}
        if (told.get("after") or {}).get("signup") == signup.id:
            return str((told.get("before") or {}).get("status") or "")
    return ""


def reminder_key(event: Event, which: str) -> str:
    """Names one of REMINDERS; another time is another reminder."""
    return f"{which}:{clock.to_ms(event.starts_at)}"


def _key(event: Event, signup: EventSignup, dedupe: str) -> str:
    return f"{event.subject}:{dedupe}:{signup.id}"


def noted(actor: Actor, event: Event, action: str, signup: EventSignup, *, before: str | None = None) -> None:
    """The audit row of what happened to one sign-up: numbers alone, for names are in the file."""
    audit.record(
        actor,
        action,
        event.subject,
        org_id=event.org_id,
        before=None if before is None else {"status": before},
        after={"signup": signup.id, "resident": signup.resident_id, "status": signup.status, "people": signup.people},
    )  # fmt: skip
    live.publish(live.ADMIN, {"kind": "event", "id": event.id})


def tell(event: Event, signup: EventSignup, words: Words, dedupe: str | None = None) -> bool:
    """Say something to whoever signed up; `dedupe` names what is said once only. False for a walk-in, whom nobody can reach."""
    if signup.resident_id is None:
        return False
    key = None if dedupe is None else _key(event, signup, dedupe)
    return (
        say(Resident(signup.resident_id), words, purpose="event", dedupe=key, about=event.subject) is not None
    )
