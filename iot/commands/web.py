"""What a device can be told, on its own page and on the page of its alarm; each command is asked for once more before it goes out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from backend.alarms import queries as alarms
from backend.core import access, clock
from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.core.i18n import _
from backend.web import sections, session
from backend.web.sections import Section
from backend.web.text import say
from iot.commands import actions as commands
from iot.commands.actions import COMMAND, STATES, WHYS
from iot.models import Device
from iot.registry import devices, online, shadow
from iot.registry.abilities import ACTS
from iot.registry.devices import CHANGE

blueprint = Blueprint(
    "device_commands", __name__, url_prefix="/admin/devices/<int:device_id>", template_folder="../templates"
)


@blueprint.get("/commands/<name>")
@session.needs(COMMAND)
def confirm(device_id: int, name: str) -> Any:
    actor = session.current_actor()
    device = devices.seen(actor, device_id)
    if name not in dict(commands.offered(actor, device)):
        raise NotFound()
    alarm_id = request.args.get("alarm", type=int)
    return render_template(
        "iot/confirm.html",
        device=device,
        name=name,
        act=ACTS[name],
        alarm_id=alarm_id,
        back=_back_to(device_id, alarm_id),
    )


@blueprint.post("/commands/<name>")
@session.needs(COMMAND)
def ask(device_id: int, name: str) -> Any:
    actor, alarm_id = session.current_actor(), request.form.get("alarm", type=int)
    if alarm_id is not None and alarms.seen_by(actor, alarm_id).device_id != device_id:
        raise NotFound()
    asked_at = clock.now()
    made = commands.ask(actor, device_id, name, alarm_id=alarm_id)
    words = (
        _("It is on its way. What the device answers appears here.")
        if clock.to_ms(made.made_at) >= clock.to_ms(asked_at)
        else _("It was on its way already, and was not sent a second time.")
    )
    flash(say(words), "success")
    return redirect(_back_to(device_id, alarm_id), code=303)


@blueprint.post("/settings/<key>")
@session.needs(CHANGE)
def wish(device_id: int, key: str) -> Any:
    shadow.wish(session.current_actor(), device_id, key, request.form.get("value", ""))
    flash(say(_("It is on its way. What the device answers appears here.")), "success")
    return redirect(url_for("devices.show", device_id=device_id), code=303)


def _back_to(device_id: int, alarm_id: int | None) -> str:
    if alarm_id is not None:
        return url_for("alarms.show", alarm_id=alarm_id)
    return url_for("devices.show", device_id=device_id)


def _commands(actor: Actor, device: Device, alarm_id: int | None = None) -> Section | None:
    offered, said = commands.offered(actor, device), commands.of_device(device.id)
    refused = commands.refused(actor, device)
    if alarm_id is not None:
        said = [one for one in said if one.alarm_id == alarm_id]
    if not offered and not refused and not said:
        return None
    html = render_template(
        "iot/commands.html", device=device, offered=offered, refused=refused, said=said, states=STATES, whys=WHYS, title=commands.title,
        alarm_id=alarm_id,
    )  # fmt: skip
    return Section(_("Commands"), Markup(html))  # noqa: S704  # rendered by our own template


def _of_device(actor: Actor, device_id: int) -> Section | None:
    return _commands(actor, devices.seen(actor, device_id))


def _of_alarm(actor: Actor, alarm_id: int) -> Section | None:
    found = alarms.by_id(alarm_id)
    device = Device.get_or_none(Device.id == found.device_id) if found.device_id is not None else None
    if device is None or found.status == "cleared":
        return None
    return _commands(actor, device, alarm_id)


def _settings(actor: Actor, device_id: int) -> Section | None:
    device = devices.seen(actor, device_id)
    its = devices.profile(device.profile_id) if device.profile_id else None
    stands = shadow.of_device(device, its)
    if not stands:
        return None
    may_wish = device.status == "active" and all(
        access.may(actor, p, device.org_id) for p in (CHANGE, COMMAND)
    )
    html = render_template("iot/settings.html", device=device, stands=stands, may_wish=may_wish)
    return Section(_("Settings"), Markup(html))  # noqa: S704  # rendered by our own template


def _connection(actor: Actor, device_id: int) -> Section | None:
    device = devices.seen(actor, device_id)
    if device.status != "active":
        return None
    period, patient = online.of_device(device)
    html = render_template("iot/connection.html", device=device, period=period, patient=patient)
    return Section(_("Connection"), Markup(html))  # noqa: S704  # rendered by our own template


sections.register("device", _of_device, order=10)
sections.register("device", _settings, order=20)
sections.register("device", _connection, order=30)
sections.register("alarm", _of_alarm, order=10)
