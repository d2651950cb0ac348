"""Who goes: the desk assigns, an emergency is offered at once to the least busy worker."""

from __future__ import annotations

from backend.core import clock
from backend.core.access import SYSTEM, Actor
from backend.core.db import transaction
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.family import queries as family
from backend.messaging import say
from backend.messaging.people import At, Resident, StaffMember, To
from backend.requests import crew, history, wording
from backend.requests.crew import Worker
from backend.requests.history import Done
from backend.requests.models import Request, RequestEvent
from backend.residents import queries as residents


def resident_of(request: Request) -> To | None:
    """Where the one who asked is told."""
    if request.resident_id is not None:
        return Resident(request.resident_id)
    return At(request.contact_identity_id) if request.contact_identity_id is not None else None


def queue_of(request: Request) -> str:
    return "alerts" if request.urgency == "emergency" else "default"


def tell_resident(request: Request, words: wording.Words) -> None:
    to = resident_of(request)
    if to is not None:
        say(to, words, purpose="request", queue=queue_of(request), about=request.subject)
    if request.resident_id is not None:
        tell_family(request, request.resident_id, words)


def tell_family(request: Request, resident_id: int, words: wording.Words) -> None:
    """Those whom she lets follow her repairs hear the same, without her buttons."""
    relatives = family.contacts(resident_id, "request")
    name = residents.name_of(resident_id) if relatives else ""
    for relative in relatives:
        say(relative.to, wording.for_family(name, words), purpose="request", about=request.subject)


def tell_staff(request: Request, staff_id: int, words: wording.Words) -> None:
    say(StaffMember(staff_id), words, purpose="request", queue=queue_of(request), about=request.subject)


def tell_desk(request: Request, words: wording.Words, *, but: int = 0) -> None:
    for staff_id in crew.desk(request.org_id):
        if staff_id != but:
            tell_staff(request, staff_id, words)


def assign(actor: Actor, number: int, worker_id: int) -> Done:
    """Give the request to a worker, who is asked to accept it; the one who had it is told. Raises Invalid, Conflict."""
    with transaction():
        request = history.for_desk(number, actor, "request.assign")
        if request.assignee_id == worker_id and request.status != "new":
            return Done(request, repeated=True)
        history.check(request, "assign", "desk")
        if not crew.serves(worker_id, request.org_id):
            raise Invalid(_("This person does not take repairs here. Please choose somebody else."), "worker")
        _give(actor, request, crew.worker(worker_id), acknowledges=True)
        tell_resident(request, wording.assigned(request, crew.worker(worker_id)))
    return Done(request)


def offer_to_next(request: Request, but: int | None = None) -> Worker | None:
    """Offer an emergency to the least busy worker who has not declined it (nor is `but`); None when there is nobody."""
    declined = RequestEvent.select(RequestEvent.actor_id).where(
        RequestEvent.request == request, RequestEvent.act == "decline"
    )
    refused = {but, *(e.actor_id for e in declined)}
    worker = next((w for w in crew.workers(request.org_id) if w.id not in refused), None)
    if worker is not None:
        # An offer made by the machine is no promise to the resident yet: the clock runs until somebody accepts.
        _give(SYSTEM, request, worker, acknowledges=False)
    return worker


def _give(actor: Actor, request: Request, worker: Worker, *, acknowledges: bool) -> None:
    previous = request.assignee_id
    now = clock.now()
    if acknowledges and request.acknowledged_at is None:
        request.acknowledged_at = now
    history.apply(
        actor,
        request,
        "assign",
        text=worker.name,
        assignee_id=worker.id,
        assigned_at=now,
        accepted_at=None,
    )
    if previous is not None and previous != worker.id:
        tell_staff(request, previous, wording.withdrawn(request))
    tell_staff(request, worker.id, wording.offered(request, history.why_again(request)))
