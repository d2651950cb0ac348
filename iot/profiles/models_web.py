"""Models of devices in the admin: how a payload is read, what its names mean, and who approved that."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core import access
from backend.core.errors import LinliError
from backend.core.i18n import _
from backend.web import session, subjects
from backend.web.text import say
from iot import discovery
from iot.codecs import home_assistant
from iot.mapping import Rule, as_written, written
from iot.models import Device, DeviceProfile
from iot.points import POINTS
from iot.profiles import overheard, sources, states
from iot.profiles import web as installed
from iot.registry import devices
from iot.registry.devices import CHANGE, DECODERS, READ
from iot.vendor import breaker

blueprint = Blueprint(
    "device_models", __name__, url_prefix="/admin/devices/models", template_folder="../templates"
)
subjects.register("device_profile", _("Device model {number}"), "device_models.show", "profile_id")


@blueprint.get("", strict_slashes=False)
@session.needs(READ)
def index() -> Any:
    found = devices.profiles(session.current_actor())
    return render_template(
        "iot/profiles.html",
        profiles=found,
        states=states.STATES,
        overheard=overheard.of_profiles(found),
        sources=sources.known(),
        stopped=len(breaker.stops()),
        may_change=access.may(session.current_actor(), CHANGE),
    )


@blueprint.get("/new")
@session.needs(CHANGE)
def new() -> Any:
    """With `of`, a device: the names that it says stand there already, and it leads back to it."""
    device = _of()
    unread = device.unread if device is not None else {}
    # What a device announced of itself is suggested, and looked over like everything else.
    known = home_assistant.suggested(discovery.of_device(device.address)) if device is not None else []
    taken = {written(line).name for line in known}
    lines = [*known, *(f"?={name}" for name in unread if name not in taken)]
    return _form(None, {"rules": "\n".join(lines)}, device)


@blueprint.get("/<int:profile_id>")
@session.needs(READ)
def show(profile_id: int) -> Any:
    found = devices.seen_profile(session.current_actor(), profile_id)
    if found.version_id is not None:
        return installed.page(found)
    rules = "\n".join(as_written(Rule.from_json(r)) for r in found.rules)
    kept = {"key": found.key, "name": found.name, "decoder": found.decoder, "rules": rules}
    return _form(found, kept, _of())


@blueprint.post("/save")
@session.needs(CHANGE)
def save() -> Any:
    given = request.form
    profile_id = given.get("id", type=int)
    known = devices.seen_profile(session.current_actor(), profile_id) if profile_id else None
    device = _of()
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
        return _form(known, given, device, error)
    flash(
        say(_("Saved. Please look it over once more and approve it: only then may it raise alarms.")),
        "success",
    )
    return redirect(url_for("device_models.show", profile_id=made.id, of=device and device.id), code=303)


@blueprint.post("/<int:profile_id>/approve")
@session.needs(CHANGE)
def approve(profile_id: int) -> Any:
    device = _of()
    devices.approve(session.current_actor(), profile_id)
    flash(say(_("Approved: devices of this model may raise alarms.")), "success")
    return redirect(url_for("device_models.show", profile_id=profile_id, of=device and device.id), code=303)


def _of() -> Device | None:
    """The device for which somebody makes a model. Raises NotFound."""
    of = request.args.get("of", type=int)
    return devices.seen(session.current_actor(), of) if of else None


def _form(
    found: DeviceProfile | None, given: Any, device: Device | None, problem: LinliError | None = None
) -> Any:
    page = render_template(
        "iot/profile.html",
        profile=found,
        given=given,
        device=device,
        decoders=list(DECODERS.items()),
        points=list(POINTS.values()),
        overheard=overheard.of_profiles([found]).get(found.id, []) if found else [],
        may_change=found is None or devices.may_change_profile(session.current_actor(), found),
        problem=problem,
    )
    return (page, problem.status) if problem is not None else page
