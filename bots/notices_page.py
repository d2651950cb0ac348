"""My notices, as pages: what the community sent, what is unread, and which kinds I get; for whoever is known in this browser's
webchat. The portal's bar counts the unread ones."""

from __future__ import annotations

from typing import Any

import peewee
from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for

from backend.core.errors import NotFound
from backend.core.i18n import _
from backend.messaging import emphasis, notices, topics
from backend.messaging.notices import Notice, Reader
from backend.web.limits import limiter
from backend.web.text import say
from bots import webchat_session
from bots.plain import plain

blueprint = Blueprint("notices_page", __name__, url_prefix="/my/notices", template_folder="templates")
PER_ADDRESS = "240/minute"


def _reader() -> Reader | None:
    identity = webchat_session.identity()
    return Reader(identity.id, identity.resident_id) if identity is not None else None


@blueprint.app_context_processor
def _badge() -> dict[str, Any]:
    return {"unread_notices": unread_here}


def unread_here() -> int:
    """The number on the portal's bar; 0 where the database cannot be asked, for pages that tell just that."""
    if "unread_notices" not in g:
        try:
            reader = _reader()
            g.unread_notices = notices.unread(reader) if reader is not None else 0
        except (peewee.OperationalError, peewee.InterfaceError):
            g.unread_notices = 0
    return int(g.unread_notices)


@blueprint.get("")
@limiter.limit(PER_ADDRESS)
def index() -> Response:
    reader = _reader()
    found = notices.of(reader) if reader is not None else []
    left = topics.left_by(reader.identity_id) if reader is not None else set()
    return _private(
        "bots/notices.html",
        known=reader is not None,
        lines=[(notice, _title(notice)) for notice in found],
        topics=[(key, topics.TOPICS[key].title, key not in left) for key in topics.LEAVABLE],
    )


@blueprint.get("/<int:message_id>")
@limiter.limit(PER_ADDRESS)
def show(message_id: int) -> Response:
    """One of them, in full; from now on it counts as read."""
    reader = _reader()
    found = notices.of(reader, message_id) if reader is not None else []
    if reader is None or not found:
        raise NotFound()
    notices.read(reader, message_id)
    [notice] = found
    content = notice.content
    places = range(len(content.media)) if notice.shown_by is not None else ()
    return _private(
        "bots/notice.html",
        notice=notice,
        title=_title(notice),
        parts=[emphasis.runs(part) for part in _below(notice).split("\n\n") if part.strip()],
        photos=[url_for("webchat.our_photo", delivery_id=notice.shown_by, place=n) for n in places],
        answers=[plain(option.label) for _n, option in content.answers],
    )


@blueprint.post("/topics")
@limiter.limit("30/minute")
def choose() -> Any:
    """Which kinds she gets: those that are ticked."""
    reader = _reader()
    if reader is None:
        raise NotFound()
    left = topics.left_by(reader.identity_id)
    for key in topics.LEAVABLE:
        wanted = key in request.form.getlist("topic")
        if wanted and key in left:
            topics.join(reader.identity_id, key)
        elif not wanted and key not in left:
            topics.leave(reader.identity_id, key)
    flash(say(_("Saved. It holds from now on.")))
    return redirect(url_for("notices_page.index"), code=303)


def _below(notice: Notice) -> str:
    """The text without a first line that is the title already."""
    first, _break, rest = notice.content.text.partition("\n")
    return rest if not notice.content.subject and plain(first) == _title(notice) else notice.content.text


def _title(notice: Notice) -> str:
    line = plain(notice.content.subject) or plain(notice.content.text).partition("\n")[0]
    return line if len(line) <= 60 else line[:59] + "…"


def _private(template: str, **values: Any) -> Response:
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = "no-store"
    return response
