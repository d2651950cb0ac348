"""Devices in the admin: what reports, what it is and whose, what its model's names mean, what could not be read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core import access, clock, crypto, health
from backend.core.access import Actor
from backend.core.errors import Invalid, LinliError
from backend.core.i18n import Text, _
from backend.fields import Address, Misunderstood
from backend.fields.address import Home
from backend.fields.base import Context, zone_for
from backend.fields.words import Said
from backend.residents import queries as residents
from backend.web import nav, session, subjects
from backend.web.text import locale, say
from iot import devices
from iot.devices import CHANGE, DECODERS, READ, STATUS
from iot.mapping import Rule, as_written, written
from iot.models import PAYLOAD_PLACE, Device, DeviceProfile
from iot.points import POINTS

blueprint = Blueprint("devices", __name__, url_prefix="/admin/devices", template_folder="templates")
nav.register(_("Devices"), "devices.index", READ, 26, group="today", badge=devices.new_count)
health.register(
    "devices",
    devices.heard,
    _("Devices"),
    _("Please look whether the broker answers, and start: python -m iot.ingest"),
)
subjects.register("device", _("Device {number}"), "devices.show", "device_id")
subjects.register("device_profile", _("Device model {number}"), "devices.profile", "profile_id")


@blueprint.get("", strict_slashes=False)
@session.needs(READ)
def index() -> Any:
    actor = session.current_actor()
    status = request.args.get("status", "")
    known = {p.id: p for p in devices.profiles()}
    found = devices.listed(actor, status if status in STATUS else "")
    return render_template(
        "iot/devices.html",
        devices=[(d, devices.mute(d, known.get(d.profile_id or 0))) for d in found],
        statuses=STATUS,
        may_change=access.may(actor, CHANGE),
        put_aside=len(devices.quarantined()),
    )


@blueprint.get("/<int:device_id>")
@session.needs(READ)
def show(device_id: int) -> Any:
    return _page(devices.seen(session.current_actor(), device_id))


@blueprint.post("/<int:device_id>")
@session.needs(CHANGE)
def bind(device_id: int) -> Any:
    actor = session.current_actor()
    device = devices.seen(actor, device_id)
    given = request.form
    try:
        resident_id = _resident(actor, given.get("resident", ""))
        devices.bind(
            actor,
            device_id,
            name=given.get("name", ""),
            org_id=given.get("org", type=int)
            or (residents.org_of(resident_id) if resident_id else _orgs(actor)[0][0]),
            profile_id=given.get("profile", type=int),
            resident_id=resident_id,
            place=_place(given.get("place", "")),
        )
    except Invalid as error:
        return _page(device, error)
    flash(say(_("Saved. It holds from now on.")), "success")
    return redirect(url_for("devices.show", device_id=device_id), code=303)


@blueprint.post("/<int:device_id>/retire")
@session.needs(CHANGE)
def retire(device_id: int) -> Any:
    devices.retire(session.current_actor(), device_id)
    flash(say(_("The device is out of use. What it reports raises nothing any more.")), "success")
    return redirect(url_for("devices.index"), code=303)


@blueprint.get("/models")
@session.needs(READ)
def profiles() -> Any:
    return render_template(
        "iot/profiles.html",
        profiles=devices.profiles(),
        may_change=access.may(session.current_actor(), CHANGE),
    )


@blueprint.get("/models/new")
@session.needs(CHANGE)
def new_profile() -> Any:
    """With `of`, a device: the names that it says stand there already."""
    of = request.args.get("of", type=int)
    unread = devices.seen(session.current_actor(), of).unread if of else {}
    return _form(None, {"rules": "\n".join(f"?={name}" for name in unread)}, unread=unread)


@blueprint.get("/models/<int:profile_id>")
@session.needs(READ)
def profile(profile_id: int) -> Any:
    found = devices.profile(profile_id)
    rules = "\n".join(as_written(Rule.from_json(r)) for r in found.rules)
    return _form(found, {"key": found.key, "name": found.name, "decoder": found.decoder, "rules": rules})


@blueprint.post("/models/save")
@session.needs(CHANGE)
def save_profile() -> Any:
    given = request.form
    profile_id = given.get("id", type=int)
    known = devices.profile(profile_id) if profile_id else None
    try:
        rules = [
            written(line)
            for line in given.get("rules", "").splitlines()
            if line.strip() and not line.startswith("?=")
        ]
        made = devices.save_profile(
            session.current_actor(),
            given.get("key", "") or given.get("name", ""),
            given.get("name", ""),
            rules,
            decoder=given.get("decoder", ""),
            profile_id=profile_id,
        )
    except LinliError as error:
        return _form(known, given, error)
    flash(
        say(_("Saved. Please look it over once more and approve it: only then may it raise alarms.")),
        "success",
    )
    return redirect(url_for("devices.profile", profile_id=made.id), code=303)


@blueprint.post("/models/<int:profile_id>/approve")
@session.needs(CHANGE)
def approve(profile_id: int) -> Any:
    devices.approve(session.current_actor(), profile_id)
    flash(say(_("Approved: devices of this model may raise alarms.")), "success")
    return redirect(url_for("devices.profile", profile_id=profile_id), code=303)


@blueprint.get("/put-aside")
@session.needs(CHANGE)
def put_aside() -> Any:
    """What could not be read, as far as it is text."""
    rows = [
        (row, crypto.decrypt(row.payload, PAYLOAD_PLACE)[:500].decode("utf-8", "backslashreplace"))
        for row in devices.quarantined()
    ]
    return render_template("iot/put_aside.html", rows=rows)


def _page(device: Device, problem: Invalid | None = None) -> Any:
    actor = session.current_actor()
    known = {p.id: p for p in devices.profiles()}
    its = known.get(device.profile_id or 0)
    place = Home.from_json(devices.place_of(device)).show(locale()) if device.place else ""
    who = residents.find(device.resident_id) if device.resident_id else None
    given = request.form if problem is not None else None
    page = render_template(
        "iot/device.html",
        device=device,
        profile=its,
        models=[("", say(_("none"))), *((str(p.id), p.name) for p in known.values())],
        mute=devices.mute(device, its),
        points=[(title, value, _when(at)) for title, value, at in devices.shown(device)],
        readings=devices.readings(device, 30),
        titles={name: point.title for name, point in POINTS.items()},
        who=who,
        place=given.get("place", "") if given else place,
        resident=given.get("resident", "") if given else who.name if who else "",
        orgs=_orgs(actor),
        may_change=access.may(actor, CHANGE, device.org_id),
        statuses=STATUS,
        problem=problem,
    )
    return (page, problem.status) if problem is not None else page


def _form(
    found: DeviceProfile | None, given: Any, problem: LinliError | None = None, unread: Any = None
) -> Any:
    page = render_template(
        "iot/profile.html",
        profile=found,
        given=given,
        unread=unread or {},
        decoders=list(DECODERS.items()),
        points=list(POINTS.values()),
        may_change=access.may(session.current_actor(), CHANGE),
        problem=problem,
    )
    return (page, problem.status) if problem is not None else page


def _resident(actor: Actor, text: str) -> int | None:
    """By name or number, among those whom the actor sees. Raises Invalid."""
    text = text.strip()
    if not text:
        return None
    found = list(residents.listed(actor, residents.Filters(text=text)).limit(2))
    if len(found) == 1:
        return int(found[0].id)
    reason: Text = (
        _("Nobody of this name is registered.")
        if not found
        else _("Several people fit. Please give the mobile number.")
    )
    raise Invalid(reason, "resident")


def _place(text: str) -> Home | None:
    """Raises Invalid."""
    if not text.strip():
        return None
    now = clock.local(clock.now())
    try:
        home = Address("place").parse(Said(text=text), Context(now, locale(), zone_for(now, {})))
    except Misunderstood as error:
        raise Invalid(error.text, "place") from error
    return home if isinstance(home, Home) else None


def _orgs(actor: Actor) -> list[tuple[int, str]]:
    return residents.orgs_of(actor, CHANGE)


def _when(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
