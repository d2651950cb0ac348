"""What the one who asked does: cancel, rate, say that it is not mended; and what both sides write to each other."""

from __future__ import annotations

from backend.core import clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import _
from backend.requests import assigning, history, lifecycle, service_level, slots, wording
from backend.requests.history import Asker, Done
from backend.requests.models import Request


def cancel(actor: Actor, number: int, asker: Asker) -> Done:
    """By the resident, until the work begins. The worker is told, the seat is free again."""
    with transaction():
        request = history.for_asker(number, asker)
        if lifecycle.repeated("cancel", request.status):
            return Done(request, repeated=True)
        history.check(request, "cancel", "resident")
        _cancelled(actor, request, "")
    return Done(request)


def cancel_for_desk(actor: Actor, number: int, why: str) -> Done:
    """By staff, with a reason that the resident is told."""
    if not why.strip():
        raise Invalid(_("Please give the reason; the resident is told it."), "why")
    with transaction():
        request = history.for_desk(number, actor, "request.assign")
        if lifecycle.repeated("cancel", request.status):
            return Done(request, repeated=True)
        history.check(request, "cancel", "desk")
        _cancelled(actor, request, why)
        assigning.tell_resident(request, wording.cancelled_by_us(request, why))
    return Done(request)


def _cancelled(actor: Actor, request: Request, why: str) -> None:
    history.apply(actor, request, "cancel", text=why, closed_at=clock.now())
    slots.give_back(request)
    if request.assignee_id is not None:
        assigning.tell_staff(request, request.assignee_id, wording.withdrawn(request))


def rate(actor: Actor, number: int, asker: Asker, rating: int) -> Done:
    """1 (very poor) to 5; the request is closed with it. A second rating replaces the first."""
    if not 1 <= rating <= 5:
        raise Invalid(_("A number from 1 to {top} is enough, {top} is the best.", top=5), "rating")
    with transaction():
        request = history.for_asker(number, asker)
        if request.rating == rating:
            return Done(request, repeated=True)
        history.check(request, "rate", "resident")
        history.apply(
            actor,
            request,
            "rate",
            text=f"{rating}/5",
            rating=rating,
            closed_at=request.closed_at or clock.now(),
        )
    return Done(request)


def comment_on_rating(actor: Actor, number: int, asker: Asker, text: str) -> Done:
    """What was good or not; the desk reads it."""
    with transaction():
        request = history.for_asker(number, asker)
        if request.rating is None:
            raise Conflict(_("R-{number} has not been rated yet.", number=number))
        history.apply(actor, request, "comment", text=text, rating_comment=text)
        if request.rating <= 2:
            assigning.tell_desk(request, wording.told(request, actor.name, text))
    return Done(request)


def close(actor: Actor, number: int) -> Done:
    """By staff, when the resident does not rate it."""
    with transaction():
        request = history.for_desk(number, actor, "request.assign")
        if lifecycle.repeated("close", request.status):
            return Done(request, repeated=True)
        history.check(request, "close", "desk")
        history.apply(actor, request, "close", closed_at=clock.now())
    return Done(request)


def reopen(actor: Actor, number: int, asker: Asker, why: str) -> Done:
    """By the resident, within a week: it was not mended after all. Deadlines start anew."""
    with transaction():
        request = history.for_asker(number, asker)
        _check_reopen(request, "resident")
        _reopened(actor, request, why)
    return Done(request)


def reopen_for_desk(actor: Actor, number: int, why: str) -> Done:
    with transaction():
        request = history.for_desk(number, actor, "request.assign")
        _check_reopen(request, "desk")
        _reopened(actor, request, why)
    return Done(request)


def check_reopen(number: int, asker: Asker) -> Request:
    """Before she is asked why: that it can be reopened. Raises as `reopen` would."""
    with transaction():
        request = history.for_asker(number, asker)
        _check_reopen(request, "resident")
    return request


def _check_reopen(request: Request, role: str) -> None:
    if request.status in lifecycle.OPEN:
        raise Conflict(_("R-{number} is open already; somebody is on it.", number=request.number))
    history.check(request, "reopen", role)
    if role == "resident" and not lifecycle.may_reopen(request.done_at, clock.now()):
        raise Conflict(
            _(
                "R-{number} was finished more than a week ago. Please report it as a new repair; it goes as fast.",
                number=request.number,
            )
        )


def _reopened(actor: Actor, request: Request, why: str) -> None:
    now = clock.now()
    slots.give_back(request)
    history.apply(
        actor,
        request,
        "reopen",
        text=why,
        assignee_id=None,
        slot=None,
        assigned_at=None,
        accepted_at=None,
        started_at=None,
        expected_at=None,
        done_at=None,
        closed_at=None,
        acknowledged_at=None,
        rating=None,
        due_ack_at=service_level.acknowledge_by(request.urgency, now, clock.zone()),
        due_at=service_level.on_site_by(request.urgency, now),
        ack_step=0,
        due_step=0,
        round=request.round + 1,
    )
    if request.urgency == "emergency":
        assigning.offer_to_next(request)
    assigning.tell_desk(request, wording.reopened(request, why))


# --- words between the two sides ------------------------------------------------------------------------------


def comment(actor: Actor, number: int, asker: Asker, text: str, photos: tuple[str, ...] = ()) -> Done:
    """The resident adds something, words or photos; whoever has the request is told."""
    with transaction():
        request = history.for_asker(number, asker)
        history.apply(actor, request, "comment", text=text)
        history.keep_photos(request, photos, "report")
        words = wording.told(request, actor.name, text) if text else wording.photo_came(request)
        if request.assignee_id is not None and request.status in lifecycle.OPEN:
            assigning.tell_staff(request, request.assignee_id, words)
        else:
            assigning.tell_desk(request, words)
    return Done(request)


def comment_to_resident(actor: Actor, number: int, text: str, *, internal: bool = False) -> Done:
    """By staff: to the resident, or (`internal`) a note among staff."""
    if not text.strip():
        raise Invalid(_("Please write something first."), "text")
    with transaction():
        request = history.for_desk(number, actor, "request.comment")
        history.apply(actor, request, "comment", text=text, internal=internal)
        if not internal:
            assigning.tell_resident(request, wording.told(request, actor.name, text))
    return Done(request)
