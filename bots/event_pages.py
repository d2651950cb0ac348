"""The residents' pages of events: what is on, one event, its calendar file, and one's own page behind a QR code."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from backend.core import clock, media
from backend.core.access import Actor
from backend.core.errors import LinliError, NotFound
from backend.events import actions, calendar, places, queries, replies, states, wording
from backend.events.queries import Event
from backend.residents import queries as residents
from backend.settings import settings
from backend.web import listing
from backend.web.limits import limiter
from backend.web.text import locale, say

blueprint = Blueprint("event_pages", __name__, url_prefix="/events", template_folder="templates")
CALENDAR = "text/calendar; charset=utf-8"
ON_PAGE = 40
PER_ADDRESS = "120/minute"
"""Many people may share one public address; still, nobody tries out secrets by the thousand."""


@blueprint.get("", strict_slashes=False)
def index() -> str:
    """Everything that is coming, the next first."""
    page = listing.paginate(queries.to_come(), ON_PAGE)
    return render_template("bots/events.html", page=page, **shown(page.items))


def shown(events: list[Event]) -> dict[str, Any]:
    """What a list of events needs, also the portal's."""
    return {
        "events": events,
        "rooms": queries.places_by_id(events),
        "when": wording.when,
        "room": replies.room,
    }


@blueprint.get("/<int:event_id>")
def show(event_id: int) -> str:
    event = queries.public(event_id)
    room = queries.places_of(event)
    return render_template(
        "bots/event.html",
        event=event,
        when=wording.when(event),
        room=replies.room(event, room),
        full=room.left is not None and room.left <= 0,
        open=queries.takes_signups(event),
        number=_number(),
    )


def _number() -> str:
    now = settings()
    return now.twilio_from if now.twilio_account_sid else ""


@blueprint.get("/<int:event_id>.ics")
def file(event_id: int) -> Response:
    event = queries.public(event_id)
    return _file(event, url_for("event_pages.show", event_id=event_id))


def _file(event: Event, path: str) -> Response:
    data = calendar.file(event, locale(), f"{settings().base_url}{path}")
    name = f'attachment; filename="event-{event.id}.ics"'
    return Response(
        data, content_type=CALENDAR, headers={"Content-Disposition": name, "Cache-Control": "no-cache"}
    )


@blueprint.get("/<int:event_id>/cover")
def cover(event_id: int) -> Response:
    event = queries.public(event_id)
    if not event.cover:
        raise NotFound()
    return _picture(event.cover, "public, max-age=3600")


# --- one's own ------------------------------------------------------------------------------------------------


@blueprint.get("/pass/<token>")
@limiter.limit(PER_ADDRESS)
def own(token: str) -> Any:
    """For whoever has the link: the code for the door, the calendar file, afterwards the photos."""
    found = queries.by_pass(token)
    signup = found.signup
    page = render_template(
        "bots/event_pass.html",
        found=found,
        token=token,
        when=wording.when(found.event),
        comes=signup.status in places.HOLDING,
        may_change=signup.resident_id is not None
        and signup.status in places.STANDING
        and found.event.status == "published"
        and found.event.starts_at > clock.now(),
        status=states.SIGNUP_LABELS[signup.status],
        event_status=found.event.status,
    )
    return Response(page, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


@blueprint.post("/pass/<token>/companions")
@limiter.limit(PER_ADDRESS)
def companions(token: str) -> Any:
    """How many come with her now, from her own page."""
    found = queries.by_pass(token)
    resident_id = found.signup.resident_id
    if resident_id is None:
        raise NotFound()
    who = Actor("resident", resident_id, residents.name_of(resident_id))
    try:
        many = request.form.get(actions.COMPANIONS, -1, type=int)
        placed = actions.change_companions(who, found.event.id, resident_id, many)
        words, tone = wording.party(placed.event, placed.signup).text, "success"
    except LinliError as error:
        words, tone = error.text, "error"
    flash(say(words), tone)
    return redirect(url_for("event_pages.own", token=token), code=303)


@blueprint.get("/pass/<token>.ics")
@limiter.limit(PER_ADDRESS)
def own_file(token: str) -> Response:
    return _file(queries.by_pass(token).event, url_for("event_pages.own", token=token))


@blueprint.get("/pass/<token>/photos/<int:photo_id>")
def photo(token: str, photo_id: int) -> Response:
    found = queries.by_pass(token)
    key = next((p.media_key for p in found.photos if p.id == photo_id), None)
    if key is None:
        raise NotFound()
    return _picture(str(key), "private, max-age=3600")


def _picture(key: str, cache: str) -> Response:
    data, kind = media.load(key)
    return Response(
        data, content_type=kind, headers={"Cache-Control": cache, "Content-Disposition": "inline"}
    )
