"""Work on devices: what is under way, what it holds back, a new window."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.alarms.kinds import KINDS, SEVERITIES
from backend.core import access, clock, orgs
from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import Text, _, ngettext
from backend.residents import queries as residents
from backend.web import dashboard, session, subjects
from backend.web.dashboard import Card, Item
from backend.web.text import say, when
from iot.maintenance import windows as maintenance
from iot.maintenance.windows import MaintenanceWindow
from iot.models import Device, DeviceProfile
from iot.registry import devices
from iot.registry.devices import CHANGE, READ

HOURS = (1, 2, 4, 8, 12)
blueprint = Blueprint(
    "maintenance", __name__, url_prefix="/admin/devices/work", template_folder="../templates"
)
subjects.register(maintenance.SUBJECT, _("Work on devices {number}"), "maintenance.show", "window_id")


def _card(actor: Actor) -> Card | None:
    """Held-back alarms must not be forgotten by whoever sits at the desk."""
    found = maintenance.under_way(actor) if access.may(actor, READ) else []
    if not found:
        return None
    items = [Item(_what(w), url_for("maintenance.show", window_id=w.id), _until(w)) for w in found[:5]]
    return Card(
        _("Alarms are held back"),
        len(found),
        items,
        url_for("maintenance.index"),
        "attention",
        "",
        maintenance.SUBJECT,
    )


dashboard.register(_card, order=2)


def _what(window: MaintenanceWindow) -> Text:
    return _("{where}: {why}", where=_where(window), why=window.why)


def _until(window: MaintenanceWindow) -> Text:
    return _("until {when}", when=when(window.ends_at))


def _where(window: MaintenanceWindow) -> Text:
    if window.device_id is not None:
        device = Device.get_or_none(Device.id == window.device_id)
        return (device.name or device.address) if device else ""
    place: Text = orgs.get(window.org_id).name
    if window.building:
        place = _("{place}, building {n}", place=place, n=window.building)
    if window.profile_id is not None:
        model = DeviceProfile.get_or_none(DeviceProfile.id == window.profile_id)
        place = _("all “{model}” of {place}", model=model.name if model else "", place=place)
    return place


@blueprint.get("", strict_slashes=False)
@session.needs(READ)
def index() -> Any:
    actor = session.current_actor()
    return render_template(
        "iot/windows.html",
        windows=[(w, _where(w), maintenance.standing(w)) for w in maintenance.listed(actor)],
        may_change=access.may(actor, CHANGE),
    )


@blueprint.get("/<int:window_id>")
@session.needs(READ)
def show(window_id: int) -> Any:
    actor = session.current_actor()
    window = maintenance.seen(actor, window_id)
    held = maintenance.held(window)
    names = {
        d.id: d.name or d.address for d in Device.select().where(Device.id.in_([h.device_id for h in held]))
    }
    return render_template(
        "iot/window.html",
        window=window,
        where=_where(window),
        standing=maintenance.standing(window),
        held=held,
        names=names,
        kinds={name: kind.title for name, kind in KINDS.items()},
        severities=SEVERITIES,
        may_change=access.may(actor, CHANGE, window.org_id),
    )


@blueprint.get("/new")
@session.needs(CHANGE)
def new() -> Any:
    return _form()


def _form(problem: Invalid | None = None) -> Any:
    actor = session.current_actor()
    number = request.values.get("device", type=int)
    page = render_template(
        "iot/window_new.html",
        device=devices.seen(actor, number) if number else None,
        orgs=residents.orgs_of(actor, CHANGE),
        models=[(str(p.id), p.name) for p in devices.profiles(actor)],
        hours=[(str(n), ngettext("{n} hour", "{n} hours", n)) for n in HOURS],
        given=request.form if problem is not None else {"hours": "2"},
        now=f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}",
        problem=problem,
    )
    return (page, problem.status) if problem is not None else page


@blueprint.post("")
@session.needs(CHANGE)
def begin() -> Any:
    actor, form = session.current_actor(), request.form
    try:
        device = devices.seen(actor, number) if (number := form.get("device", type=int)) else None
        org_id = device.org_id if device is not None else form.get("org", type=int)
        if org_id is None:
            raise Invalid(_("Please choose one."), "org")
        starts = _starts(form.get("starts", ""))
        window = maintenance.begin(
            actor,
            org_id=org_id,
            why=form.get("why", ""),
            starts_at=starts,
            ends_at=starts + timedelta(hours=form.get("hours", 2, type=int)),
            device_id=device.id if device is not None else None,
            profile_id=form.get("profile", type=int) if device is None else None,
            building=form.get("building", "") if device is None else "",
        )
    except Invalid as error:
        return _form(error)
    flash(say(_("Noted. Alarms are held back until then, except calls for help and falls.")), "success")
    return redirect(url_for("maintenance.show", window_id=window.id), code=303)


def _starts(text: str) -> datetime:
    """As a page's field gives it, in local time; now when it is empty. Raises Invalid."""
    if not text.strip():
        return clock.now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(_("Please choose a day and a time."), "starts") from None
    zone = clock.local(clock.now()).tzinfo
    return max(found.replace(tzinfo=zone), clock.now())


@blueprint.post("/<int:window_id>/end")
@session.needs(CHANGE)
def end(window_id: int) -> Any:
    raised = maintenance.end(session.current_actor(), window_id)
    words = (
        ngettext(
            "The work is over. {n} alarm is raised now.",
            "The work is over. {n} alarms are raised now.",
            raised,
        )
        if raised
        else _("The work is over. Alarms climb again.")
    )
    flash(say(words), "success")
    return redirect(url_for("maintenance.show", window_id=window_id), code=303)
