"""At the door: who is here, by QR code, name or number; somebody who just came; photos and ratings afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from backend.core import audit, clock, live, media
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import _
from backend.events import passes, places, planning, record, signing, wording
from backend.events.models import Event, EventPhoto, EventSignup

MOST_COMPANIONS = 20
"""Whom somebody brings to the door."""
DOORS = timedelta(hours=2)
"""How long before the beginning people are checked in; whoever does it earlier says so, for mostly it is the wrong event."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """`repeated`: she was checked in before, at `signup.arrived_at`."""

    event: Event
    signup: EventSignup
    repeated: bool = False


def check_in(actor: Actor, event_id: int, signup_id: int, *, early: bool = False) -> Arrived:
    """She is here. Raises Conflict for somebody without a place while there is none left, and before the doors open (`DOORS`)
    unless `early`."""
    with transaction():
        event = record.for_staff(actor, event_id, "event.change")
        _check_taking_place(event, early=early)
        return _arrive(actor, event, signing.one(event, signup_id))


def scan(actor: Actor, event_id: int, scanned: str, *, early: bool = False) -> Arrived:
    """The QR code of a pass. Raises NotFound with words for whoever scans: another event's, or none of ours."""
    secret = passes.read(scanned)
    found = passes.find(secret) if secret else None
    if found is None:
        raise NotFound(_("This is not one of our codes. Please look for the name instead."))
    if found.event.id != event_id:
        raise NotFound(_("This code is for another event: {title}.", title=found.event.title))
    return check_in(actor, event_id, found.id, early=early)


def _arrive(actor: Actor, event: Event, signup: EventSignup) -> Arrived:
    if signup.status == "attended":
        return Arrived(event, signup, repeated=True)
    if signup.status not in places.HOLDING:
        rows = record.signups(event)
        # At the door the waiting list is over: whoever is here and fits comes in.
        if signup.people > places.free(event.capacity, record.parties(rows)):
            raise Conflict(_("There is no place left for this party. Somebody may still cancel or not come."))
    record.move(actor, event, signup, "attended", arrived_at=clock.now(), offered_until=None)
    return Arrived(event, signup)


def too_early(event: Event) -> bool:
    """Whether the doors are not open yet."""
    return bool(clock.now() < event.starts_at - DOORS)


def _check_taking_place(event: Event, *, early: bool) -> None:
    if event.status not in ("published", "over"):
        raise Conflict(_("“{title}” is not taking place.", title=event.title))
    if too_early(event) and not early:
        raise Conflict(
            _("“{title}” begins on {when}. People are checked in from two hours before.",
              title=event.title, when=wording.starts(event))
        )  # fmt: skip


def undo(actor: Actor, event_id: int, signup_id: int) -> EventSignup:
    """She was checked in by mistake: back to how she stood. Whoever had a place keeps it; whoever came in without one, or as a
    guest, gives it back, and it goes to the next."""
    with transaction():
        event = record.for_staff(actor, event_id)
        signup = signing.one(event, signup_id)
        if signup.status != "attended":
            raise Conflict(_("This person is not checked in."))
        record.move(actor, event, signup, _stood(event, signup), arrived_at=None)
        signing.settle(event)
        return signup


def missed(actor: Actor, event_id: int, signup_id: int) -> EventSignup:
    """She had a place and did not come; it is free for somebody at the door. Raises Conflict before it has begun."""
    with transaction():
        event = record.for_staff(actor, event_id)
        signup = signing.one(event, signup_id)
        _check_taking_place(event, early=True)
        if clock.now() < event.starts_at:
            raise Conflict(_("Who did not come is known once “{title}” has begun.", title=event.title))
        if signup.status not in ("signed", "offered"):
            raise Conflict(_("This person had no place."))
        record.move(actor, event, signup, "absent", offered_until=None)
        return signup


def came_with(actor: Actor, event_id: int, signup_id: int, companions: int) -> EventSignup:
    """How many really came with somebody who is or was there. Raises Invalid for more than there is room for."""
    with transaction():
        event = record.for_staff(actor, event_id)
        signup = signing.one(event, signup_id)
        if signup.status != "attended":
            raise Conflict(_("This person is not checked in."))
        _check_companions(companions)
        rows = record.signups(event)
        if companions - signup.companions > places.free(event.capacity, record.parties(rows)):
            raise Conflict(_("There is no place left for this party. Somebody may still cancel or not come."))
        record.move(actor, event, signup, "attended", companions=companions)
        signing.settle(event)
        return signup


