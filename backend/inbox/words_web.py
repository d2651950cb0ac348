"""What an office arranges for its inbox: canned answers, and when somebody is there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core.errors import LinliError, NotFound
from backend.core.i18n import Text, _
from backend.inbox import canned, hours, office
from backend.inbox.office import RIGHT
from backend.web import session
from backend.web.text import say

blueprint = Blueprint("inbox_words", __name__, url_prefix="/admin/inbox", template_folder="templates")


def _office() -> tuple[int, list[office.Office]]:
    """The Org that the page is about: asked for by `?org=`, else the first one."""
    found = office.offices(session.current_actor())
    if not found:
        raise NotFound()
    wanted = request.values.get("org", type=int)
    return (wanted if wanted in {o.id for o in found} else found[0].id), found


# --- canned answers -------------------------------------------------------------------------------------------


@blueprint.get("/words")
@session.needs(RIGHT)
def words() -> Any:
    return _words()


def _words(given: dict[str, str] | None = None, error: LinliError | None = None, at: int = 0) -> Any:
    org_id, offices = _office()
    page = render_template(
        "inbox/words.html",
        org_id=org_id,
        offices=offices,
        found=canned.of_office(org_id),
        placeholders=list(canned.PLACEHOLDERS.items()),
        given=given or {},
        at=at,
        error=error.text if error else None,
        field=(getattr(error, "field", None) or "word") if error else "",
    )
    return page, error.status if error else 200


@blueprint.post("/words")
@session.needs(RIGHT)
def save_word() -> Any:
    org_id, _offices = _office()
    given = {name: request.form.get(name, "") for name in ("word", "text", "text_en")}
    canned_id = request.form.get("id", type=int)
    try:
        canned.save(session.current_actor(), org_id, **given, canned_id=canned_id)
    except LinliError as error:
        return _words(given, error, canned_id or 0)
    return _back("inbox_words.words", org_id, _("Kept. It is at hand in every thread."))


@blueprint.post("/words/<int:canned_id>/remove")
@session.needs(RIGHT)
def remove_word(canned_id: int) -> Any:
    gone = canned.remove(session.current_actor(), canned_id)
    given = {"word": gone.word, "text": gone.text, "text_en": gone.text_en}
    flash(say(_("/{word} is gone. To undo, keep it again below.", word=gone.word)), "success")
    return _words(given)


@blueprint.post("/words/begin")
@session.needs(RIGHT)
def begin_words() -> Any:
    org_id, _offices = _office()
    canned.begin(session.current_actor(), org_id)
    return _back("inbox_words.words", org_id, _("Four to begin with. Change them as you like."))


# --- working hours --------------------------------------------------------------------------------------------


@blueprint.get("/hours")
@session.needs(RIGHT)
def hours_page() -> Any:
    org_id, _offices = _office()
    own = office.hours_of(org_id)
    return _hours(hours.written_week(own), hours.written_closed(own))


def _hours(week: list[str], closed: str, error: LinliError | None = None) -> Any:
    org_id, offices = _office()
    page = render_template(
        "inbox/hours.html",
        org_id=org_id,
        offices=offices,
        week=list(zip(hours.WEEKDAYS, week, strict=True)),
        closed=closed,
        error=error.text if error else None,
        field=(getattr(error, "field", None) or "day0") if error else "",
    )
    return page, error.status if error else 200


@blueprint.post("/hours")
@session.needs(RIGHT)
def save_hours() -> Any:
    org_id, _offices = _office()
    week = [request.form.get(f"day{number}", "") for number in range(7)]
    closed = request.form.get("closed", "")
    try:
        office.write_hours(session.current_actor(), org_id, week, closed)
    except LinliError as error:
        return _hours(week, closed, error)
    return _back("inbox_words.hours_page", org_id, _("Kept. People are told these hours from now on."))


def _back(endpoint: str, org_id: int, text: Text) -> Any:
    flash(say(text), "success")
    return redirect(url_for(endpoint, org=org_id), code=303)
