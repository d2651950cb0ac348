"""Signing up, waiting, being offered a place, taking it back: each under the event's lock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.core import access, clock
from backend.core.access import SYSTEM, Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import Text, _
from backend.events import hours, passes, places, record, wording
from backend.events.models import Event, EventSignup
from backend.residents import queries as residents

COMPANIONS = "with_companions"
"""The field of the sign-up Form that an over-large party is asked again."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How she wants to come: `answers` is JSON by the names of the event's own questions."""

    companions: int = 0
    names: str = ""
    answers: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """How she stands now. `repeated`: it was so before, and nothing was changed; `ahead`: parties before her on the list."""

    event: Event
    signup: EventSignup
    ahead: int = 0
    repeated: bool = False


def closed_because(event: Event, now: datetime) -> Text | None:
    """Why nobody can sign up now; None when they can."""
    if event.status == "cancelled":
        return _("“{title}” was called off.", title=event.title)
    if event.status == "over" or now >= event.starts_at:
        return _("“{title}” has begun or is over already.", title=event.title)
    if event.status != "published":
        return _("“{title}” is not open yet.", title=event.title)
    if event.opens_at is not None and now < event.opens_at:
        return _(
            "Sign-up for “{title}” opens on {when}.", title=event.title, when=wording.at_time(event.opens_at)
        )
    if event.closes_at is not None and now >= event.closes_at:
        return _("Sign-up for “{title}” is closed.", title=event.title)
    return None


def sign_up(actor: Actor, event_id: int, resident_id: int, wish: Wish | None = None) -> Placed:
    """Give her a place, or put her on the waiting list. Somebody who stands there already changes nothing.

    Raises Conflict when sign-up is not open (staff may add somebody until the beginning), Invalid for too large a party.
    """
    wish = wish or Wish()
    with transaction():
        event, now = record.locked(event_id), clock.now()
        by_staff = actor.kind == "staff"
        if by_staff:
            access.check(actor, "event.change", event.org_id)
            # The list of participants shows her name and number.
            access.check(actor, "resident.read", residents.org_of(resident_id))
        why = closed_because(event, now)
        if why is not None and not (by_staff and event.status == "published" and now < event.starts_at):
            raise Conflict(why)
        check_party(event, wish.companions)
        rows = record.signups(event)
        mine = next((s for s in rows if s.resident_id == resident_id), None)
        if mine is not None and mine.status in (*places.STANDING, "attended"):
            return Placed(event, mine, places.ahead(record.parties(rows), mine.id), repeated=True)
        status = places.joins(event.capacity, record.parties(rows), 1 + wish.companions)
        if mine is None:
            mine = entered(event, rows, resident_id=resident_id)
        record.move(
            actor,
            event,
            mine,
            status,
            companions=wish.companions,
            companion_names=wish.names or None,
            answers=json.dumps(wish.answers, ensure_ascii=False) if wish.answers else None,
            position=record.next_position(rows),
            offered_until=None,
        )
        return Placed(event, mine, places.ahead(record.parties(record.signups(event)), mine.id))


def entered(event: Event, rows: list[EventSignup], *, resident_id: int | None, name: str = "") -> EventSignup:
    """A new row with its code and its pass; its status comes with `record.move`."""
    now = clock.now()
    signup = EventSignup.create(
        event=event,
        resident_id=resident_id,
        name=name or None,
        status="new",
        code=passes.new_code({s.code for s in rows}),
        created_at=now,
        updated_at=now,
    )
    signup.pass_digest = passes.digest(passes.token(signup.id))
    return signup  # type: ignore[no-any-return]


def check_party(event: Event, companions: int) -> None:
    """Raises Invalid for a party that the event never has room for."""
    if companions < 0 or companions > event.companions:
        raise Invalid(_("You can bring {n} at most.", n=event.companions), COMPANIONS)
    if not places.ever_fits(event.capacity, 1 + companions):
        raise Invalid(_("There are only {n} places in all.", n=event.capacity), COMPANIONS)


def answer(actor: Actor, event_id: int, signup_id: int, answers: Mapping[str, Any]) -> EventSignup:
    """Staff correct what somebody answered to the event's own questions; `answers` is JSON by their names, None takes one away."""
    with transaction():
        event = record.for_staff(actor, event_id)
        signup = one(event, signup_id)
        now = {**(json.loads(signup.answers) if signup.answers else {}), **answers}
        kept = {name: value for name, value in now.items() if value is not None}
        signup.answers = json.dumps(kept, ensure_ascii=False) if kept else None
        signup.updated_at = clock.now()
        signup.save()
        record.noted(actor, event, "event.answers", signup)
        return signup


