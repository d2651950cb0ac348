"""The page of a storm: its alarms, one answer for all of them, their common end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.alarms import gathered, kinds, storm_answers, storms, wording
from backend.alarms.models import Alarm
from backend.alarms.web import STATUSES, words
from backend.core import access
from backend.core.errors import Invalid
from backend.core.i18n import _, ngettext
from backend.web import session, subjects
from backend.web.text import say

blueprint = Blueprint(
    "alarm_storms", __name__, url_prefix="/admin/alarms/storms", template_folder="templates"
)
subjects.register("alarm_storm", _("many alarms {number}"), "alarm_storms.show", "storm_id")


@blueprint.get("/<int:storm_id>")
@session.needs("alarm.read")
def show(storm_id: int) -> Any:
    actor = session.current_actor()
    storm = storm_answers.seen_by(actor, storm_id)
    readable = Alarm.org_id.in_(access.org_ids(actor, "alarm.read"))
    mine = (Alarm.storm_id == storm_id) & readable
    found = list(
        Alarm.select().where(mine).order_by(Alarm.status == "cleared", Alarm.status == "going", Alarm.id)
    )
    does = [a for a in kinds.KINDS[storm.kind].answers if a not in kinds.ENDS]
    return render_template(
        "alarms/storm.html",
        storm=storm,
        place=gathered.where(storm),
        alarms=found,
        where=wording.where,
        counts=[(status, sum(a.status == status for a in found)) for status in STATUSES],
        open=len(storms.members(storm_id, is_open=True)),
        may_answer=access.may(actor, "alarm.answer", storm.org_id),
        answers=[(a, wording.OFFERED[a][0]) for a in does],
        **words(),
    )


@blueprint.post("/<int:storm_id>/answer")
@session.staff_only
def answer(storm_id: int) -> Any:
    actor = session.current_actor()
    storm_answers.seen_by(actor, storm_id)
    given = request.form
    done = storm_answers.answer(actor, storm_id, given.get("answer", ""), given.get("text", "").strip()[:500])
    flash(say(ngettext("Noted for {n} alarm.", "Noted for {n} alarms.", done.counts)), "success")
    return redirect(url_for("alarm_storms.show", storm_id=storm_id), code=303)


@blueprint.post("/<int:storm_id>/clear")
@session.staff_only
def clear(storm_id: int) -> Any:
    actor = session.current_actor()
    storm_answers.seen_by(actor, storm_id)
    if not request.form.get("sure"):
        raise Invalid(_("Please confirm that somebody has looked at each home."), "sure")
    n = storm_answers.clear(actor, storm_id, request.form.get("why", "").strip()[:500])
    flash(say(ngettext("{n} alarm is closed.", "{n} alarms are closed.", n)), "success")
    return redirect(url_for("alarm_storms.show", storm_id=storm_id), code=303)
