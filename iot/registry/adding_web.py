"""Taking a device in, on a phone beside it, in three steps: which one, what it is and where, and a press of its test button."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core import access
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.fields.address import Home
from backend.residents import queries as residents
from backend.web import session
from backend.web.text import locale, say
from iot import bodies
from iot.models import Device
from iot.profiles import binding
from iot.registry import devices, finding, given, onboarding, photographed, replacing
from iot.registry.devices import CHANGE, INSTALL, READ

STICKERS = 60
"""On one sheet."""
blueprint = Blueprint(
    "device_adding",
    __name__,
    url_prefix="/admin/devices/add",
    template_folder="../templates",
    static_folder="../static",
    static_url_path="/static",
)


@blueprint.get("", strict_slashes=False)
@session.needs(INSTALL)
def index() -> Any:
    """With `code`, as our stickers' codes lead here: it is looked up at a tap."""
    return _which(request.args.get("code", ""))


def _which(code: str, problem: Invalid | None = None) -> Any:
    found = replacing.candidates(session.current_actor())
    page = render_template("iot/add.html", code=code, found=found, problem=problem)
    return (page, problem.status) if problem is not None else page


@blueprint.post("")
@session.needs(INSTALL)
def find() -> Any:
    code = request.form.get("code", "")
    try:
        if photo := request.files.get("photo"):
            code = photographed.code_of(photo.read(photographed.LARGEST + 1)) or code
            if not code:
                raise Invalid(
                    _(
                        "I see no code in this photo. Please hold the phone closer, or type what the sticker says."
                    ),
                    "photo",
                )
        device = onboarding.find(session.current_actor(), code)
    except Invalid as error:
        return _which(code, error)
    if device.status != "new":
        return redirect(url_for("devices.show", device_id=device.id), code=303)
    return redirect(url_for("device_adding.describe", device_id=device.id), code=303)


@blueprint.get("/<int:device_id>")
@session.needs(INSTALL)
def describe(device_id: int) -> Any:
    return _what(devices.seen(session.current_actor(), device_id))


@blueprint.post("/<int:device_id>")
@session.needs(INSTALL)
def save(device_id: int) -> Any:
    actor, form = session.current_actor(), request.form
    device = devices.seen(actor, device_id)
    try:
        resident_id = given.resident(actor, form.get("resident", ""))
        devices.bind(
            actor,
            device_id,
            name=form.get("name", ""),
            org_id=given.org(actor, form.get("org", type=int), resident_id),
            profile_id=form.get("profile", type=int),
            resident_id=resident_id,
            place=given.place(form.get("place", "")),
            in_use=False,
        )
    except Invalid as error:
        return _what(device, error)
    onboarding.expect(actor, device_id)
    return redirect(url_for("device_adding.test", device_id=device_id), code=303)


def _what(device: Device, problem: Invalid | None = None) -> Any:
    actor = session.current_actor()
    models = devices.profiles(actor)
    suggested = binding.suggested(device, models)
    who = residents.find(device.resident_id) if device.resident_id else None
    before = {
        "name": device.name,
        "profile": request.args.get("profile")
        or str(device.profile_id or (suggested.id if suggested else "")),
        "resident": who.name if who else "",
        "place": Home.from_json(devices.place_of(device)).show(locale()) if device.place else "",
        "org": str(device.org_id or ""),
    }
    page = render_template(
        "iot/add_what.html",
        device=device,
        suggested=suggested,
        models=[(str(p.id), p.name) for p in models],
        orgs=given.orgs(actor),
        given=request.form if problem is not None else before,
        problem=problem,
    )
    return (page, problem.status) if problem is not None else page


@blueprint.get("/<int:device_id>/test")
@session.needs(INSTALL)
def test(device_id: int) -> Any:
    device = devices.seen(session.current_actor(), device_id)
    its = devices.profile(device.profile_id) if device.profile_id else None
    return render_template(
        "iot/add_test.html",
        device=device,
        profile=its,
        door=finding.doors([device])[device.id],
        said=devices.shown(device, bodies.withheld(session.current_actor(), device))
        if device.tested_at
        else [],
        may_change=access.may(session.current_actor(), CHANGE, device.org_id),
        cannot_call=devices.mute_when_used(its),
    )


@blueprint.post("/<int:device_id>/again")
@session.needs(INSTALL)
def again(device_id: int) -> Any:
    onboarding.expect(session.current_actor(), device_id)
    return redirect(url_for("device_adding.test", device_id=device_id), code=303)


@blueprint.post("/<int:device_id>/use")
@session.needs(INSTALL)
def use(device_id: int) -> Any:
    device = onboarding.put_into_use(session.current_actor(), device_id)
    flash(say(_("{name} is in use now.", name=device.name)), "success")
    return redirect(url_for("devices.show", device_id=device_id), code=303)


@blueprint.get("/stickers")
@session.needs(READ)
def stickers() -> Any:
    """A sheet to print: a code for each device that leads to its page."""
    actor = session.current_actor()
    chosen = set(request.args.getlist("device", type=int))
    found = [d for d in devices.listed(actor) if d.status != "retired" and (not chosen or d.id in chosen)]
    sheet = [(d, _code(d)) for d in found[:STICKERS]]
    return render_template("iot/stickers.html", sheet=sheet, left_out=max(len(found) - STICKERS, 0))


def _code(device: Device) -> str:
    link = url_for("device_adding.index", code=device.address, _external=True)
    return str(segno.make(link, error="m").svg_data_uri(scale=4, border=2, light="#fff"))
