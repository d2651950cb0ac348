"""Occasions in the admin: the list, one with its next times and its campaigns, its form."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from backend.core import access, audit
from backend.core.errors import Invalid, LinliError
from backend.core.i18n import Msg, _
from backend.fields.calendar import MONTHS, WEEKDAYS
from backend.messaging.channels import NAMES
from backend.printing import rows
from backend.web import nav, session, subjects
from backend.web.text import say
from broadcasts.audiences import finding, page_form
from broadcasts.campaigns import actions as campaigns
from broadcasts.models import Campaign, Notice, Occasion
from broadcasts.notices import actions as notices
from broadcasts.occasions import actions as occasions
from broadcasts.occasions import form as occasion_form
from broadcasts.occasions.actions import MISSED, SEE, STATES, WRITE
from broadcasts.occasions.schedule import EVERY
from broadcasts.occasions.schedule_words import NTH
from broadcasts.quiet import actions as quiet

blueprint = Blueprint(
    "occasions",
    __name__,
    url_prefix="/admin/occasions",
    template_folder="../templates",
    static_folder="../static",
    static_url_path="/static",
)
nav.register(_("Notices by the clock"), "occasions.index", SEE, 46, badge=occasions.stopped, group="messages")
subjects.register("occasion", _("notice by the clock {number}"), "occasions.show", "occasion_id")
_LAST = 20


@blueprint.get("")
@session.needs(SEE)
def index() -> Any:
    actor = session.current_actor()
    found = [(o, occasions.how_often(o), STATES[o.state]) for o in occasions.listed(actor)]
    return render_template("broadcasts/occasions.html", found=found, may_write=access.may(actor, WRITE))


@blueprint.get("/<int:occasion_id>")
@session.needs(SEE)
def show(occasion_id: int) -> Any:
    actor = session.current_actor()
    occasion = occasions.seen(actor, occasion_id)
    made = Campaign.select().where(Campaign.occasion_id == occasion.id).order_by(Campaign.due_at.desc())
    return render_template(
        "broadcasts/occasion.html",
        occasion=occasion,
        notice=notices.seen(actor, occasion.notice_id),
        often=occasions.how_often(occasion),
        state=STATES[occasion.state],
        why=_why(occasion),
        zone=quiet.zone(occasion.org_id),
        told=_told(occasion),
        channels=[NAMES.get(c, c) for c in occasion.channels],
        merge=campaigns.MERGES[occasion.merge],
        missed=MISSED[occasion.missed],
        coming=occasions.coming(actor, occasion),
        whose=_whose(occasion),
        campaigns=[(c, campaigns.WORDS[c.state], subjects.link(c.subject)) for c in made.limit(_LAST)],
        may_write=access.may(actor, WRITE, occasion.org_id),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@session.needs(WRITE)
def new() -> Any:
    actor = session.current_actor()
    notice_id = request.values.get("notice", type=int)
    if notice_id is None:
        found = [
            (n, rows.find(n.kind).title) for n in notices.listed(actor) if access.may(actor, WRITE, n.org_id)
        ]
        return render_template("broadcasts/occasion_notice.html", notices=found)
    return _form(notices.seen(actor, notice_id), None)


@blueprint.route("/<int:occasion_id>/edit", methods=["GET", "POST"])
@session.needs(WRITE)
def edit(occasion_id: int) -> Any:
    actor = session.current_actor()
    occasion = occasions.seen(actor, occasion_id)
    access.check(actor, WRITE, occasion.org_id)
    return _form(notices.seen(actor, occasion.notice_id), occasion)


@blueprint.post("/<int:occasion_id>/pause")
@session.needs(WRITE)
def pause(occasion_id: int) -> Any:
    occasions.pause(session.current_actor(), occasion_id)
    return _done(occasion_id, _("Paused: nothing is sent until you let it go on."))


@blueprint.post("/<int:occasion_id>/go-on")
@session.needs(WRITE)
def go_on(occasion_id: int) -> Any:
    occasions.go_on(session.current_actor(), occasion_id)
    return _done(occasion_id, _("It goes on. What came due meanwhile is not sent."))


@blueprint.post("/<int:occasion_id>/end")
@session.needs(WRITE)
def end(occasion_id: int) -> Any:
    occasions.end(session.current_actor(), occasion_id)
    return _done(occasion_id, _("It is over. What it has sent stays."))


def _form(notice: Notice, occasion: Occasion | None) -> Any:
    actor = session.current_actor()
    audience = None if occasion is None else occasion.audience
    typed: MultiDict[str, Any] = occasion_form.shown(occasion, notice)
    fields = page_form.fields(audience)
    problem: Invalid | None = None
    if request.method == "POST":
        typed = request.form
        try:
            wanted = occasion_form.read(typed, notice)
            fields = page_form.fields(wanted.audience)
            saved = occasions.save(actor, wanted, None if occasion is None else occasion.id)
        except Invalid as error:
            problem = error
        else:
            return _done(saved.id, _("Saved. It runs by the clock from now on."))
    columns = occasions.date_columns(actor, notice.kind)
    events_only = notice.kind == occasions.SIGNUPS
    without = {name for name, there in (("person", bool(columns)), ("event", events_only)) if not there}
    page = render_template(
        "broadcasts/occasion_form.html",
        notice=notice,
        occasion=occasion,
        typed=typed,
        problem=problem,
        wrong=_place(problem, typed.get("every", "")),
        people=fields,
        choices=occasion_form.choices(actor, notice, audience),
        every=[(name, words) for name, words in EVERY.items() if name not in without],
        columns=columns,
        weekdays=list(enumerate(WEEKDAYS, 1)),
        months=list(enumerate(MONTHS, 1)),
        nth=list(NTH.items()),
        sides=list(occasion_form.SIDES.items()),
        calendars=list(occasion_form.CALENDARS.items()),
        leap_days=list(occasion_form.LEAP_DAYS.items()),
        channels=[(c, NAMES.get(c, c)) for c in campaigns.CHANNELS],
        merges=list(campaigns.MERGES.items()),
        missed=list(MISSED.items()),
        zone=quiet.zone(notice.org_id if occasion is None else occasion.org_id),
    )
    return page, 422 if problem else 200


def _place(problem: Invalid | None, every: str) -> str:
    """The field of the form that is to be mended, "" of none."""
    if problem is None or problem.field is None:
        return ""
    if problem.field == "offset":
        return "event_days" if every == "event" else "days"
    if problem.field == "number":
        return "yearday" if every == "year" else "monthday"
    return "nth_weekday" if (problem.field, every) == ("weekdays", "nth") else problem.field


def _told(occasion: Occasion) -> Any:
    try:
        return finding.told(session.current_actor(), occasion.audience)
    except LinliError:
        return _("These people cannot be looked up by you.")


def _whose(occasion: Occasion) -> Any:
    try:
        return occasions.whose(session.current_actor(), occasion)
    except LinliError:
        return []


def _why(occasion: Occasion) -> str:
    """Why it stopped by itself."""
    if occasion.state != occasions.STOPPED:
        return ""
    last = audit.of(occasions.subject(occasion), limit=1, action="occasion.stopped")
    return str(json.loads(last[0].payload or "{}").get("why", "")) if last else ""


def _done(occasion_id: int, words: Msg) -> Any:
    flash(say(words), "success")
    return redirect(url_for("occasions.show", occasion_id=occasion_id), code=303)
