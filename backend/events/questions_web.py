"""What an event asks those who sign up, put together with the form builder; and its answers beside each name."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core import access
from backend.core.i18n import Text, _
from backend.events import actions, queries
from backend.events.models import Event
from backend.web import form_builder, session
from backend.web.text import say

blueprint = Blueprint("event_questions", __name__, url_prefix="/admin/activities/<int:event_id>/questions")
REFUSED: dict[str, Text] = {
    "photo": _("A photo cannot be asked for at sign-up."),
    "location": _("A place on the map cannot be asked for at sign-up."),
}


def _event(event_id: int) -> Event:
    actor = session.current_actor()
    event = queries.seen_by(actor, event_id)
    access.check(actor, "event.change", event.org_id)
    return event


def _answered(event: Event) -> bool:
    """Whether somebody has answered already: then only words may change."""
    return queries.has_answers(event)


@blueprint.get("")
@session.needs("event.change")
def page(event_id: int) -> Any:
    event = _event(event_id)
    form = queries.questions_of(event)
    frozen = form is not None and _answered(event)
    draft = (
        form_builder.draft_of(form, frozen=frozen, refused=REFUSED)
        if form
        else form_builder.Draft([], refused=REFUSED)
    )
    return render_template("events/questions.html", event=event, draft=draft)


@blueprint.post("")
@session.staff_only
def save(event_id: int) -> Any:
    event = _event(event_id)
    form = queries.questions_of(event)
    draft = form_builder.read(
        request.form.get("form", ""),
        name=f"event:{event_id}",
        title=event.title,
        frozen=form if form is not None and _answered(event) else None,
        refused=REFUSED,
        least=0,
    )
    if draft.form is None:
        return render_template("events/questions.html", event=event, draft=draft), 422
    actions.ask_more(session.current_actor(), event_id, draft.form.to_json() if draft.form.fields else None)
    flash(say(_("Saved. Whoever signs up from now on is asked.")), "success")
    return redirect(url_for("events.show", event_id=event_id), code=303)
