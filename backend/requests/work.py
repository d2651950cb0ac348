"""What the assigned worker does, step by step, and what the resident hears of it. Every act may be tapped twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.core import clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict
from backend.core.i18n import _
from backend.requests import assigning, crew, history, lifecycle, wording
from backend.requests.history import Done
from backend.requests.models import Request


def accept(actor: Actor, number: int) -> Done:
    """ "I take it." Raises Conflict when it went to somebody else."""
    with transaction():
        request = history.for_worker(number, actor)
        if _again("accept", request):
            return Done(request, repeated=True)
        history.check(request, "accept", "worker")
        now = clock.now()
        history.apply(
            actor, request, "accept", accepted_at=now, acknowledged_at=request.acknowledged_at or now
        )
        assigning.tell_resident(request, wording.accepted(request, _worker(request)))
    return Done(request)


def decline(actor: Actor, number: int, why: str) -> Done:
    """ "I cannot." Back to new, with the reason; an emergency goes to the next worker at once, the desk hears of all."""
    with transaction():
        request = history.for_worker(number, actor)
        history.check(request, "decline", "worker")
        was_accepted = request.status == "accepted"
        leaving = _worker(request)
        history.apply(
            actor,
            request,
            "decline",
            text=why,
            internal=True,
            assignee_id=None,
            assigned_at=None,
            accepted_at=None,
        )
        worker = assigning.offer_to_next(request, but=leaving.id) if request.urgency == "emergency" else None
        if worker is not None:
            assigning.tell_resident(request, wording.assigned(request, worker))
        elif was_accepted:
            assigning.tell_resident(request, wording.looking_again(request))
        assigning.tell_desk(request, wording.declined(request, leaving.name, why))
    return Done(request)


def go(actor: Actor, number: int) -> Done:
    """ "I am on my way.\""""
    with transaction():
        request = history.for_worker(number, actor)
        if _again("go", request):
            return Done(request, repeated=True)
        history.check(request, "go", "worker")
        history.apply(actor, request, "go", **_taken(request))
        assigning.tell_resident(request, wording.on_the_way(request, _worker(request)))
    return Done(request)


def start(actor: Actor, number: int) -> Done:
    """ "I am here and begin.\""""
    with transaction():
        request = history.for_worker(number, actor)
        if _again("start", request):
            return Done(request, repeated=True)
        history.check(request, "start", "worker")
        history.apply(actor, request, "start", started_at=clock.now(), **_taken(request))
        assigning.tell_resident(request, wording.begun(request, _worker(request)))
    return Done(request)


def progress(
    actor: Actor, number: int, text: str, photos: tuple[str, ...] = (), expected_at: datetime | None = None
) -> Done:
    """How it goes; `expected_at` is when it should be done."""
    with transaction():
        request = history.for_worker(number, actor)
        history.check(request, "progress", "worker")
        changes: dict[str, Any] = {"expected_at": expected_at} if expected_at else {}
        history.apply(actor, request, "progress", text=text, **changes)
        history.keep_photos(request, photos, "progress")
        assigning.tell_resident(request, wording.progress(request, _worker(request), text))
    return Done(request)


def finish(actor: Actor, number: int, note: str = "", photos: tuple[str, ...] = ()) -> Done:
    """ "Done." The resident is asked how it was."""
    with transaction():
        request = history.for_worker(number, actor)
        if _again("finish", request):
            return Done(request, repeated=True)
        history.check(request, "finish", "worker")
        now = clock.now()
        history.apply(actor, request, "finish", text=note, done_at=now, started_at=request.started_at or now)
        history.keep_photos(request, photos, "finish")
        assigning.tell_resident(request, wording.finished(request, note))
    return Done(request)


def check_mine(actor: Actor, number: int, act: str) -> Request:
    """Before a question is asked about an act ("why?", "a photo?"): that the act would be possible. Raises as it would."""
    with transaction():
        request = history.for_worker(number, actor)
        history.check(request, act, "worker")
    return request


def _again(act: str, request: Request) -> bool:
    return lifecycle.repeated(act, request.status)


def _taken(request: Request) -> dict[str, Any]:
    now = clock.now()
    return {
        "accepted_at": request.accepted_at or now,
        "acknowledged_at": request.acknowledged_at or now,
    }


def _worker(request: Request) -> crew.Worker:
    if request.assignee_id is None:
        raise Conflict(
            _("R-{number} is not with you any more. The duty desk decides who goes.", number=request.number)
        )
    return crew.worker(request.assignee_id)
