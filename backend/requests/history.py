"""How a request changes: locked, checked against `lifecycle`, written with its history and its audit row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend.core import access, audit, clock, live
from backend.core.access import Actor
from backend.core.db import is_postgres
from backend.core.errors import Conflict, Forbidden, NotFound
from backend.core.i18n import Text, _
from backend.requests import crew, face, lifecycle
from backend.requests.models import FIRST_NUMBER, Request, RequestEvent, RequestPhoto
from backend.staff import queries as staff


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose request it may be: a resident, or somebody who is not registered, at this Identity."""

    resident_id: int | None
    identity_id: int | None = None

    def owns(self, request: Request) -> bool:
        if request.resident_id is not None:
            return bool(request.resident_id == self.resident_id)
        return self.identity_id is not None and bool(request.contact_identity_id == self.identity_id)


@dataclass(frozen=True, slots=True)
class Done:
    """`repeated`: it was done before; nothing was changed and nobody was told again."""

    request: Request
    repeated: bool = False


def locked(number: int) -> Request:
    """The request, kept from everybody else until the transaction ends. Raises NotFound."""
    query = Request.select().where(Request.id == number - FIRST_NUMBER)
    if is_postgres():
        query = query.for_update()
    request = query.first()
    if request is None:
        raise NotFound(no_such(number))
    return request  # type: ignore[no-any-return]


def no_such(number: int) -> Text:
    return _("There is no request R-{number} of yours. “My repairs” lists them.", number=number)


def for_asker(number: int, asker: Asker) -> Request:
    """Her own request, locked. Somebody else's is not found, so that numbers tell nothing."""
    request = locked(number)
    if not asker.owns(request):
        raise NotFound(no_such(number))
    return request


def for_desk(number: int, actor: Actor, permission: str) -> Request:
    """A request, locked, for staff with `permission` at its Org. Raises Forbidden."""
    request = locked(number)
    access.check(actor, permission, request.org_id)
    return request


def for_worker(number: int, actor: Actor) -> Request:
    """The task of this worker, locked; the desk may act in a worker's place. Raises NotFound, Forbidden, Conflict."""
    request = locked(number)
    if not access.may(actor, "request.progress", request.org_id):
        raise NotFound(no_such(number)) if access.may(actor, "request.progress") else Forbidden()
    if request.assignee_id == actor.id or access.may(actor, "request.assign", request.org_id):
        return request
    if request.assignee_id is None:
        raise Conflict(
            _("R-{number} is not with you any more. The duty desk decides who goes.", number=number)
        )
    taker = crew.called(staff.by_id(request.assignee_id).name)
    raise Conflict(_("R-{number} is with {worker} now. Thank you all the same.", number=number, worker=taker))


def check(request: Request, act: str, role: str) -> None:
    """Raises Conflict, with where the request stands, unless `role` may do `act` now."""
    if lifecycle.allowed(act, request.status, role):
        return
    if act == "cancel" and request.status == "in_progress":
        raise Conflict(
            _(
                "The work on R-{number} has begun, so it cannot be cancelled here. The worker on site can help you.",
                number=request.number,
            )
        )
    raise Conflict(
        _(
            "R-{number} stands at “{status}”, so that does not fit any more.",
            number=request.number,
            status=lifecycle.LABELS[request.status],
        )
    )


def apply(
    actor: Actor,
    request: Request,
    act: str,
    *,
    text: str = "",
    internal: bool = False,
    to_status: str | None = None,
    **changes: Any,
) -> RequestEvent:
    """Write the act: the request's new state, a line of history, an audit row, and a nudge to open pages."""
    before = request.status
    request.status = to_status or lifecycle.after(act, before)
    request.updated_at = clock.now()
    previous = {name: getattr(request, name) for name in changes}
    for name, value in changes.items():
        setattr(request, name, value)
    request.save()
    event = note(actor, request, act, text=text, internal=internal, before=before)
    audit.record(
        actor,
        f"request.{act}",
        request.subject,
        org_id=request.org_id,
        before={"status": before, **previous},
        after={"status": request.status, **changes},
        why=text,
    )
    face.show(request, actor)
    live.publish(live.ADMIN, {"kind": "request", "id": request.number})
    return event


def note(
    actor: Actor,
    request: Request,
    act: str,
    *,
    text: str = "",
    internal: bool = False,
    before: str | None = None,
) -> RequestEvent:
    """A line of history alone."""
    return RequestEvent.create(  # type: ignore[no-any-return]
        request=request,
        at=clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:80],
        act=act,
        text=text or None,
        internal=internal,
        from_status=before,
        to_status=request.status,
    )


def keep_photos(request: Request, keys: tuple[str, ...], stage: str) -> None:
    for key in keys:
        RequestPhoto.create(request=request, media_key=key, stage=stage, at=clock.now())


def why_again(request: Request) -> str:
    """What was still wrong when it was opened again; empty for one that was not."""
    if request.round == 1:
        return ""
    opened = RequestEvent.select(RequestEvent.text).where(
        RequestEvent.request == request, RequestEvent.act == "reopen"
    )
    return opened.order_by(RequestEvent.id.desc()).scalar() or ""
