"""Care in the admin: the board of today, a resident's plan and absences, and days off."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from backend.care import actions, checkin, holidays, hooks, plan, queries, reach, visits
from backend.care.actions import Wanted
from backend.care.models import Absence, CarePlan
from backend.care.plan import WEEK
from backend.core import access, clock
from backend.core.access import Actor
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import LANGUAGES, Msg, Text, _
from backend.fields.calendar import WEEKDAYS
from backend.messaging.channels import NAMES
from backend.residents import queries as residents
from backend.settings import settings
from backend.web import dashboard, listing, nav, sections, session, subjects
from backend.web.dashboard import Card, Item
from backend.web.sections import Section
from backend.web.text import say

__all__ = ["blueprint", "hooks"]

blueprint = Blueprint(
    "care",
    __name__,
    url_prefix="/admin/care",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)

TONES = {
    "due": "calm", "asked": "calm", "asked_again": "attention", "missed": "urgent", "help": "urgent", "well": "good",
    "closed": "good", "excused": "calm",
}  # fmt: skip
PLAN_STATUSES: dict[str, Msg] = {
    "pending": _("Waits for confirmation"),
    "active": _("Is asked"),
    "paused": _("Paused"),
}
WHY: dict[str, Msg] = {
    "silent": _("no answer"),
    "unclear": _("wrote something else"),
    "could_not_ask": _("could not be asked"),
    "slight": _("something slight ails her"),
}
ON_CARD = 5

nav.register(_("Care"), "care.board", "care.read", 22, badge=queries.trouble, group="people")
subjects.register("care", _("care plan"), "residents.show", "resident_id")
subjects.register("checkin", _("check-in"))


def _card(actor: Actor) -> Card | None:
    if not access.may(actor, "care.read") or not queries.plan_count(actor):
        return None
    found = queries.counts(actor)
    first = queries.in_trouble(actor, ON_CARD)
    wished = queries.pending(actor)
    named = residents.by_ids({p.resident_id for p in wished[:ON_CARD]})
    return Card(
        _("Care: {well} well, {waiting} not answered yet, {away} away",
          well=found["well"] + found["closed"], waiting=found["asked"] + found["asked_again"], away=found["excused"]),
        sum(found[s] for s in queries.TROUBLE) + len(wished),
        [
            Item(line.resident.name, url_for("care.plan_page", resident_id=line.resident.id), checkin.LABELS[line.status])
            for line in first
        ] + [
            Item(named[p.resident_id].name, url_for("care.plan_page", resident_id=p.resident_id), _("wishes to be asked daily"))
            for p in wished[: ON_CARD - len(first)] if p.resident_id in named
        ],
        url_for("care.board"),
        "urgent" if first else "attention",
        _("Everybody who was asked today is well, or still has time to answer."),
        "care",
    )  # fmt: skip


dashboard.register(_card, order=0)


def _section(actor: Actor, resident_id: int) -> Section | None:
    org_id = residents.org_of(resident_id)
    if not access.may(actor, "care.read", org_id):
        return None
    html = render_template(
        "care/section.html",
        resident_id=resident_id,
        plan=queries.plan_of(resident_id),
        history=queries.history(resident_id, 7),
        absences=queries.absences([resident_id]),
        visits=queries.visits_of(resident_id),
        may_change=access.may(actor, "care.change", org_id),
        **_words(),
    )
    return Section(_("Care"), Markup(html))  # noqa: S704  # rendered by our own template


sections.register("resident", _section, order=5)


def _words() -> dict[str, Any]:
    """What every template of ours uses."""
    return {
        "labels": checkin.LABELS,
        "tones": TONES,
        "why": WHY,
        "plan_statuses": PLAN_STATUSES,
        "channels": NAMES,
        "weekdays": list(zip(WEEK, WEEKDAYS, strict=True)),
        "last_day": visits.last_day,
    }


# --- the board ------------------------------------------------------------------------------------------------


@blueprint.get("")
@session.needs("care.read")
def board() -> Any:
    actor = session.current_actor()
    status = request.args.get("status", "")
    found = queries.counts(actor)
    wished = queries.pending(actor)
    away = queries.away_now(actor)
    return render_template(
        "care/board.html",
        page=listing.leafed(queries.board(actor, status)),
        chips=[(s, checkin.LABELS[s], found[s]) for s in queries.ORDER if found[s]],
        any_plan=queries.plan_count(actor) > 0,
        wished=wished,
        away=away,
        names=residents.by_ids({p.resident_id for p in wished} | {a.resident_id for a in away}),
        home=partial(visits.place, in_need=False),
        may_change=access.may(actor, "care.change"),
        **_words(),
    )


@blueprint.post("/check-ins/<int:check_in_id>/close")
@session.staff_only
def close(check_in_id: int) -> Any:
    actions.close(session.current_actor(), check_in_id, request.form.get("why", ""))
    return _done(_("Noted. Everybody who was told knows it now."), url_for("care.board"))


# --- a plan ---------------------------------------------------------------------------------------------------


@blueprint.get("/plans/<int:resident_id>")
@session.needs("care.read")
def plan_page(resident_id: int) -> Any:
    return _plan_page(resident_id, {}, {})


def _plan_page(resident_id: int, typed: dict[str, Any], errors: dict[str, Text]) -> Any:
    actor = session.current_actor()
    known = residents.by_id(resident_id)
    if not access.may(actor, "care.read", known.org_id):
        raise NotFound()
    care = queries.plan_of(resident_id)
    return render_template(
        "care/plan.html",
        resident=known,
        plan=care,
        value=typed or _typed(care),
        errors=errors,
        reach=sorted(reach.reachable(care)) if care else [],
        all_channels=[(c, NAMES[c]) for c in reach.CHANNELS],
        tongues=[(code, one.name) for code, one in LANGUAGES.items()],
        history=queries.history(resident_id, 21),
        absences=queries.absences([resident_id]),
        visits=queries.visits_of(resident_id),
        visitors=[(s.id, s.name) for s in visits.visitors(known.org_id)],
        zones=[(z, z) for z in sorted(available_timezones()) if "/" in z],
        may_change=access.may(actor, "care.change", known.org_id),
        today=clock.local(clock.now()).date().isoformat(),
        **_words(),
    )


def _typed(care: CarePlan | None) -> dict[str, Any]:
    if care is None:
        return {
            "days": list(WEEK), "times": "08:00", "first": "sms", "second": "voice", "third": "telegram", "wait": 30,
            "window": 180, "zone": settings().timezone,
        }  # fmt: skip
    tried = [*care.channels.split(","), "", "", ""]
    return {
        "days": list(care.days), "times": care.times.replace(",", " "), "first": tried[0], "second": tried[1],
        "third": tried[2], "wait": care.wait, "window": care.window, "zone": care.zone, "called": care.called or "",
        "normal": care.normal or "", "note": care.note or "", "skip_holidays": care.skip_holidays,
    }  # fmt: skip


@blueprint.post("/plans/<int:resident_id>")
@session.staff_only
def save(resident_id: int) -> Any:
    given = request.form
    typed: dict[str, Any] = {**given.to_dict(), "days": given.getlist("days")}
    try:
        actions.save(session.current_actor(), resident_id, _wanted(typed))
    except Invalid as problem:
        return _plan_page(resident_id, typed, {problem.field or "times": problem.text}), 422
    return _done(
        _("Kept. She is asked as the plan says."), url_for("care.plan_page", resident_id=resident_id)
    )


def _wanted(typed: dict[str, Any]) -> Wanted:
    try:
        times = plan.times_read(
            str(typed.get("times", "")).replace("，", ",").replace(" ", ",").replace("：", ":")
        )
    except ValueError:
        raise Invalid(_("One to six times a day, like 08:00."), "times") from None
    channels = [c for name in ("first", "second", "third") if (c := typed.get(name))]
    return Wanted(
        "".join(typed["days"]), times, channels, typed.get("zone", ""), _number(typed, "wait"), _number(typed, "window"),
        bool(typed.get("skip_holidays")), typed.get("called", ""), typed.get("normal", ""), typed.get("note", ""),
        typed.get("locale", ""),
    )  # fmt: skip


def _number(typed: dict[str, Any], name: str) -> int:
    text = str(typed.get(name, "")).strip()
    if not text.isdecimal() or len(text) > 4:
        raise Invalid(_("A number of minutes, please."), name)
    return int(text)


@blueprint.post("/plans/<int:resident_id>/confirm")
@session.staff_only
def confirm(resident_id: int) -> Any:
    actions.confirm(session.current_actor(), resident_id)
    return _done(_("Confirmed, and she is told."), url_for("care.plan_page", resident_id=resident_id))


@blueprint.post("/plans/<int:resident_id>/pause")
@session.staff_only
def pause(resident_id: int) -> Any:
    actions.pause(session.current_actor(), resident_id)
    return _done(
        _("Paused: nobody asks until you begin it again."), url_for("care.plan_page", resident_id=resident_id)
    )


# --- absences and days off ------------------------------------------------------------------------------------


@blueprint.post("/plans/<int:resident_id>/absences")
@session.staff_only
def add_absence(resident_id: int) -> Any:
    first = _day("first_day") or clock.local(clock.now()).date()
    actions.tell_for(
        session.current_actor(), resident_id, first, _day("last_day"), request.form.get("said", "")
    )
    return _done(
        _("Noted: nobody asks while she is away."), url_for("care.plan_page", resident_id=resident_id)
    )


@blueprint.post("/absences/<int:absence_id>/cancel")
@session.staff_only
def cancel_absence(absence_id: int) -> Any:
    known = Absence.get_or_none(Absence.id == absence_id)
    actions.cancel(session.current_actor(), absence_id)
    back = url_for("care.plan_page", resident_id=known.resident_id) if known else url_for("care.board")
    return _done(_("She is asked again as before."), back)


@blueprint.get("/days-off")
@session.needs("care.read")
def days_off() -> Any:
    actor = session.current_actor()
    return render_template(
        "care/days_off.html",
        found=queries.holidays(actor),
        orgs=residents.orgs_of(actor, "care.change"),
        may_change=access.may(actor, "care.change"),
    )


@blueprint.post("/days-off")
@session.staff_only
def add_day_off() -> Any:
    day = _day("day")
    org_id = request.form.get("org", type=int)
    if day is None or org_id is None:
        raise Invalid(_("Please choose a day and an area."), "day")
    holidays.add(session.current_actor(), org_id, day, request.form.get("name", ""))
    return _done(_("Noted as a day off."), url_for("care.days_off"))


@blueprint.post("/days-off/<int:holiday_id>/remove")
@session.staff_only
def remove_day_off(holiday_id: int) -> Any:
    holidays.remove(session.current_actor(), holiday_id)
    return _done(_("That day is a day like others again."), url_for("care.days_off"))


def _day(name: str) -> date | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(_("A day like 2026-11-08, please."), name) from None


def _done(words: Text, back: str) -> Any:
    flash(say(words), "success")
    return redirect(back, code=303)
