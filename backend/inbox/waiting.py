"""The queue: who waits where, in which order, and how long it will take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

import peewee

from backend.core import access, clock
from backend.core.access import Actor
from backend.core.i18n import Text
from backend.inbox import expected as expected_
from backend.inbox import office
from backend.inbox.models import Handover
from backend.inbox.office import RIGHT

LATELY_DAYS = 14
LATELY = 20
"""How many of the last answers the expected time is computed from."""
_CALM = peewee.Case(None, [(Handover.reason == "emergency", 0)], 1)


def mine(actor: Actor) -> list[Handover]:
    """The open threads that `actor` has, the longest wait first."""
    query = _open(actor).where(Handover.taken_by == actor.id)
    return list(query.order_by(_CALM, Handover.asked_at, Handover.id))


def listed(actor: Actor) -> Any:
    """A query of the other open threads where `actor` may answer: those that wait first, emergencies before all, then the
    longest wait. People whose community is not known yet are shown to everybody who may answer anywhere: better seen
    twice than by nobody."""
    taken = peewee.Case(None, [(Handover.taken_by.is_null(), 0)], 1)
    others = _open(actor).where(Handover.taken_by.is_null() | (Handover.taken_by != actor.id))
    return others.order_by(taken, _CALM, Handover.asked_at, Handover.id)


def waiting(actor: Actor, most: int) -> list[Handover]:
    """Of those the ones that nobody has taken."""
    query = _open(actor).where(Handover.taken_by.is_null())
    return list(query.order_by(_CALM, Handover.asked_at, Handover.id).limit(most))


def waiting_count(actor: Actor) -> int:
    """How many wait where `actor` may answer."""
    return int(_open(actor).where(Handover.taken_by.is_null()).count())


def _open(actor: Actor) -> Any:
    access.check(actor, RIGHT)
    return Handover.select().where(visible(actor) & Handover.done_at.is_null())


def visible(actor: Actor) -> Any:
    return Handover.org_id.in_(access.org_ids(actor, RIGHT)) | Handover.org_id.is_null()


def _queue(handover: Handover) -> Any:
    return Handover.org_id.in_(office.area(handover.org_id)) | Handover.org_id.is_null()


def ahead(handover: Handover) -> list[Handover]:
    """Who comes before her, the first one first."""
    before = (Handover.asked_at < handover.asked_at) | (
        (Handover.asked_at == handover.asked_at) & (Handover.id < handover.id)
    )
    if handover.reason != "emergency":
        before |= Handover.reason == "emergency"
    else:
        before &= Handover.reason == "emergency"
    open_ = Handover.done_at.is_null() & Handover.taken_by.is_null() & (Handover.id != handover.id)
    return list(Handover.select().where(_queue(handover) & open_ & before).order_by(Handover.asked_at))


def expected(handover: Handover, before: list[Handover] | None = None) -> Text:
    """When she can count on an answer, in words."""
    hours = office.hours_of(handover.org_id)
    now = clock.now()
    found = before if before is not None else ahead(handover)
    oldest = max(((now - h.asked_at).total_seconds() / 60 for h in found), default=0.0)
    recent = (
        Handover.select(Handover.asked_at, Handover.first_answer_at)
        .where(
            _queue(handover)
            & (Handover.first_answer_at > now - timedelta(days=LATELY_DAYS))
            & (Handover.reason != "emergency")
        )
        .order_by(Handover.first_answer_at.desc())
        .limit(LATELY)
    )
    # Who asked at night waited for the morning: that says nothing about a wait by day.
    waits = [
        (h.first_answer_at - h.asked_at).total_seconds() / 60
        for h in recent
        if hours.is_open(clock.local(h.asked_at))
    ]
    return expected_.answer(hours, clock.local(now), expected_.minutes(waits, len(found), oldest))


@dataclass(frozen=True, slots=True)
class Today:
    """`answered` today; `wait`: the median of their waits in minutes, None before the first."""

    answered: int
    wait: int | None


def today(actor: Actor) -> Today:
    """How it goes today where `actor` may answer."""
    midnight = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    answered = Handover.select(Handover.asked_at, Handover.first_answer_at).where(
        visible(actor) & (Handover.first_answer_at >= midnight)
    )
    waits = [(h.first_answer_at - h.asked_at).total_seconds() / 60 for h in answered]
    return Today(len(waits), max(1, round(median(waits))) if waits else None)