def take(actor: Actor, event_id: int, resident_id: int) -> Placed:
    """She takes the place that she was offered. Raises Conflict when it has gone on to somebody else."""
    with transaction():
        event, mine = hers(event_id, resident_id)
        if mine.status in ("signed", "attended"):
            return Placed(event, mine, repeated=True)
        if mine.status != "offered" or event.status != "published":
            raise Conflict(
                closed_because(event, clock.now())
                or _("This place has gone to the next on the list by now. You can sign up again any time.")
            )
        record.move(actor, event, mine, "signed", offered_until=None)
        return Placed(event, mine)


def decline(actor: Actor, event_id: int, resident_id: int) -> Placed:
    """She does not want the place that she was offered; it goes on at once."""
    with transaction():
        event, mine = hers(event_id, resident_id)
        if mine.status != "offered":
            if mine.status in ("declined", "cancelled"):
                return Placed(event, mine, repeated=True)
            return cancel(actor, event_id, resident_id)
        record.move(actor, event, mine, "declined", offered_until=None)
        settle(event)
        return Placed(event, mine)


def cancel(actor: Actor, event_id: int, resident_id: int) -> Placed:
    """She does not come after all; her place goes to the first on the list who fits. Raises Conflict once it has begun."""
    with transaction():
        event, mine = hers(event_id, resident_id)
        if mine.status in ("cancelled", "declined"):
            return Placed(event, mine, repeated=True)
        if mine.status not in places.STANDING or clock.now() >= event.starts_at:
            raise Conflict(_("“{title}” has begun or is over already.", title=event.title))
        record.move(actor, event, mine, "cancelled", offered_until=None)
        settle(event)
        return Placed(event, mine)


def remove(actor: Actor, event_id: int, signup_id: int, why: str = "") -> EventSignup:
    """Staff take somebody off the list; she is told."""
    with transaction():
        event = record.for_staff(actor, event_id)
        signup = one(event, signup_id)
        if signup.status not in places.STANDING:
            raise Conflict(_("This person is not on the list any more."))
        record.move(actor, event, signup, "cancelled", offered_until=None)
        record.tell(event, signup, wording.removed(event, why))
        settle(event)
        return signup


def one(event: Event, signup_id: int) -> EventSignup:
    """A sign-up of this event. Raises NotFound."""
    found = EventSignup.get_or_none((EventSignup.id == signup_id) & (EventSignup.event == event))
    if found is None:
        raise NotFound()
    return found  # type: ignore[no-any-return]


def hers(event_id: int, resident_id: int) -> tuple[Event, EventSignup]:
    """The event, locked, and her sign-up. Raises NotFound."""
    event = record.locked(event_id)
    mine = EventSignup.get_or_none((EventSignup.event == event) & (EventSignup.resident_id == resident_id))
    if mine is None:
        raise NotFound(_("You are not signed up for “{title}”.", title=event.title))
    return event, mine


# --- the waiting list -----------------------------------------------------------------------------------------


def settle(event: Event) -> int:
    """Offer what is free to those whose turn it is, under the event's lock; nobody is woken for it. Returns how many."""
    now, zone = clock.now(), clock.zone()
    if event.status != "published" or now >= event.starts_at or not hours.awake(now, zone):
        return 0
    rows = record.signups(event)
    by_id = {s.id: s for s in rows}
    turns = places.offers(event.capacity, record.parties(rows))
    for party in turns:
        signup = by_id[party.id]
        until = hours.confirm_by(now, event.confirm_minutes, event.starts_at, zone)
        record.move(SYSTEM, event, signup, "offered", offered_until=until)
        record.tell(event, signup, wording.offered(event, signup), f"offer:{signup.position}")
    return len(turns)


def lapse(event: Event, now: datetime) -> int:
    """Take back the offers that nobody answered, under the event's lock; returns how many."""
    rows = {s.id: s for s in record.signups(event)}
    late = places.lapsed(record.parties(list(rows.values())), now)
    for party in late:
        signup = rows[party.id]
        record.move(SYSTEM, event, signup, "declined", offered_until=None)
        words = wording.lapsed(event) if now < event.starts_at else wording.too_late(event)
        record.tell(event, signup, words, f"lapse:{signup.position}")
    return len(late)
