"""Who stands on an event's lists, with their names: for the pages of staff, which show a part of them at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import peewee

from backend.core import access
from backend.core.access import Actor
from backend.events import places
from backend.events.models import Event, EventSignup
from backend.residents import queries as residents

MOST_FOUND = 30
"""Whoever looks for somebody at the door reads no more."""


@dataclass(frozen=True, slots=True)
class Participant:
    """A sign-up with its name; `mobile` E.164 or None; `answers` as stored, by question."""

    signup: EventSignup
    name: str
    mobile: str | None
    answers: dict[str, Any]


def signups(event: Event, statuses: Iterable[str] = ()) -> Any:
    """A query of everybody on the event's lists in the order of their places: those who come, then the waiting list, then the
    others."""
    wanted = tuple(statuses)
    row = EventSignup
    query = row.select().where(row.event == event)
    if wanted:
        query = query.where(row.status.in_(wanted))
    rank = peewee.Case(
        row.status, (("attended", 0), ("signed", 0), ("offered", 1), ("waiting", 2), ("absent", 3)), 4
    )
    turn = peewee.Case(None, ((row.status.in_(("attended", "signed")), 0),), row.position)
    return query.order_by(rank, turn, row.id)


def expected(
    actor: Actor, since: datetime, until: datetime, event_id: int | None = None
) -> dict[int, datetime]:
    """The sign-ups of those who are coming to published events that begin from `since` to before `until`, each with the beginning;
    of one event alone, or of all that the actor may read."""
    row, event = EventSignup, Event
    begins = (event.status == "published") & (event.starts_at >= since) & (event.starts_at < until)
    mine = begins & event.org_id.in_(access.org_ids(actor, "event.read")) & (row.status == "signed")
    if event_id is not None:
        mine &= event.id == event_id
    return {s.id: s.event.starts_at for s in row.select(row, event).join(event).where(mine).order_by(row.id)}


def arrived(event: Event) -> Any:
    """A query of those who are here, the last one first."""
    return signups(event, ("attended",)).order_by(EventSignup.arrived_at.desc(), EventSignup.id.desc())


def here(event: Event) -> int:
    """How many people are here, companions and all."""
    row = EventSignup
    people = row.select(peewee.fn.SUM(row.companions + 1)).where(
        (row.event == event) & (row.status == "attended")
    )
    return int(people.scalar() or 0)


def named(rows: list[EventSignup]) -> list[Participant]:
    known = residents.by_ids([s.resident_id for s in rows if s.resident_id is not None])
    found = []
    for signup in rows:
        person = known.get(signup.resident_id) if signup.resident_id is not None else None
        name = person.name if person else (signup.name or "–")
        answers = json.loads(signup.answers) if signup.answers else {}
        found.append(Participant(signup, name, person.mobile if person else None, answers))
    return found


def participants(event: Event, statuses: Iterable[str] = ()) -> list[Participant]:
    """All of them at once, for a file."""
    return named(list(signups(event, statuses)))


def look_up(event: Event, text: str) -> list[Participant]:
    """Whom the words at the door mean, the first `MOST_FOUND`: a part of the name, the code, or the end of the mobile number."""
    wanted = text.strip().casefold()
    if not wanted:
        return []
    found = []
    for person in participants(event):
        signup = person.signup
        digits = wanted.isdecimal() and len(wanted) >= 4
        by_number = digits and (signup.code == wanted or (person.mobile or "").endswith(wanted))
        names = f"{person.name} {signup.companion_names or ''}".casefold()
        if by_number or wanted in names:
            found.append(person)
    found.sort(key=lambda p: p.signup.status not in places.STANDING)
    return found[:MOST_FOUND]
