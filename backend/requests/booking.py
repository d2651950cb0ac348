"""A repair is reported: by the resident in a conversation, by somebody who is not registered, or by staff on the phone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from backend.core import access, audit, clock, live, orgs
from backend.core.access import Actor
from backend.core.db import savepoint
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.fields.address import Home
from backend.messaging import people
from backend.requests import assigning, face, history, lifecycle, service_level, slots, triage, wording
from backend.requests.crew import Worker
from backend.requests.models import Request

SAME_WITHIN = timedelta(days=7)
_RANK = {"normal": 0, "urgent": 1, "emergency": 2}


@dataclass(frozen=True, slots=True)
class Report:
    """What is to be repaired. `degree` is the code of how bad it is (see `triage`); `photos` are keys of `core.media`."""

    category: str
    description: str
    place: Home
    degree: str | None = None
    slot_id: int | None = None
    photos: tuple[str, ...] = ()
    source: str = "desk"

    @property
    def urgency(self) -> triage.Urgency:
        return triage.urgency(self.category, self.degree)


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom it is for. Without `resident_id` there must be an Identity or a phone (E.164) to reach her at."""

    resident_id: int | None = None
    identity_id: int | None = None
    phone: str | None = None
    org_id: int | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """`worker` is set when it was offered to somebody at once."""

    request: Request
    worker: Worker | None


def book(actor: Actor, report: Report, contact: Contact) -> Booked:
    """Take a repair on. An emergency is offered to a worker at once, everything else goes to the desk.

    Raises SlotTaken (nothing is kept then), Invalid, Forbidden.
    """
    if report.category not in triage.BY_CODE:
        raise Invalid(_("Which of these is it? The number is enough."), "category")
    if contact.resident_id is None and contact.identity_id is None and not contact.phone:
        raise Invalid(_("Which phone number can we call back?"), "phone")
    community = orgs.default_community()
    org_id = contact.org_id or (community.id if community else None)
    if org_id is None:
        raise Invalid(_("The community is not set up yet. Please call the office."))
    if actor.kind == "staff":
        access.check(actor, "request.create", org_id)
    # A savepoint: a seat that is gone takes the half-written request with it.
    with savepoint():
        request = _created(actor, report, replace(contact, org_id=org_id))
        worker = assigning.offer_to_next(request) if request.urgency == "emergency" else None
        if worker is None:
            assigning.tell_desk(
                request, wording.reported(request), but=actor.id if actor.kind == "staff" else 0
            )
    return Booked(request, worker)


def _created(actor: Actor, report: Report, contact: Contact) -> Request:
    now = clock.now()
    identity_id = contact.identity_id
    if contact.resident_id is None and identity_id is None and contact.phone:
        identity_id = people.ensure("sms", contact.phone, org_id=contact.org_id).id
    home = report.place
    request = Request.create(
        org_id=contact.org_id,
        resident_id=contact.resident_id,
        contact_identity_id=identity_id,
        contact_phone=contact.phone,
        category=report.category,
        description=report.description[:2000],
        place=home.show("zh_CN")[:240],
        phase=home.phase,
        area=home.area,
        building=home.building,
        unit=home.unit,
        room=home.room,
        detail=home.detail[:120],
        urgency=report.urgency,
        source=report.source,
        status="new",
        created_at=now,
        updated_at=now,
        due_ack_at=service_level.acknowledge_by(report.urgency, now, clock.zone()),
        due_at=service_level.on_site_by(report.urgency, now),
    )
    if report.slot_id is not None and report.urgency != "emergency":
        slot = slots.reserve(report.slot_id, request)
        request.slot = slot
        request.due_at = service_level.on_site_by(report.urgency, now, slot.ends_at)
        request.save()
    history.keep_photos(request, report.photos, "report")
    history.note(actor, request, "book", text=report.description[:2000])
    audit.record(
        actor,
        "request.book",
        request.subject,
        org_id=request.org_id,
        after={"category": report.category, "urgency": report.urgency, "place": request.place},
    )
    face.show(request, actor)
    live.publish(live.ADMIN, {"kind": "request", "id": request.number})
    return request


def same_open(report: Report, resident_id: int | None, identity_id: int | None) -> Request | None:
    """An open request that this may be about: same category and home, within the last days, and at least as urgent (so that
    a burst pipe is never taken for last week's drip). Only one of the same asker or the same flat."""
    home = report.place
    mine = Request.contact_identity_id == identity_id if identity_id else Request.id == -1
    if resident_id is not None:
        mine |= Request.resident_id == resident_id
    if home.building and home.room:
        there = (
            (Request.building == home.building) & (Request.unit == home.unit) & (Request.room == home.room)
        )
    else:
        there = Request.place == home.show("zh_CN")[:240]
    found = (
        Request.select()
        .where(
            mine,
            there,
            Request.category == report.category,
            Request.status.in_(lifecycle.OPEN),
            Request.created_at > clock.now() - SAME_WITHIN,
        )
        .order_by(Request.id.desc())
    )
    return next((r for r in found if _RANK[r.urgency] >= _RANK[report.urgency]), None)
