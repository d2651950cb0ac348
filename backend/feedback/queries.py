"""What pages ask about feedback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import peewee

from backend.core import access, clock
from backend.core.access import Actor
from backend.feedback import history, lifecycle
from backend.feedback.models import Feedback, FeedbackEvent

STATISTICS_DAYS = 90


@dataclass(frozen=True, slots=True)
class Filters:
    """`status`: one of them, or "open"."""

    status: str = ""
    kind: str = ""
    topic: str = ""


def listed(actor: Actor, filters: Filters) -> Any:
    """What `actor` may read and the filters fit, the newest first: a peewee query."""
    query = Feedback.select().where(_visible(actor)).order_by(Feedback.id.desc())
    if filters.status == "open":
        query = query.where(Feedback.status.in_(lifecycle.OPEN))
    elif filters.status:
        query = query.where(Feedback.status == filters.status)
    if filters.kind:
        query = query.where(Feedback.kind == filters.kind)
    return query.where(Feedback.topic == filters.topic) if filters.topic else query


def _visible(actor: Actor) -> Any:
    return Feedback.org_id.in_(access.org_ids(actor, "feedback.read"))


def find(actor: Actor, number: int) -> Feedback:
    """Raises NotFound, Forbidden."""
    found = history.find(number)
    access.check(actor, "feedback.read", found.org_id)
    return found


def events(feedback: Feedback) -> list[FeedbackEvent]:
    return list(
        FeedbackEvent.select().where(FeedbackEvent.feedback_id == feedback.id).order_by(FeedbackEvent.id)
    )


def fresh(actor: Actor) -> int:
    """How many nobody has looked at."""
    return int(Feedback.select().where(_visible(actor) & (Feedback.status == "new")).count())


def of_resident(resident_id: int) -> list[Feedback]:
    return list(
        Feedback.select().where(Feedback.resident_id == resident_id).order_by(Feedback.id.desc()).limit(20)
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one kind in the last `STATISTICS_DAYS`: how many came, are open, were settled and not; days to an answer (median)."""

    kind: str
    came: int
    open: int
    settled: int
    unsettled: int
    days: float | None


def figures(actor: Actor, now: datetime | None = None) -> list[Figures]:
    """By kind, those of which any came."""
    since = (now or clock.now()) - timedelta(days=STATISTICS_DAYS)
    mine = _visible(actor) & (Feedback.created_at >= since)
    rows: Any = (
        Feedback.select(
            Feedback.kind,
            peewee.fn.COUNT(Feedback.id),
            peewee.fn.SUM(peewee.Case(None, [(Feedback.status.in_(lifecycle.OPEN), 1)], 0)),
            peewee.fn.SUM(peewee.Case(None, [(Feedback.settled == True, 1)], 0)),  # noqa: E712
            peewee.fn.SUM(peewee.Case(None, [(Feedback.settled == False, 1)], 0)),  # noqa: E712
        )
        .where(mine)
        .group_by(Feedback.kind)
        .tuples()
    )
    took: dict[str, list[float]] = {}
    answered = Feedback.select(Feedback.kind, Feedback.created_at, Feedback.answered_at).where(
        mine & Feedback.answered_at.is_null(False)
    )
    for row in answered:
        took.setdefault(row.kind, []).append((row.answered_at - row.created_at).total_seconds() / 86_400)
    found = {
        kind: Figures(
            kind,
            int(came),
            int(open_),
            int(yes),
            int(no),
            round(median(took[kind]), 1) if kind in took else None,
        )
        for kind, came, open_, yes, no in rows
    }
    return [found[kind] for kind in lifecycle.KINDS if kind in found]
