"""A resident's health in the admin: medicines, values with their trend, limits, appointments."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from backend.care import plan as plans
from backend.care import reach
from backend.care.health import (
    appointments,
    consenting,
    dosing,
    kinds,
    limits,
    measuring,
    medicines,
    queries,
)
from backend.care.health.medicines import Manner, Wanted
from backend.care.plan import WEEK
from backend.core import access, clock
from backend.core.access import Actor
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import Text, _
from backend.fields.calendar import WEEKDAYS
from backend.messaging.channels import NAMES
from backend.residents import queries as residents
from backend.settings import settings
from backend.web import sections, session, subjects, workbook
from backend.web.sections import Section
from backend.web.text import locale, say

blueprint = Blueprint("health", __name__, url_prefix="/admin/care/health", template_folder="../templates")

subjects.register("health", _("health"), "health.show", "resident_id")
subjects.register("dose", _("medicine reminder"))


def _section(actor: Actor, resident_id: int, *, whole: bool = False) -> Section | None:
    if not queries.may_read(actor, residents.org_of(resident_id)):
        return None
    seen = _seen(resident_id)
    html = render_template("care/health_section.html", resident_id=resident_id, whole=whole, **seen)
    return Section(_("Her health"), Markup(html))  # noqa: S704  # rendered by our own template


sections.register("resident", _section, order=6)
sections.register("elder", partial(_section, whole=True), order=40)


def _seen(resident_id: int) -> dict[str, Any]:
    """What a page may show of it: nothing of what she keeps to herself."""
    hers = queries.hidden(resident_id)
    return {
        "agreed": consenting.stands(resident_id),
        "hidden": hers,
        "medicines": [] if hers else queries.medicines_of(resident_id),
        "doses": [] if hers else queries.doses(resident_id),
        "courses": [] if hers else queries.courses(resident_id),
        "appointments": [] if hers else queries.appointments(resident_id),
        "dose_labels": dosing.LABELS,
        "dose_tones": dosing.TONES,
        "source_of": queries.source_of,
        "channels": NAMES,
    }


@blueprint.get("/<int:resident_id>")
@session.needs("care.health")
def show(resident_id: int) -> Any:
    return _page(resident_id, {}, {})


def _page(resident_id: int, typed: dict[str, Any], errors: dict[str, Text]) -> Any:
    actor = session.current_actor()
    known = residents.by_id(resident_id)
    if not queries.may_read(actor, known.org_id):
        raise NotFound()
    plan = medicines.plan_of(resident_id)
    return render_template(
        "care/health.html",
        resident=known,
        plan=plan,
        typed=typed,
        errors=errors,
        manner=_manner(plan),
        how=list(consenting.HOW.items()),
        tells=list(dosing.TELLS.items()),
        acts=list(limits.ACTS.items()),
        kinds=kinds.KINDS,
        all_channels=[(c, NAMES[c]) for c in reach.CHANNELS],
        weekdays=list(zip(WEEK, WEEKDAYS, strict=True)),
        zones=[(z, z) for z in sorted(available_timezones()) if "/" in z],
        today=clock.local(clock.now()).date().isoformat(),
        now=f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}",
        may_change=access.may(actor, "care.change", known.org_id),
        **_seen(resident_id),
    )


def _manner(plan: Any) -> dict[str, Any]:
    tried = [*(plan.channels if plan else medicines.CHANNELS).split(","), "", "", ""]
    return {
        "first": tried[0],
        "second": tried[1],
        "wait": plan.wait if plan else 30,
        "tell": plan.tell if plan else "",
        "zone": plan.zone if plan else settings().timezone,
    }


@blueprint.post("/<int:resident_id>/consent")
@session.staff_only
def agree(resident_id: int) -> Any:
    consenting.noted_by_staff(session.current_actor(), resident_id, request.form.get("how", ""))
    return _done(_("Noted that she agreed."), resident_id)


@blueprint.post("/<int:resident_id>/medicines")
@session.staff_only
def add_medicine(resident_id: int) -> Any:
    given = request.form
    try:
        wanted = Wanted(
            given.get("name", ""),
            given.get("dose", ""),
            _times(given.get("times", "")),
            _day("first_day") or clock.local(clock.now()).date(),
            _day("last_day"),
            "".join(given.getlist("days")) or WEEK,
        )
        medicines.add(session.current_actor(), resident_id, wanted, how=given.get("how", ""))
    except Invalid as problem:
        return _page(resident_id, given.to_dict(), {problem.field or "name": problem.text}), 422
    return _done(_("Kept. She is reminded as it says."), resident_id)


@blueprint.post("/medicines/<int:medicine_id>/end")
@session.staff_only
def end_medicine(medicine_id: int) -> Any:
    return _done(_("It is asked for no more."), medicines.end(session.current_actor(), medicine_id))


@blueprint.post("/<int:resident_id>/manner")
@session.staff_only
def arrange(resident_id: int) -> Any:
    given = request.form
    wanted = Manner(
        [c for name in ("first", "second") if (c := given.get(name, ""))],
        _whole(given.get("wait", "")),
        given.get("tell", ""),
        given.get("zone", ""),
    )
    medicines.arrange(session.current_actor(), resident_id, wanted)
    return _done(_("Kept. She is reminded as it says."), resident_id)


@blueprint.post("/<int:resident_id>/values")
@session.staff_only
def add_value(resident_id: int) -> Any:
    given = request.form
    try:
        values = {name: n for name in kinds.VALUES if (n := _decimal(given.get(name, ""), name)) is not None}
        at = _moment(given.get("at", "")) or clock.now()
        kept = measuring.entered(session.current_actor(), resident_id, values, at)
    except Invalid as problem:
        return _page(resident_id, given.to_dict(), {problem.field or "at": problem.text}), 422
    told = any(one.measurement.alarm_id for one in kept)
    words = _("Kept. It is outside her limits: people are told.") if told else _("Kept.")
    return _done(words, resident_id)


@blueprint.post("/values/<int:measurement_id>/remove")
@session.staff_only
def remove_value(measurement_id: int) -> Any:
    return _done(_("Taken away."), measuring.take_away(session.current_actor(), measurement_id))


@blueprint.post("/<int:resident_id>/limits/<kind>")
@session.staff_only
def set_limit(resident_id: int, kind: str) -> Any:
    given = request.form
    names = kinds.KINDS[kind].names if kind in kinds.KINDS else ()
    wanted = {
        n: (_decimal(given.get(f"least_{n}", ""), n), _decimal(given.get(f"most_{n}", ""), n)) for n in names
    }
    limits.agree(session.current_actor(), resident_id, kind, wanted, given.get("act", ""))
    return _done(_("Kept."), resident_id)


@blueprint.post("/<int:resident_id>/appointments")
@session.staff_only
def add_appointment(resident_id: int) -> Any:
    given = request.form
    at = _moment(given.get("appointment_at", ""))
    try:
        if at is None:
            raise Invalid(_("When is it?"), "appointment_at")
        ride = "wanted" if given.get("ride") else ""
        actor = session.current_actor()
        appointments.add(actor, resident_id, at, given.get("what", ""), given.get("place", ""), ride)
    except Invalid as problem:
        return _page(resident_id, given.to_dict(), {problem.field or "what": problem.text}), 422
    return _done(_("Noted. She is reminded of it."), resident_id)


@blueprint.post("/appointments/<int:appointment_id>/cancel")
@session.staff_only
def cancel_appointment(appointment_id: int) -> Any:
    one = appointments.cancel(session.current_actor(), appointment_id)
    return _done(_("She is reminded of it no more."), one.resident_id)


@blueprint.get("/<int:resident_id>/export")
@session.needs("care.health")
def export(resident_id: int) -> Response:
    known = residents.by_id(resident_id)
    sheet = queries.sheet(session.current_actor(), known.id, locale())
    return workbook.download(f"{sheet.title} {known.name}", sheet)


def _times(text: str) -> tuple[Any, ...]:
    try:
        return plans.times_read(text.replace("，", ",").replace(" ", ",").replace("：", ":"))
    except ValueError:
        raise Invalid(_("One to six times a day, like 08:00."), "times") from None


def _day(name: str) -> date | None:
    text = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(_("A day like 2026-11-08, please."), name) from None


def _moment(text: str) -> datetime | None:
    """What a `datetime-local` field gives, on the community's clocks."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=clock.zone()) if text.strip() else None
    except ValueError:
        raise Invalid(_("A day like 2026-11-08, please."), "at") from None


def _decimal(text: str, name: str) -> float | None:
    try:
        return float(text.strip().replace(",", ".")) if text.strip() else None
    except ValueError:
        raise Invalid(_("A number is enough here, like 3."), name) from None


def _whole(text: str) -> int:
    if not text.strip().isdecimal() or len(text) > 4:
        raise Invalid(_("A number of minutes, please."), "wait")
    return int(text)


def _done(words: Text, resident_id: int) -> Any:
    flash(say(words), "success")
    return redirect(url_for("health.show", resident_id=resident_id), code=303)
