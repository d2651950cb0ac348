"""What pages, conversations and other parts ask about events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from backend.core import access, clock, orgs
from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.core.i18n import LOCALES
from backend.events import passes, places, record, signing
from backend.events.models import Event, EventPhoto, EventSignup
from backend.events.participants import Participant as Participant
from backend.events.participants import participants as participants
from backend.fields.form import Form
from backend.residents import queries as residents

PUBLIC = ("published", "over", "cancelled")
"""What has been on the front page, so that its address still answers."""


def by_id(event_id: int) -> Event:
    """Raises NotFound."""
    event = Event.get_or_none(Event.id == event_id)
    if event is None:
        raise NotFound()
    return event  # type: ignore[no-any-return]


def find(event_id: int) -> Event | None:
    return Event.get_or_none(Event.id == event_id)  # type: ignore[no-any-return]


def public(event_id: int) -> Event:
    """An event that anybody may look at. Raises NotFound."""
    event = by_id(event_id)
    if event.status not in PUBLIC or event.published_at is None:
        raise NotFound()
    return event


def seen_by(actor: Actor, event_id: int) -> Event:
    """For staff who may read it at its Org; NotFound otherwise, so that numbers tell nothing."""
    event = by_id(event_id)
    if not access.may(actor, "event.read", event.org_id):
        raise NotFound()
    return event


def to_come(org_id: int | None = None) -> Any:
    """A query of published events that are not over, the next first; with `org_id` those of that place, above and below it."""
    now = clock.now()
    query = Event.select().where(Event.status == "published", Event.ends_at > now)
    if org_id is not None:
        path = orgs.get(org_id).path
        above = [int(i) for i in path.strip("/").split("/")]
        query = query.where(Event.org_id.in_(above) | Event.org_id.in_(orgs.within((path,))))
    return query.order_by(Event.starts_at, Event.id)


def coming(org_id: int | None = None, limit: int = 40) -> list[Event]:
    """The first of those that are to come."""
    return list(to_come(org_id).limit(limit))


def open_now(org_id: int | None = None, limit: int = 40) -> list[Event]:
    """Of those that are coming the ones that have not begun."""
    now = clock.now()
    return [e for e in coming(org_id, limit) if e.starts_at > now]


@dataclass(frozen=True, slots=True)
class Places:
    """`left` None: as many as like. `coming` counts people, `waiting` parties."""

    left: int | None
    coming: int
    waiting: int


def places_of(event: Event) -> Places:
    return places_by_id([event])[event.id]


def _places(event: Event, rows: list[EventSignup]) -> Places:
    parties = record.parties(rows)
    left = None if event.capacity is None else places.left_for_newcomers(event.capacity, parties)
    return Places(
        left,
        sum(p.people for p in parties if p.status in places.HOLDING),
        sum(p.status == "waiting" for p in parties),
    )


def places_by_id(events: Sequence[Event]) -> dict[int, Places]:
    """Several at once, for a list: without what is sealed, for opening it takes time and the list is for everybody."""
    rows: dict[int, list[EventSignup]] = {e.id: [] for e in events}
    row = EventSignup
    counted = row.select(row.id, row.event, row.status, row.companions, row.position, row.offered_until)
    for signup in counted.where(row.event.in_([e.id for e in events])):
        rows[signup.event_id].append(signup)
    return {e.id: _places(e, rows[e.id]) for e in events}


def questions_of(event: Event) -> Form | None:
    """The event's own questions."""
    return Form.from_json(event.questions) if event.questions else None


def has_answers(event: Event) -> bool:
    """Whether anybody has answered its own questions."""
    given = (EventSignup.event == event) & EventSignup.answers.is_null(False)
    return bool(EventSignup.select(EventSignup.id).where(given).exists())


def company(event: Event, resident_id: int, locale: str, most: int = 8) -> list[str]:
    """Who else comes and shows the community so, a line each: for residents who stand on the list themselves."""
    row = EventSignup
    others = row.select(row.resident_id).where(
        (row.event == event)
        & row.status.in_(places.HOLDING)
        & row.resident_id.is_null(False)
        & (row.resident_id != resident_id)
    )
    return list(
        residents.acquainted([s.resident_id for s in others if s.resident_id is not None], locale).values()
    )[:most]


def signup_ids(event: Event, statuses: Sequence[str], after: int, limit: int) -> list[int]:
    """The next sign-ups in these statuses beyond `after`, by their numbers."""
    row = EventSignup
    query: Any = row.select(row.id).where(row.event == event, row.status.in_(statuses), row.id > after)
    return [found[0] for found in query.order_by(row.id).limit(limit).tuples()]


def signups_of(event: Event, statuses: Sequence[str], resident_ids: Sequence[int]) -> list[int]:
    """Those of these residents, at most a thousand."""
    row = EventSignup
    mine = row.resident_id.in_(list(resident_ids)) & row.status.in_(statuses)
    query: Any = row.select(row.id).where(row.event == event, mine)
    return [found[0] for found in query.order_by(row.id).tuples()]


