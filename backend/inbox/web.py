"""The inbox's pages: the queue, and one thread to take, read, answer and give back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for

from backend.core import ids, media, privacy
from backend.core.access import Actor
from backend.core.errors import LinliError
from backend.core.i18n import Text, _
from backend.inbox import answering, canned, marks, opening, personal, reading, taking, waiting
from backend.inbox import thread as thread_
from backend.inbox.models import Handover
from backend.inbox.office import RIGHT
from backend.messaging import channels
from backend.web import dashboard, listing, nav, sections, session, subjects
from backend.web.text import mask, say

blueprint = Blueprint(
    "inbox",
    __name__,
    url_prefix="/admin/inbox",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)

ON_PAGE = 100
ON_CARD = 3
WITH_PHOTOS = (*taking.CHATS, "sms")
"""Channels on which a photo of ours is seen; in a text message as a link."""
privacy.register("conversations_with_staff", personal.export, personal.forget)


@blueprint.get("", strict_slashes=False)
@session.needs(RIGHT)
def index() -> Any:
    actor = session.current_actor()
    return render_template("inbox/index.html", **_queue(actor), today=waiting.today(actor))


def _queue(actor: Actor) -> dict[str, Any]:
    page = listing.paginate(waiting.listed(actor), ON_PAGE)
    found = reading.rows(actor, page.items)
    return {
        "page": page,
        "total": waiting.waiting_count(actor),
        "waiting": [row for row in found if row.handover.taken_by is None],
        "mine": reading.rows(actor, waiting.mine(actor)),
        "others": [row for row in found if row.handover.taken_by is not None],
    }


@blueprint.get("/<int:handover_id>")
@session.needs(RIGHT)
def show(handover_id: int) -> Any:
    return _page(handover_id)


def _page(handover_id: int, draft: str = "", error: Text | None = None, status: int = 200) -> Any:
    actor = session.current_actor()
    handover = thread_.find(actor, handover_id)
    found = reading.thread(handover, answering.where(handover, marks.addresses(handover)))
    known = canned.values(actor, handover, found.name, found.locale)
    ready = [canned.filled(c, known, found.locale) for c in canned.of_office(taking.office_of(handover))]
    page = render_template(
        "inbox/show.html",
        thread=found,
        handover=handover,
        state="mine" if handover.taken_by == actor.id and handover.done_at is None else handover.state,
        with_=thread_.name_of(handover.taken_by) if handover.taken_by else "",
        reason=opening.REASONS[handover.reason],
        campaign=reading.campaign(handover),
        campaign_link=subjects.link(handover.about),
        outcomes=list(taking.OUTCOMES.items()),
        canned=ready,
        ways=[(way.id, _way(way), way.channel in WITH_PHOTOS) for way in found.ways],
        draft=draft,
        error=error,
        once=request.form.get("once") or ids.token(12),
        queue=_queue(actor),
        sections=sections.made("handover", actor, handover_id),
        has_typing="inbox_typing.typing" in current_app.view_functions,
    )
    return page, status


def _way(way: Any) -> Text:
    """A channel, and enough of the number to know it by."""
    name = channels.NAMES[way.channel]
    if way.channel not in ("sms", "voice"):
        return name
    return _("{channel} {number}", channel=name, number=mask(str(way.address)))


@blueprint.post("/<int:handover_id>/take")
@session.needs(RIGHT)
def take(handover_id: int) -> Any:
    """`colleague`: also from somebody who has it."""
    colleague = request.form.get("colleague") == "1"
    return _done(
        handover_id,
        lambda actor: taking.take(actor, handover_id, from_colleague=colleague),
        _("It is with you now. The assistant keeps quiet until you hand back."),
    )


@blueprint.post("/<int:handover_id>/answer")
@session.needs(RIGHT)
def answer(handover_id: int) -> Any:
    text, once, key = request.form.get("text", ""), request.form.get("once", "")[:40], None
    try:
        actor = session.current_actor()
        thread_.check_mine(actor, thread_.find(actor, handover_id))
        key, picture = _photo(handover_id)
        said = answering.answer(
            actor,
            handover_id,
            text,
            identity_id=request.form.get("way", type=int),
            photo=key,
            once=f"{once}{picture}" if once else "",
        )
    except LinliError as error:
        if key is not None:
            media.forget(key)
        # What was written stays: nobody writes an answer twice.
        return _page(handover_id, text, error.text, error.status)
    if said is None and key is not None:
        media.forget(key)
    return redirect(url_for("inbox.show", handover_id=handover_id), code=303)


def _photo(handover_id: int) -> tuple[str | None, str]:
    """Its key in `core.media`, and what tells it from another picture."""
    sent = request.files.get("photo")
    if sent is None or not sent.filename:
        return None, ""
    data = sent.read()
    key = media.save(data, sent.mimetype, f"handover:{handover_id}")
    return key, hashlib.sha256(data).hexdigest()


@blueprint.post("/<int:handover_id>/note")
@session.needs(RIGHT)
def note(handover_id: int) -> Any:
    text = request.form.get("note", "")
    return _done(
        handover_id, lambda actor: answering.note(actor, handover_id, text), _("Noted, for staff only.")
    )


@blueprint.post("/<int:handover_id>/back")
@session.needs(RIGHT)
def hand_back(handover_id: int) -> Any:
    anyway = request.form.get("anyway") == "1"
    return _done(
        handover_id,
        lambda actor: taking.hand_back(actor, handover_id, anyway=anyway),
        _("Handed back. The assistant answers again, and the person has been told."),
    )


@blueprint.post("/<int:handover_id>/queue")
@session.needs(RIGHT)
def put_back(handover_id: int) -> Any:
    return _done(
        handover_id,
        lambda actor: taking.put_back(actor, handover_id),
        _("Back in the queue, at its old place."),
    )


@blueprint.post("/<int:handover_id>/close")
@session.needs(RIGHT)
def close(handover_id: int) -> Any:
    outcome, why = request.form.get("outcome", ""), request.form.get("why", "")
    return _done(handover_id, lambda actor: taking.close(actor, handover_id, outcome, why), _("Closed."))


def _done(handover_id: int, act: Callable[[Actor], object], words: Text) -> Any:
    try:
        act(session.current_actor())
        flash(say(words), "success")
    except LinliError as error:
        flash(say(error.text), "error")
    return redirect(url_for("inbox.show", handover_id=handover_id), code=303)


@blueprint.get("/<int:handover_id>/photo/<key>")
@session.needs(RIGHT)
def photo(handover_id: int, key: str) -> Response:
    """A photo of this thread."""
    handover = thread_.find(session.current_actor(), handover_id)
    if not reading.may_see(handover, key):
        abort(404)
    data, content_type = media.load(key)
    response = Response(data, mimetype=content_type)
    response.headers["Cache-Control"] = "private, no-store"
    return response


# --- elsewhere in the admin -----------------------------------------------------------------------------------


def _card(actor: Actor) -> dashboard.Card | None:
    if not actor.paths(RIGHT):
        return None
    found = reading.rows(actor, waiting.waiting(actor, ON_CARD))
    urgent = any(_is_urgent(row.handover) for row in found)
    return dashboard.Card(
        title=_("People waiting for a person"),
        count=waiting.waiting_count(actor),
        items=[
            dashboard.Item(
                row.name or row.channel, url_for("inbox.show", handover_id=row.handover.id), row.reason
            )
            for row in found
        ],
        link=url_for("inbox.index"),
        severity="urgent" if urgent else "attention" if found else "calm",
        empty=_("Nobody waits for an answer."),
        live="handover",
    )


def _is_urgent(handover: Handover) -> bool:
    return bool(handover.reason == "emergency")


dashboard.register(_card, order=5)
nav.register(_("Inbox"), "inbox.index", RIGHT, 6, badge=waiting.waiting_count, group="today")
subjects.register("handover", _("conversation {number}"), "inbox.show", "handover_id")
