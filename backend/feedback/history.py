"""How a piece of feedback changes: locked, checked, written with its history and its audit row."""

from __future__ import annotations

from typing import Any

from backend.core import access, audit, clock, live
from backend.core.access import Actor
from backend.core.db import is_postgres
from backend.core.errors import Conflict, NotFound
from backend.core.i18n import _
from backend.feedback import lifecycle
from backend.feedback.models import FIRST_NUMBER, Feedback, FeedbackEvent


def find(number: int) -> Feedback:
    """Raises NotFound."""
    return _found(Feedback.get_or_none(Feedback.id == number - FIRST_NUMBER), number)


def locked(number: int) -> Feedback:
    """Kept from everybody else until the transaction ends. Raises NotFound."""
    query = Feedback.select().where(Feedback.id == number - FIRST_NUMBER)
    return _found((query.for_update() if is_postgres() else query).first(), number)


def _found(row: Feedback | None, number: int) -> Feedback:
    if row is None:
        raise unknown(number)
    return row


def unknown(number: int) -> NotFound:
    """The same for somebody else's as for one that never was."""
    return NotFound(_("There is no F-{number} of yours.", number=number))


def for_staff(actor: Actor, number: int) -> Feedback:
    """Locked, for staff who may answer there. Raises Forbidden."""
    found = locked(number)
    access.check(actor, "feedback.answer", found.org_id)
    return found


def apply(actor: Actor, feedback: Feedback, act: str, text: str = "", **changes: Any) -> None:
    """Raises Conflict where the act does not fit its status any more."""
    status = lifecycle.after(act, feedback.status)
    if status is None:
        raise Conflict(
            _(
                "F-{number} stands at “{status}”, so that does not fit any more.",
                number=feedback.number,
                status=lifecycle.STATUSES[feedback.status],
            )
        )
    before = feedback.status
    changes |= {"status": status, "updated_at": clock.now()}
    Feedback.update(**changes).where(Feedback.id == feedback.id).execute()
    for name, value in changes.items():
        setattr(feedback, name, value)
    note(actor, feedback, act, text)
    audit.record(
        actor,
        f"feedback.{act}",
        feedback.subject,
        org_id=feedback.org_id,
        before={"status": before},
        after={"status": status},
        why=text,
    )


def note(actor: Actor, feedback: Feedback, act: str, text: str = "") -> None:
    """A line of history alone."""
    FeedbackEvent.create(
        feedback_id=feedback.id,
        at=clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:80],
        act=act,
        text=text or None,
    )
    live.publish(live.ADMIN, {"kind": "feedback", "id": feedback.number})


def last(feedback: Feedback, act: str) -> FeedbackEvent | None:
    """The newest line of that act."""
    found: FeedbackEvent | None = (
        FeedbackEvent.select()
        .where((FeedbackEvent.feedback_id == feedback.id) & (FeedbackEvent.act == act))
        .order_by(FeedbackEvent.id.desc())
        .first()
    )
    return found