def _stood(event: Event, signup: EventSignup) -> str:
    """How she stands without her arrival."""
    before = record.before(event, signup, "attended")
    if before == "new":  # a guest
        return "cancelled"
    if before == "waiting":
        return "declined" if clock.now() >= event.starts_at else "waiting"
    if before in ("cancelled", "declined"):
        return before
    return "absent" if event.status == "over" else "signed"


def walk_in(
    actor: Actor,
    event_id: int,
    name: str,
    companions: int = 0,
    *,
    early: bool = False,
    resident_id: int | None = None,
) -> Arrived:
    """Somebody who did not sign up, and is here; a resident with her number. Raises Conflict when no place is left, and as
    `check_in`."""
    with transaction():
        event = record.for_staff(actor, event_id)
        name = name.strip()[:80]
        if not name:
            raise Invalid(_("Please write the name."), "name")
        _check_companions(companions)
        _check_taking_place(event, early=early)
        rows = record.signups(event)
        if 1 + companions > places.free(event.capacity, record.parties(rows)):
            raise Conflict(_("There is no place left for this party. Somebody may still cancel or not come."))
        signup = signing.entered(
            event, rows, resident_id=resident_id, name="" if resident_id is not None else name
        )
        record.move(actor, event, signup, "attended", companions=companions, arrived_at=clock.now())
        return Arrived(event, signup)


def _check_companions(companions: int) -> None:
    if not 0 <= companions <= MOST_COMPANIONS:
        raise Invalid(
            _("We expect a number from {least} to {most}.", least=0, most=MOST_COMPANIONS), "companions"
        )


# --- afterwards -----------------------------------------------------------------------------------------------


def add_photo(actor: Actor, event_id: int, data: bytes, content_type: str) -> EventPhoto:
    """A photo for those who were signed up. Raises Invalid for what is no picture."""
    with transaction():
        event = record.for_staff(actor, event_id)
        photo = EventPhoto.create(
            event=event, media_key=media.save(data, content_type, event.subject), at=clock.now()
        )
        audit.record(actor, "event.photo", event.subject, org_id=event.org_id, after={"photo": photo.id})
    return photo  # type: ignore[no-any-return]


def drop_photo(actor: Actor, event_id: int, photo_id: int) -> None:
    """Somebody would rather not be seen there."""
    with transaction():
        event = record.for_staff(actor, event_id)
        photo = EventPhoto.get_or_none((EventPhoto.id == photo_id) & (EventPhoto.event == event))
        if photo is None:
            raise NotFound()
        photo.delete_instance()
        media.forget(photo.media_key)
        audit.record(
            actor, "event.photo_drop", event.subject, org_id=event.org_id, before={"photo": photo_id}
        )


def tell_of_photos(actor: Actor, event_id: int) -> int:
    """Send everybody who was there the link to their page; returns how many were told."""
    with transaction():
        event = record.for_staff(actor, event_id)
        if not EventPhoto.select().where(EventPhoto.event == event).exists():
            raise Conflict(_("There are no photos yet."))
        told = planning.tell(event, ("signed", "attended"), lambda s: wording.photos(event, s))
        audit.record(actor, "event.photos_told", event.subject, org_id=event.org_id, after={"told": told})
    return told


def rate(actor: Actor, event_id: int, resident_id: int, stars: int, comment: str = "") -> EventSignup:
    """How it was, 1 to 5, by somebody who was there; a later word replaces the first."""
    if not 1 <= stars <= 5:
        raise Invalid(_("A number from 1 to {top} is enough, {top} is the best.", top=5))
    with transaction():
        event = record.locked(event_id)
        signup = EventSignup.get_or_none(
            (EventSignup.event == event) & (EventSignup.resident_id == resident_id)
        )
        if signup is None or signup.status not in ("attended", "signed") or event.status != "over":
            raise Conflict(_("Only somebody who was at “{title}” can rate it.", title=event.title))
        signup.rating = stars
        signup.rating_comment = comment.strip()[:500] or signup.rating_comment
        signup.updated_at = clock.now()
        signup.save()
        record.noted(actor, event, "event.rate", signup)
        live.publish(live.ADMIN, {"kind": "event", "id": event.id})
    return signup  # type: ignore[no-any-return]
