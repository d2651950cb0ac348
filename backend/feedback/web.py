"""Feedback in the admin: the list with its figures, and one of them to answer and to close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from backend.core import access, media, privacy
from backend.core.access import Actor
from backend.core.errors import LinliError
from backend.core.i18n import Text, _
from backend.feedback import actions, lifecycle, personal, queries
from backend.messaging import channels
from backend.residents import queries as residents
from backend.web import dashboard, listing, nav, sections, session, subjects
from backend.web.sections import Section
from backend.web.text import mask, say

blueprint = Blueprint("feedback", __name__, url_prefix="/admin/feedback", template_folder="templates")

TONES = {"new": "attention", "in_work": "calm", "answered": "good", "closed": "good"}
ACTS: dict[str, Text] = {
    "come": _("It came in"),
    "more": _("More was said"),
    "begin": _("Being looked into"),
    "note": _("Note, staff only"),
    "answer": _("Answered"),
    "close": _("Closed"),
    "settled": _("Settled, they say"),
    "unsettled": _("Not settled, they say"),
    "reopen": _("Not settled: open again"),
}
ON_CARD = 3
privacy.register("feedback", personal.export, personal.forget)
nav.register(_("Feedback"), "feedback.index", "feedback.read", 28, badge=queries.fresh, group="community")
subjects.register("feedback", _("F-{number}"), "feedback.show", "number")


def _words() -> dict[str, Any]:
    return {
        "statuses": lifecycle.STATUSES,
        "kinds": lifecycle.KINDS,
        "topics": lifecycle.TOPICS,
        "tones": TONES,
        "channel_names": channels.NAMES,
    }


@blueprint.get("", strict_slashes=False)
@session.needs("feedback.read")
def index() -> Any:
    actor = session.current_actor()
    given = request.args
    filters = queries.Filters(given.get("status", ""), given.get("kind", ""), given.get("topic", ""))
    page = listing.paginate(queries.listed(actor, filters))
    names = residents.by_ids({f.resident_id for f in page.items if f.resident_id})
    return render_template(
        "feedback/index.html",
        page=page,
        names={resident_id: found.name for resident_id, found in names.items()},
        figures=queries.figures(actor),
        days=queries.STATISTICS_DAYS,
        **_words(),
    )


@blueprint.get("/<int:number>")
@session.needs("feedback.read")
def show(number: int) -> Any:
    return _page(number)


def _page(number: int, draft: str = "", error: Text | None = None, status: int = 200) -> Any:
    actor = session.current_actor()
    feedback = queries.find(actor, number)
    who = residents.find(feedback.resident_id) if feedback.resident_id else None
    events = queries.events(feedback)
    page = render_template(
        "feedback/show.html",
        f=feedback,
        who=who,
        contact=mask(feedback.contact) if feedback.contact else "",
        events=[(event, ACTS[event.act]) for event in events],
        seen=max((event.id for event in events if event.act == "answer"), default=0),
        may_answer=access.may(actor, "feedback.answer", feedback.org_id),
        draft=draft,
        error=error,
        **_words(),
    )
    return page, status


@blueprint.post("/<int:number>/answer")
@session.needs("feedback.answer")
def answer(number: int) -> Any:
    text = request.form.get("text", "")
    try:
        actions.answer(session.current_actor(), number, text, seen=request.form.get("seen", type=int))
    except LinliError as error:
        return _page(number, text, error.text, error.status)
    return _back(number, _("Your answer is on its way."))


@blueprint.post("/<int:number>/begin")
@session.needs("feedback.answer")
def begin(number: int) -> Any:
    return _done(number, lambda actor: actions.begin(actor, number), _("It is in work now."))


@blueprint.post("/<int:number>/note")
@session.needs("feedback.answer")
def note(number: int) -> Any:
    text = request.form.get("note", "")
    return _done(number, lambda actor: actions.note(actor, number, text), _("Noted, for staff only."))


@blueprint.post("/<int:number>/close")
@session.needs("feedback.answer")
def close(number: int) -> Any:
    why = request.form.get("why", "")
    return _done(number, lambda actor: actions.close(actor, number, why), _("Closed."))


def _done(number: int, act: Callable[[Actor], object], words: Text) -> Any:
    try:
        act(session.current_actor())
    except LinliError as error:
        flash(say(error.text), "error")
        return redirect(url_for("feedback.show", number=number), code=303)
    return _back(number, words)


def _back(number: int, words: Text) -> Any:
    flash(say(words), "success")
    return redirect(url_for("feedback.show", number=number), code=303)


@blueprint.get("/<int:number>/photo")
@session.needs("feedback.read")
def photo(number: int) -> Response:
    feedback = queries.find(session.current_actor(), number)
    if feedback.photo is None:
        abort(404)
    data, content_type = media.load(feedback.photo)
    response = Response(data, mimetype=content_type)
    response.headers["Cache-Control"] = "private, no-store"
    return response


# --- elsewhere in the admin -----------------------------------------------------------------------------------


def _card(actor: Actor) -> dashboard.Card | None:
    if not access.may(actor, "feedback.read"):
        return None
    new = list(queries.listed(actor, queries.Filters(status="new")).limit(ON_CARD))
    return dashboard.Card(
        _("New feedback"),
        queries.fresh(actor),
        [
            dashboard.Item(
                f"F-{f.number} · {say(lifecycle.TOPICS[f.topic])}",
                url_for("feedback.show", number=f.number),
                lifecycle.KINDS[f.kind],
            )
            for f in new
        ],
        link=url_for("feedback.index", status="new"),
        severity="attention",
        empty=_("No feedback waits to be read."),
        live="feedback",
    )


def _section(actor: Actor, resident_id: int) -> Section | None:
    found = queries.of_resident(resident_id)
    if not found or not access.may(actor, "feedback.read", residents.org_of(resident_id)):
        return None
    html = render_template("feedback/section.html", found=found, **_words())
    return Section(_("Feedback"), Markup(html))  # noqa: S704  # rendered by our own template


dashboard.register(_card, order=40)
sections.register("resident", _section, order=60)
