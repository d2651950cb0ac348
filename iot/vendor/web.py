"""Codecs that were stopped, in the admin: which models are not read meanwhile, why, and letting one go on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from backend.core import access, health
from backend.core.i18n import Msg, _
from backend.web import session, subjects
from backend.web.text import say
from iot.registry.devices import CHANGE, READ
from iot.vendor import breaker, telling

blueprint = Blueprint(
    "device_codecs", __name__, url_prefix="/admin/devices/codecs", template_folder="../templates"
)
subjects.register("codec", _("Codec {number}"))
health.register(
    "codecs",
    breaker.well,
    _("Codecs of device models"),
    _(
        "Under “Devices → Device models” there is a line about it: install a better version, or let the codec go on."
    ),
)

# What the worker and the pool say, in words for staff; anything else stands as the engine said it.
WHY: dict[str, Msg] = {
    "it took more than 100 ms of the processor": _("It took too long."),
    "it took more than 32 MiB of memory": _("It took too much memory."),
    "it took more than 512 kB of stack": _("It called itself without end."),
    "its answer is longer than 64 kB": _("Its answer was too long."),
    "it did not come to an end": _("It took too long."),
    "the process that ran it died of it": _("It broke the process that ran it."),
}


@blueprint.get("", strict_slashes=False)
@session.needs(READ)
def index() -> Any:
    return render_template(
        "iot/codecs.html",
        stops=[(stop, WHY.get(stop.why, stop.why), telling.models(stop.codec)) for stop in breaker.stops()],
        may_change=access.may(session.current_actor(), CHANGE),
    )


@blueprint.post("/<int:stop_id>/go-on")
@session.needs(CHANGE)
def go_on(stop_id: int) -> Any:
    breaker.go_on(session.current_actor(), stop_id)
    flash(say(_("It reads payloads again. What was put aside meanwhile can be read once more.")), "success")
    return redirect(url_for("device_codecs.index"), code=303)
