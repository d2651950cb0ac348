"""An event is written, changed, published, approved, called off; a resident proposes a gathering."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from backend.core import access, audit, clock, live, media
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import DEFAULT_LOCALE, _, render
from backend.events import places, record, signing, wording
from backend.events.models import Event, EventSignup
from backend.fields.form import Form
from backend.fields.words import Words
from backend.messaging import Resident, StaffMember, say
from backend.staff import queries as staff

LONGEST = {"title": 60, "place": 120, "body": 4000}


@dataclass(frozen=True, slots=True)
class Draft:
    """What an event says; see `models.Event`. `title`, `place` and `body` are texts by locale."""

    org_id: int
    title: Mapping[str, str]
    place: Mapping[str, str]
    body: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    capacity: int | None = None
    companions: int = 0
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    confirm_minutes: int = 120
    questions: Mapping[str, Any] | None = None


def _checked(draft: Draft) -> dict[str, Any]:
    """The columns. Raises Invalid, naming the field of the page."""
    values = asdict(draft)
    for name, longest in LONGEST.items():
        texts = {locale: text.strip() for locale, text in values[name].items() if text.strip()}
        if not texts and name != "body":
            raise Invalid(_("Please fill this in."), name)
        if any(len(text) > longest for text in texts.values()):
            raise Invalid(
                _("That is a little long for us. Could you put it in {n} characters?", n=longest), name
            )
        values[name] = texts
    if draft.ends_at <= draft.starts_at:
        raise Invalid(_("The end comes after the beginning."), "ends_at")
    if draft.capacity is not None and draft.capacity < 1:
        raise Invalid(_("At least one place, or leave it empty for as many as like."), "capacity")
    if not 0 <= draft.companions <= 20:
        raise Invalid(_("We expect a number from {least} to {most}.", least=0, most=20), "companions")
    if not 10 <= draft.confirm_minutes <= 7 * 24 * 60:
        raise Invalid(
            _("We expect a number from {least} to {most}.", least=10, most=10080), "confirm_minutes"
        )
    if draft.closes_at is not None and draft.opens_at is not None and draft.closes_at <= draft.opens_at:
        raise Invalid(_("Sign-up closes after it opens."), "closes_at")
    if draft.closes_at is not None and draft.closes_at > draft.starts_at:
        raise Invalid(_("Sign-up closes at the beginning at the latest."), "closes_at")
    if draft.questions is not None:
        Form.from_json(draft.questions)
    return values


def create(actor: Actor, draft: Draft) -> Event:
    """A draft by staff; nobody sees it yet. Raises Forbidden, Invalid."""
    access.check(actor, "event.change", draft.org_id)
    return _created(actor, draft, "draft")


def _created(actor: Actor, draft: Draft, status: str) -> Event:
    values, now = _checked(draft), clock.now()
    with transaction():
        event = Event.create(
            **values,
            status=status,
            organiser_kind=actor.kind,
            organiser_id=actor.id,
            created_at=now,
            updated_at=now,
        )
        _noted(actor, event, "event.create" if status == "draft" else "event.propose")
    return event  # type: ignore[no-any-return]


def propose(actor: Actor, draft: Draft) -> Event:
    """A resident's own gathering: it waits for somebody who may approve it, and they are told. Raises Invalid."""
    if draft.starts_at <= clock.now():
        raise Invalid(_("That time is over already. When shall it be?"), "day")
    with transaction():
        event = _created(actor, draft, "awaiting")
        for colleague in staff.staff_with_permission("event.approve", event.org_id):
            say(
                StaffMember(colleague.id),
                wording.proposed(event, actor.name),
                purpose="event",
                about=event.subject,
            )
    return event


def change(actor: Actor, event_id: int, draft: Draft) -> Event:
    """New words, times or places. Those who signed up are told when the time or the place moves; their reminders start anew.

    Raises Invalid when fewer places are left than are given away.
    """
    values = _checked(draft)
    with transaction():
        event = record.for_staff(actor, event_id)
        access.check(actor, "event.change", draft.org_id)
        record.check_changeable(event)
        held = _held(event)
        if draft.capacity is not None and draft.capacity < held:
            raise Invalid(_("{n} places are given away already.", n=held), "capacity")
        before = {name: getattr(event, name) for name in ("starts_at", "ends_at", "place", "capacity")}
        for name, value in values.items():
            setattr(event, name, value)
        event.updated_at = clock.now()
        if event.starts_at != before["starts_at"]:
            event.day_reminded_at = event.hour_reminded_at = None
            late = (EventSignup.event == event) & (EventSignup.offered_until > event.starts_at)
            EventSignup.update(offered_until=event.starts_at).where(late).execute()
        event.save()
        _noted(
            actor,
            event,
            "event.change",
            before={"starts_at": before["starts_at"], "capacity": before["capacity"]},
        )
        differs = any(getattr(event, n) != before[n] for n in ("starts_at", "ends_at", "place"))
        if event.status == "published":
            if differs:
                tell(event, places.STANDING, lambda _s: wording.moved(event))
            signing.settle(event)
    return event


