"""What repairs hold about a resident: exported for her, and forgotten with her file."""

from __future__ import annotations

from typing import Any

from backend.attachments import personal as files
from backend.core import audit, media
from backend.core.db import transaction
from backend.core.errors import Conflict
from backend.core.i18n import _
from backend.fields.address import Home
from backend.messaging import Resident, people
from backend.requests import face, lifecycle
from backend.requests.models import Request, RequestEvent, RequestPhoto

FORGOTTEN = "—"
_ABOUT_WORK = ("assign", "rate", "escalate")
"""Acts whose text names a worker, a rating, a step of ours: nothing of hers."""


def export(resident_id: int) -> list[dict[str, Any]]:
    """Her repairs, the oldest first, with what she and we wrote about them."""
    return [
        {
            "number": f"R-{request.number}",
            "reported_at": request.created_at.isoformat(),
            "category": request.category,
            "description": request.description,
            "place": request.place,
            "phone": request.contact_phone,
            "status": request.status,
            "rating": request.rating,
            "rating_comment": request.rating_comment,
            "files": files.export(request.subject),
            "history": [
                {"at": event.at.isoformat(), "what": event.act, "text": event.text}
                for event in RequestEvent.select()
                .where((RequestEvent.request == request) & ~RequestEvent.internal)
                .order_by(RequestEvent.id)
            ],
        }
        for request in Request.select().where(_hers(resident_id)).order_by(Request.id)
    ]


def forget(resident_id: int) -> None:
    """Leave of her repairs what the office counts: what, when, in which building. Raises Conflict while one is open."""
    with transaction():
        for request in Request.select().where(_hers(resident_id)):
            if request.status in lifecycle.OPEN:
                raise Conflict(
                    _("R-{number} is still open. Please finish or cancel it first.", number=request.number)
                )
            empty(request)


def empty(request: Request) -> None:
    for photo in RequestPhoto.select().where(RequestPhoto.request == request):
        media.forget(photo.media_key)
    RequestPhoto.delete().where(RequestPhoto.request == request).execute()
    events = RequestEvent.request == request
    RequestEvent.update(text=None).where(events & RequestEvent.act.not_in(_ABOUT_WORK)).execute()
    RequestEvent.update(actor_name="").where(events & (RequestEvent.actor_kind == "resident")).execute()
    Request.update(
        description=FORGOTTEN,
        contact_phone=None,
        contact_identity_id=None,
        place=Home(request.building, "", "").show("zh_CN") if request.building else FORGOTTEN,
        unit="",
        room="",
        detail="",
        rating_comment=None,
    ).where(Request.id == request.id).execute()
    files.forget(request.subject)
    face.forget(request)
    audit.erase_payloads(request.subject)


def _hers(resident_id: int) -> Any:
    """Also what she reported before she registered."""
    addresses = [i.id for i in people.identities(Resident(resident_id), reachable=False)]
    return (Request.resident_id == resident_id) | (
        Request.resident_id.is_null() & Request.contact_identity_id.in_(addresses)
    )
