"""What happens to events by the clock: offers lapse, the list moves up, reminders, the beginning, the end, the rating.

Each event in a transaction of its own, under its lock; what was done is marked in the same transaction, so that a second
scheduler, or a run that comes late, does nothing twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.core import clock, sweep
from backend.core.access import SYSTEM
from backend.core.db import transaction
from backend.events import hours, record, signing, wording
from backend.events.models import Event, EventSignup

DAY_BEFORE = timedelta(hours=24)
DAY_BEFORE_UNTIL = timedelta(hours=3)
"""A reminder of the day before that comes later than this is left to the one of the hour before."""
HOUR_BEFORE = timedelta(hours=1)
RATING_AFTER = timedelta(hours=1)
RATING_WITHIN = timedelta(days=3)
"""Later nobody is asked any more: the scheduler was away for too long."""


def sweep_all() -> int:
    """The scheduler's job: everything that is due for any event; returns how many things were done."""
    now = clock.now()
    listed = EventSignup.select(EventSignup.event).where(EventSignup.status.in_(("waiting", "offered")))
    due = Event.select(Event.id).where(
        ((Event.status == "published") & ((Event.starts_at <= now + DAY_BEFORE) | Event.id.in_(listed)))
        | ((Event.status == "over") & Event.rating_asked_at.is_null() & (Event.ends_at > now - RATING_WITHIN))
    )
    return sweep.each("events.sweep", [e.id for e in due.order_by(Event.id)], lambda id_: _one(id_, now))


def _one(event_id: int, now: datetime) -> int:
    with transaction():
        event = record.locked(event_id)
        done = 0
        if event.status == "published":
            if now >= event.starts_at or hours.awake(now, clock.zone()):
                done += signing.lapse(event, now) + signing.settle(event)
            done += _remind(event, now) + _begin(event, now) + _end(event, now)
        if event.status == "over":
            done += _ask_how_it_was(event, now)
        return done


def _remind(event: Event, now: datetime) -> int:
    """The day before and an hour before, once each, to those who have a place; at night nobody is reminded."""
    if now >= event.starts_at or not hours.awake(now, clock.zone()):
        return 0
    left = event.starts_at - now
    told = 0
    if event.day_reminded_at is None and left <= DAY_BEFORE:
        fresh = event.published_at is not None and event.published_at > event.starts_at - DAY_BEFORE
        if left > DAY_BEFORE_UNTIL and not fresh:
            told += _tell(event, "day")
        event.day_reminded_at = now
        event.save()
    if event.hour_reminded_at is None and left <= HOUR_BEFORE:
        told += _tell(event, "hour")
        event.hour_reminded_at = now
        event.save()
    return told


def _tell(event: Event, which: str) -> int:
    key = record.reminder_key(event, which)
    found = [s for s in record.signups(event) if s.status == "signed"]
    return sum(record.tell(event, s, wording.reminder(event, s), key) for s in found)


def _begin(event: Event, now: datetime) -> int:
    """The waiting list ends with the beginning, and those on it hear so."""
    if now < event.starts_at:
        return 0
    waiting = [s for s in record.signups(event) if s.status == "waiting"]
    for signup in waiting:
        record.move(SYSTEM, event, signup, "declined")
        record.tell(event, signup, wording.no_place(event), f"none:{signup.position}")
    return len(waiting)


def _end(event: Event, now: datetime) -> int:
    """It is over. Where an attendance list was kept, whoever is not on it was absent."""
    if now < event.ends_at:
        return 0
    rows = record.signups(event)
    if any(s.status == "attended" for s in rows):
        for signup in rows:
            if signup.status == "signed":
                record.move(SYSTEM, event, signup, "absent")
    event.status, event.updated_at = "over", now
    event.save()
    return 1


def _ask_how_it_was(event: Event, now: datetime) -> int:
    """Once, in waking hours, of those who were there (where nobody was checked in: of those who had a place)."""
    if (
        event.rating_asked_at is not None
        or now < event.ends_at + RATING_AFTER
        or not hours.awake(now, clock.zone())
    ):
        return 0
    there = [s for s in record.signups(event) if s.status in ("attended", "signed")]
    event.rating_asked_at = now
    event.save()
    return sum(record.tell(event, s, wording.how_was_it(event), "rating") for s in there)