def _held(event: Event) -> int:
    return sum(s.people for s in record.signups(event) if s.status in places.HOLDING)


def publish(actor: Actor, event_id: int) -> Event:
    """Put it on the front page. A resident's gathering needs somebody who may approve, and its organiser is told."""
    with transaction():
        event = record.locked(event_id)
        theirs = event.organiser_kind == "resident"
        access.check(actor, "event.approve" if theirs else "event.change", event.org_id)
        if event.status == "published":
            return event
        if event.status not in ("draft", "awaiting"):
            record.check_changeable(event)
        if event.starts_at <= clock.now():
            raise Conflict(_("This lies in the past. Please set a new time first."))
        event.status, event.published_at, event.updated_at, event.why = (
            "published",
            clock.now(),
            clock.now(),
            None,
        )
        event.save()
        _noted(actor, event, "event.approve" if theirs else "event.publish")
        if theirs and event.organiser_id:
            say(Resident(event.organiser_id), wording.approved(event), purpose="event", about=event.subject)
    return event


def refuse(actor: Actor, event_id: int, why: str) -> Event:
    """Send a resident's gathering back, with a reason that she is told. Raises Conflict when it was decided already."""
    why = why.strip()[:500]
    with transaction():
        event = record.for_staff(actor, event_id, "event.approve")
        if not why:
            raise Invalid(_("Please give a reason; the organiser reads it."), "why")
        if event.status != "awaiting":
            raise Conflict(_("A colleague has decided this already."))
        _ended(actor, event, "event.refuse", why)
        say(Resident(event.organiser_id), wording.refused(event, why), purpose="event", about=event.subject)
    return event


def call_off(actor: Actor, event_id: int, why: str = "") -> Event:
    """It does not take place: everybody who stands on its lists is told, with the reason. Its own organiser may, too."""
    why = why.strip()[:500]
    with transaction():
        event = record.locked(event_id)
        own = (
            actor.kind == "resident" and event.organiser_kind == "resident" and event.organiser_id == actor.id
        )
        if not own:
            access.check(actor, "event.change", event.org_id)
        if event.status == "cancelled":
            return event
        record.check_changeable(event)
        was_public = event.status == "published"
        _ended(actor, event, "event.call_off", why)
        if was_public:
            tell(event, places.STANDING, lambda _s: wording.called_off(event, why))
    return event


def _ended(actor: Actor, event: Event, action: str, why: str) -> None:
    event.status, event.why, event.updated_at = "cancelled", why or None, clock.now()
    event.save()
    _noted(actor, event, action, why=why)


def ask_more(actor: Actor, event_id: int, questions: Mapping[str, Any] | None) -> Event:
    """Set the event's own questions: JSON of a Form (`Form.to_json`). Raises ValueError for one that we do not know."""
    if questions is not None:
        Form.from_json(questions)
    with transaction():
        event = record.for_staff(actor, event_id)
        record.check_changeable(event)
        event.questions, event.updated_at = (dict(questions) if questions else None), clock.now()
        event.save()
        _noted(actor, event, "event.questions")
    return event


def set_cover(actor: Actor, event_id: int, media_key: str | None) -> Event:
    """The picture of its page (a key of `core.media`); the one before it is not kept."""
    with transaction():
        event = record.for_staff(actor, event_id)
        if event.cover and event.cover != media_key:
            media.forget(event.cover)
        event.cover = media_key
        event.save()
        _noted(actor, event, "event.cover")
    return event


def notify(actor: Actor, event_id: int, text: str, statuses: tuple[str, ...] = places.STANDING) -> int:
    """Tell those who stand so what staff write; returns how many were told."""
    text = text.strip()[:1000]
    with transaction():
        event = record.for_staff(actor, event_id)
        if not text:
            raise Invalid(_("Please write a few words."), "text")
        told = tell(event, statuses, lambda _s: wording.notice(event, text))
        _noted(actor, event, "event.notify", why=text)
    return told


def take_list(actor: Actor, event_id: int) -> Event:
    """Names and numbers are about to leave the house as a file: for those who run the event, and on the record."""
    with transaction():
        event = record.for_staff(actor, event_id)
        _noted(actor, event, "event.export")
    return event


def tell(event: Event, statuses: tuple[str, ...], words: Callable[[EventSignup], Words]) -> int:
    """Say `words(signup)` to every resident whose sign-up stands so; returns how many."""
    found = [s for s in record.signups(event) if s.status in statuses]
    return sum(record.tell(event, s, words(s)) for s in found)


def _noted(actor: Actor, event: Event, action: str, *, before: Any = None, why: str = "") -> None:
    audit.record(
        actor,
        action,
        event.subject,
        org_id=event.org_id,
        before=before,
        after={"title": render(event.title, DEFAULT_LOCALE), "starts_at": event.starts_at, "capacity": event.capacity, "status": event.status},
        why=why,
    )  # fmt: skip
    live.publish(live.ADMIN, {"kind": "event", "id": event.id})
