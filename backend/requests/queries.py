"""What pages, conversations and other parts ask about requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.core import access, clock, orgs
from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.requests import crew, escalation, history, lifecycle
from backend.requests.history import Asker
from backend.requests.models import FIRST_NUMBER, Request, RequestEvent, RequestPhoto, Slot
from backend.residents import queries as residents
from backend.staff import queries as staff

RECENT = 5


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a request is for: `phone` is E.164; `resident_id` is None for somebody who is not registered."""

    name: str | None
    phone: str | None
    resident_id: int | None


def by_number(number: int) -> Request:
    """Raises NotFound."""
    request = Request.get_or_none(Request.id == number - FIRST_NUMBER)
    if request is None:
        raise NotFound()
    return request  # type: ignore[no-any-return]


def seen_by(actor: Actor, number: int) -> Request:
    """For staff who may read it at its Org; NotFound otherwise, so that numbers tell nothing."""
    request = by_number(number)
    if not access.may(actor, "request.read", request.org_id):
        raise NotFound()
    return request


def of_asker(asker: Asker, number: int) -> Request:
    """Her own. Raises NotFound."""
    request = Request.get_or_none(Request.id == number - FIRST_NUMBER)
    if request is None or not asker.owns(request):
        raise NotFound(history.no_such(number))
    return request  # type: ignore[no-any-return]


def mine(asker: Asker, limit: int = RECENT) -> list[Request]:
    """Her requests: the open ones first, then the latest."""
    whose = Request.resident_id == asker.resident_id if asker.resident_id else Request.id == -1
    if asker.identity_id:
        whose |= Request.resident_id.is_null() & (Request.contact_identity_id == asker.identity_id)
    rows = list(Request.select().where(whose).order_by(Request.id.desc()).limit(limit * 4))
    return sorted(rows, key=lambda r: (r.status not in lifecycle.OPEN, -r.id))[:limit]


def jobs_of(staff_id: int) -> list[Request]:
    """What this worker has open, the most urgent deadline first."""
    return list(
        Request.select()
        .where(Request.assignee_id == staff_id, Request.status.in_(lifecycle.OPEN))
        .order_by(Request.due_at, Request.id)
    )


def of_resident(resident_id: int, limit: int = 20) -> list[Request]:
    """For the resident's file page."""
    return list(
        Request.select().where(Request.resident_id == resident_id).order_by(Request.id.desc()).limit(limit)
    )


def who(request: Request) -> Who:
    """Her name and the number to reach her at."""
    if request.resident_id is None:
        return Who(None, request.contact_phone, None)
    return Who(
        residents.name_of(request.resident_id), residents.mobile_of(request.resident_id), request.resident_id
    )


def timeline(request: Request, *, internal: bool) -> list[RequestEvent]:
    """Its history, oldest first; `internal` lines only for staff."""
    events = RequestEvent.select().where(RequestEvent.request == request).order_by(RequestEvent.id)
    return list(events if internal else events.where(~RequestEvent.internal))


def photos(request: Request) -> list[RequestPhoto]:
    return list(RequestPhoto.select().where(RequestPhoto.request == request).order_by(RequestPhoto.id))


def photo(actor: Actor, number: int, photo_id: int) -> str:
    """The media key of a photo of a request that `actor` may read. Raises NotFound."""
    request = seen_by(actor, number)
    found = RequestPhoto.get_or_none((RequestPhoto.id == photo_id) & (RequestPhoto.request == request))
    if found is None:
        raise NotFound()
    return str(found.media_key)


# --- the board ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filter:
    """What the board shows; empty means all. `search` is a number (R-1047) or a part of the place."""

    status: str = ""
    urgency: str = ""
    category: str = ""
    assignee: int | None = None
    org: int | None = None
    overdue: bool = False
    search: str = ""


