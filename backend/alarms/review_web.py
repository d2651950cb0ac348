"""What staff write when an alarm is over, and what is still to be done."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.alarms import reviews, wording
from backend.alarms.reviews import Written
from backend.alarms.web import words
from backend.core import access, clock
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.web import session
from backend.web.text import say

blueprint = Blueprint(
    "alarm_reviews", __name__, url_prefix="/admin/alarms/reviews", template_folder="templates"
)


@blueprint.get("")
@session.needs("alarm.read")
def index() -> Any:
    actor = session.current_actor()
    return render_template(
        "alarms/reviews.html",
        to_follow=reviews.to_follow(actor),
        unwritten=reviews.unwritten(actor),
        where=wording.where,
        today=clock.local(clock.now()).date(),
        may_report=access.may(actor, "record.read"),
        **words(),
    )


@blueprint.post("/<int:alarm_id>")
@session.staff_only
def write(alarm_id: int) -> Any:
    given = request.form
    written = Written(
        given.get("cause", ""),
        given.get("found", ""),
        given.get("done", ""),
        given.get("follow_up", ""),
        _date(given.get("on", "")),
    )
    reviews.write(session.current_actor(), alarm_id, written)
    flash(say(_("Kept. Thank you.")), "success")
    return redirect(url_for("alarms.show", alarm_id=alarm_id), code=303)


@blueprint.post("/<int:alarm_id>/followed")
@session.staff_only
def followed(alarm_id: int) -> Any:
    reviews.followed(session.current_actor(), alarm_id)
    flash(say(_("Kept. Thank you.")), "success")
    return redirect(url_for("alarms.show", alarm_id=alarm_id), code=303)


def _date(text: str) -> date | None:
    """Raises Invalid."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(_("Please choose a day."), "on") from None
