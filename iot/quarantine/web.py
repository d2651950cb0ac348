"""What could not be read, in the admin: why, as far as it is text, and once more when something was mended."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from backend.core import health
from backend.core.i18n import _
from backend.web import session
from backend.web.text import say
from iot.ingest import watch
from iot.quarantine import kept as quarantine
from iot.quarantine import piles, replaying
from iot.registry.devices import CHANGE

blueprint = Blueprint(
    "put_aside", __name__, url_prefix="/admin/devices/put-aside", template_folder="../templates"
)
health.register(
    "broker",
    watch.standing,
    _("Device messages at the broker"),
    _(
        "Set max_queued_messages 0 in mosquitto.conf, look at its memory and disk, and start another python -m iot.ingest."
    ),
)
_SHOWN = 500


@blueprint.get("")
@session.needs(CHANGE)
def index() -> Any:
    actor = session.current_actor()
    rows = [
        (row, quarantine.why_of(row), quarantine.payload(row)[:_SHOWN].decode("utf-8", "backslashreplace"))
        for row in quarantine.listed(actor)
    ]
    return render_template(
        "iot/put_aside.html",
        rows=rows,
        babbling=quarantine.babbling(actor),
        first=piles.FIRST,
        last=piles.LAST,
    )


@blueprint.post("/<int:message_id>/again")
@session.needs(CHANGE)
def again(message_id: int) -> Any:
    if replaying.again(session.current_actor(), message_id):
        flash(say(_("It could be read now, and is stored.")), "success")
    else:
        flash(say(_("It still cannot be read. The reason stands beside it.")), "warning")
    return redirect(url_for("put_aside.index"), code=303)


@blueprint.post("/again")
@session.needs(CHANGE)
def all_again() -> Any:
    tried, stored = replaying.all_again(session.current_actor())
    flash(
        say(_("{stored} of {tried} could be stored now.", stored=stored, tried=tried)),
        "success" if stored == tried else "warning",
    )
    return redirect(url_for("put_aside.index"), code=303)


@blueprint.post("/<int:message_id>/drop")
@session.needs(CHANGE)
def drop(message_id: int) -> Any:
    quarantine.drop(session.current_actor(), message_id)
    flash(say(_("Removed.")), "success")
    return redirect(url_for("put_aside.index"), code=303)