def board(actor: Actor, wanted: Filter) -> Any:
    """A query of the requests that `actor` may read, filtered, the most pressing first."""
    query = Request.select().where(Request.org_id.in_(access.org_ids(actor, "request.read")))
    if wanted.status == "open":
        query = query.where(Request.status.in_(lifecycle.OPEN))
    elif wanted.status in lifecycle.STATUSES:
        query = query.where(Request.status == wanted.status)
    for column, value in (("urgency", wanted.urgency), ("category", wanted.category)):
        if value:
            query = query.where(getattr(Request, column) == value)
    if wanted.assignee is not None:
        query = query.where(Request.assignee_id == wanted.assignee)
    if wanted.org is not None:
        query = query.where(Request.org_id == wanted.org)
    if wanted.overdue:
        query = query.where(is_overdue())
    if text := wanted.search.strip():
        digits = text.upper().removeprefix("R").lstrip("-# ").strip()
        numbered = (
            Request.id == int(digits) - FIRST_NUMBER if digits.isdecimal() and len(digits) < 10 else None
        )
        placed = Request.place.contains(text)
        dashed = [p for p in text.replace("#", "-").split("-") if p]
        if len(dashed) == 3:
            placed |= (
                (Request.building == dashed[0])
                & (Request.unit == dashed[1])
                & (Request.room == dashed[2].upper())
            )
        query = query.where(placed if numbered is None else placed | numbered)
    return query.order_by(Request.status.in_(lifecycle.OVER), Request.due_at, Request.id)


def is_overdue() -> Any:
    """The condition of being late now."""
    now = clock.now()
    return Request.status.in_(lifecycle.OPEN) & (
        (Request.acknowledged_at.is_null() & (Request.due_ack_at <= now))
        | (Request.started_at.is_null() & (Request.due_at <= now))
    )


@dataclass(frozen=True, slots=True)
class Counts:
    overdue: int
    new: int
    today: int


def counts(actor: Actor) -> Counts:
    """For the dashboard: late, waiting for a worker, and booked for today."""
    readable = Request.org_id.in_(access.org_ids(actor, "request.read"))
    here = clock.local(clock.now())
    begins = here.replace(hour=0, minute=0, second=0, microsecond=0)
    ends = begins.replace(hour=23, minute=59, second=59)
    today = (
        Request.select()
        .join(Slot)
        .where(readable, Request.status.in_(lifecycle.OPEN), Slot.starts_at.between(begins, ends))
    )
    return Counts(
        Request.select().where(readable, is_overdue()).count(),
        Request.select().where(readable, Request.status == "new").count(),
        today.count(),
    )


def waiting(actor: Actor) -> int:
    """How many need somebody at the desk: late, or without a worker; what is both counts once."""
    readable = Request.org_id.in_(access.org_ids(actor, "request.read"))
    return int(Request.select().where(readable, is_overdue() | (Request.status == "new")).count())


def late(request: Request) -> bool:
    return bool(escalation.overdue_now(request, clock.now()))


def assignees(requests: Sequence[Request]) -> dict[int, str]:
    """The names of the workers of these requests, by staff id."""
    ids = sorted({r.assignee_id for r in requests if r.assignee_id is not None})
    return {i: s.name for i, s in staff.by_ids(ids).items()}


def worker_of(request: Request) -> crew.Worker | None:
    """Whom it is with."""
    return crew.worker(request.assignee_id) if request.assignee_id is not None else None


def workers_seen(actor: Actor) -> dict[int, str]:
    """The workers who have something among what `actor` reads, for the filter."""
    rows = (
        Request.select(Request.assignee_id)
        .where(
            Request.org_id.in_(access.org_ids(actor, "request.read")),
            Request.assignee_id.is_null(False),
            Request.status.in_(lifecycle.OPEN),
        )
        .distinct()
    )
    return {i: s.name for i, s in staff.by_ids([r.assignee_id for r in rows if r.assignee_id]).items()}


def orgs_seen(actor: Actor) -> dict[int, str]:
    """The Orgs that have requests which `actor` reads, for the filter."""
    used = Request.select(Request.org_id).where(Request.org_id.in_(access.org_ids(actor, "request.read")))
    return {o.id: o.name for o in orgs.Org.select().where(orgs.Org.id.in_(used)).order_by(orgs.Org.path)}