def signup_count(event: Event, statuses: Sequence[str]) -> int:
    return int(
        EventSignup.select().where(EventSignup.event == event, EventSignup.status.in_(statuses)).count()
    )


# --- hers -----------------------------------------------------------------------------------------------------


def signup_of(event_id: int, resident_id: int) -> EventSignup | None:
    return EventSignup.get_or_none(  # type: ignore[no-any-return]
        (EventSignup.event == event_id) & (EventSignup.resident_id == resident_id)
    )


def mine(resident_id: int) -> list[tuple[Event, EventSignup]]:
    """What she is signed up for, waits for or is offered, the next first."""
    rows = (
        EventSignup.select(EventSignup, Event)
        .join(Event)
        .where(
            EventSignup.resident_id == resident_id,
            EventSignup.status.in_((*places.STANDING, "attended")),
            Event.status == "published",
            Event.ends_at > clock.now(),
        )
        .order_by(Event.starts_at, Event.id)
    )
    return [(s.event, s) for s in rows]


def organised_by(resident_id: int) -> list[Event]:
    """Her own gatherings that are still to come, also those that wait for approval."""
    return list(
        Event.select()
        .where(
            Event.organiser_kind == "resident",
            Event.organiser_id == resident_id,
            Event.status.in_(("awaiting", "published")),
            Event.ends_at > clock.now(),
        )
        .order_by(Event.starts_at)
    )


def of_resident(resident_id: int, limit: int = 20) -> list[EventSignup]:
    """For the resident's file page: the newest first."""
    return list(
        EventSignup.select(EventSignup, Event)
        .join(Event)
        .where(EventSignup.resident_id == resident_id)
        .order_by(Event.starts_at.desc())
        .limit(limit)
    )


@dataclass(frozen=True, slots=True)
class Pass:
    """What her own page shows."""

    event: Event
    signup: EventSignup
    picture: str
    photos: list[EventPhoto]


def by_pass(secret: str) -> Pass:
    """The page behind a pass. Raises NotFound."""
    signup = passes.find(secret)
    if signup is None:
        raise NotFound()
    seen = signup.status in ("signed", "attended")
    return Pass(signup.event, signup, passes.picture(signup.id), photos(signup.event) if seen else [])


def ahead_of(signup: EventSignup) -> int:
    """Parties before her on the waiting list."""
    return places.ahead(record.parties(record.signups(signup.event)), signup.id)


def takes_signups(event: Event) -> bool:
    return signing.closed_because(event, clock.now()) is None


# --- for staff ------------------------------------------------------------------------------------------------


def listed(actor: Actor, status: str = "", search: str = "") -> Any:
    """A query of the events that `actor` may read: what waits first, then what is coming, then what was."""
    query = Event.select().where(Event.org_id.in_(access.org_ids(actor, "event.read")))
    if status:
        query = query.where(Event.status == status)
    if text := search.strip():
        # Titles are texts by locale: few enough to be looked through here.
        found = [e.id for e in query if any(text.casefold() in t.casefold() for t in e.title.values())]
        query = query.where(Event.id.in_(found))
    weight = peewee.Case(Event.status, (("awaiting", 0), ("draft", 1), ("published", 2), ("over", 3)), 4)
    return query.order_by(weight, Event.starts_at.desc(), Event.id.desc())


def awaiting(actor: Actor) -> list[Event]:
    """Residents' gatherings that wait for this actor, the next first."""
    return list(
        Event.select()
        .where(Event.status == "awaiting", Event.org_id.in_(access.org_ids(actor, "event.approve")))
        .order_by(Event.starts_at)
    )


def photos(event: Event) -> list[EventPhoto]:
    return list(EventPhoto.select().where(EventPhoto.event == event).order_by(EventPhoto.id))


def photo_key(event: Event, photo_id: int) -> str:
    """Raises NotFound."""
    found = EventPhoto.get_or_none((EventPhoto.id == photo_id) & (EventPhoto.event == event))
    if found is None:
        raise NotFound()
    return str(found.media_key)


@dataclass(frozen=True, slots=True)
class Opinion:
    """`average` of `count` ratings; None without any."""

    count: int
    average: float | None
    comments: list[str]


def opinions(event: Event) -> Opinion:
    rated = EventSignup.select(EventSignup.rating, EventSignup.rating_comment).where(
        (EventSignup.event == event) & EventSignup.rating.is_null(False)
    )
    rows = list(rated.order_by(EventSignup.id))
    average = sum(int(s.rating or 0) for s in rows) / len(rows) if rows else None
    return Opinion(len(rows), average, [s.rating_comment for s in rows if s.rating_comment])


def orgs_for(actor: Actor) -> list[tuple[int, str]]:
    """Where this actor may hold events, as (id, name), the widest first."""
    rows = orgs.Org.select().where(
        orgs.Org.id.in_(access.org_ids(actor, "event.change")), orgs.Org.level.in_(("street", "community", "grid"))
    )  # fmt: skip
    return [(o.id, o.name) for o in rows.order_by(orgs.Org.path)]


def titles(event: Event) -> list[str]:
    """Its titles in every language, for finding it by its name."""
    return [event.title[locale] for locale in LOCALES if event.title.get(locale)]
