"""Requests as a table of the dynamic database, each under the resident whose it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from backend.core import clock
from backend.core.access import SYSTEM, Actor
from backend.core.i18n import _
from backend.fields.choices import Choice
from backend.fields.dates import Date
from backend.fields.finder import Choices
from backend.fields.numbers import Rating
from backend.fields.text import Text
from backend.records import sources, store
from backend.records.sources import BuiltIn, Face, Handing, Source
from backend.requests import lifecycle, triage
from backend.requests.models import Request

AT_ONCE = 500
_COLUMNS = (
    Text("request", label=_("Number")),
    Choice("category", label=_("Category"), options=[Choices(c.code, c.label) for c in triage.CATEGORIES]),
    Choice("status", label=_("Status"), options=[Choices(*pair) for pair in lifecycle.LABELS.items()]),
    Choice("urgency", label=_("Urgency"), options=[Choices(*pair) for pair in triage.URGENCY_LABELS.items()]),
    Text("place", label=_("Place")),
    Date("created", label=_("Reported on")),
    Date("done", label=_("Finished on")),
    Rating("rating", label=_("Rating")),
)
_FOUND = frozenset({"request", "place"})
_INDEXED = frozenset({"created", "done"})


def show(request: Request, by: Actor) -> None:
    """Give the face of this request, as it stands now, inside the transaction that changed it."""
    store.put_many("request", [_face(request)], by=by, responsible={request.number: request.assignee_id})


def forget(request: Request) -> None:
    """What its face said of her is gone, now and in its history; what the office counts is shown on."""
    store.forget("request", request.number)
    show(Request.get_by_id(request.id), SYSTEM)


def _face(request: Request) -> Face:
    values = {
        "request": f"R-{request.number}",
        "category": request.category,
        "status": request.status,
        "urgency": request.urgency,
        "place": request.place,
        "created": _day(request.created_at),
        "done": _day(request.done_at),
        "rating": request.rating,
    }
    return request.number, request.org_id, values, request.resident_id


def _day(at: datetime | None) -> date | None:
    return at.astimezone(clock.zone()).date() if at else None


def _give(actor: Actor, number: int, worker_id: int) -> None:
    # Assigning shows the request's face again: the two know each other.
    from backend.requests import assigning

    assigning.assign(actor, number, worker_id)


def _all() -> Iterable[Face]:
    last = 0
    while rows := list(Request.select().where(Request.id > last).order_by(Request.id).limit(AT_ONCE)):
        last = rows[-1].id
        yield from map(_face, rows)


sources.register(
    Source(
        "request",
        _("Repairs"),
        tuple(
            BuiltIn(f, keyword=f.name in _FOUND, indexed=f.name in _INDEXED, writable=False) for f in _COLUMNS
        ),
        {
            "read": "request.read",
            "change": "request.assign",
            "create": "request.create",
            "delete": "request.assign",
        },
        "requests.show",
        "number",
        30,
        _all,
        parent="resident",
        handing=Handing("repairer", _give),
    )
)
