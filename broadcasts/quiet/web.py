"""Quiet hours and holidays in the admin: what holds at an Org, where it comes from, its own."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core import access, clock, orgs
from backend.core.errors import Forbidden, Invalid
from backend.core.i18n import Msg, _, ngettext
from backend.core.orgs import Org
from backend.fields.calendar import WEEKDAYS
from backend.settings import settings
from backend.web import nav, session
from backend.web.text import locale, say
from broadcasts.quiet import actions as quiet
from broadcasts.quiet.actions import CHANGE, SEE, Hours

blueprint = Blueprint("quiet", __name__, url_prefix="/admin/quiet", template_folder="../templates")

nav.register(_("Quiet hours"), "quiet.index", SEE, 48, group="messages")


@blueprint.get("")
@session.needs(SEE)
def index() -> Any:
    return _page(_chosen(request.args.get("org", type=int)))


@blueprint.post("")
@session.needs(CHANGE)
def save() -> Any:
    given = request.form
    org = _chosen(given.get("org", type=int))
    wanted = Hours(
        given.get("begins", ""),
        given.get("ends", ""),
        tuple(int(d) for d in given.getlist("weekdays") if d.isdecimal()),
        given.get("days_off") == "1",
        given.get("zone", "").strip(),
    )
    try:
        quiet.save(session.current_actor(), org.id, wanted)
    except Invalid as error:
        return _page(org, error, wanted)
    return _done(org.id, _("Saved. It holds from now on."))


@blueprint.post("/inherit")
@session.needs(CHANGE)
def inherit() -> Any:
    org = _chosen(request.form.get("org", type=int))
    quiet.inherit(session.current_actor(), org.id)
    return _done(org.id, _("It is as above again."))


@blueprint.post("/days")
@session.needs(CHANGE)
def add_day() -> Any:
    org = _chosen(request.form.get("org", type=int))
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        return _page(org, Invalid(_("Please choose a day."), "day"))
    try:
        name, is_quiet = request.form.get("name", ""), request.form.get("kind") != "worked"
        quiet.add_days(session.current_actor(), org.id, [(day, name, is_quiet)])
    except Invalid as error:
        return _page(org, error)
    return _done(org.id, _("Noted."))


@blueprint.post("/holidays")
@session.needs(CHANGE)
def add_holidays() -> Any:
    """A year's public holidays."""
    org = _chosen(request.form.get("org", type=int))
    year = request.form.get("year", type=int)
    if year not in _years():
        raise Invalid(_("Please choose a year."), "year")
    added = quiet.add_days(session.current_actor(), org.id, _offered(year))
    return _done(org.id, ngettext("{n} day noted.", "{n} days noted.", added))


@blueprint.post("/days/<int:day_id>/remove")
@session.needs(CHANGE)
def remove_day(day_id: int) -> Any:
    return _done(quiet.remove_day(session.current_actor(), day_id), _("That day is a day like others again."))


def _page(org: Org, problem: Invalid | None = None, wanted: Hours | None = None) -> Any:
    actor, now = session.current_actor(), clock.now()
    found = quiet.hours(org.id)
    days = quiet.days(org.id, now.astimezone(quiet.zone(org.id)).date())
    elsewhere = {d.org_id for d in days} | ({found.org_id} if found.org_id else set())
    mine = _orgs()
    leaves = quiet.earliest(org.id, now, "service")
    page = render_template(
        "broadcasts/quiet.html",
        org=org,
        orgs=[(o.id, o.name) for o in mine],
        hours=wanted or found,
        found=found,
        days=days,
        names={i: orgs.get(i).name for i in elsewhere},
        may_change=access.may(actor, CHANGE, org.id),
        weekdays=list(enumerate(WEEKDAYS, 1)),
        leaves=leaves,
        waits=leaves > now,
        years=_years(),
        usual_zone=settings().timezone,
        problem=problem,
    )
    return page, 422 if problem else 200


def _orgs() -> list[Org]:
    """Where the reader may look, from the top."""
    mine = Org.id.in_(access.org_ids(session.current_actor(), SEE)) & Org.level.not_in(orgs.GUESTS)
    return list(Org.select().where(mine).order_by(Org.path))


def _chosen(org_id: int | None) -> Org:
    """The one asked for, or the highest of one's own."""
    mine = _orgs()
    found = next((o for o in mine if org_id is None or o.id == org_id), None)
    if found is None:
        raise Forbidden()
    return found


def _years() -> tuple[int, int]:
    year = clock.local(clock.now()).year
    return year, year + 1


def _offered(year: int) -> list[tuple[date, str, bool]]:
    worked = say(_("working day"))
    return [(day, name or worked, free) for day, name, free in quiet.public_holidays(year, locale())]


def _done(org_id: int, words: Msg) -> Any:
    flash(say(words), "success")
    return redirect(url_for("quiet.index", org=org_id), code=303)
