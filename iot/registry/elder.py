"""The devices in somebody's home, on the page that tells all about the care for her."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from backend.core import access
from backend.core.access import Actor
from backend.core.i18n import _
from backend.residents import queries as residents
from backend.web.sections import Section
from iot import bodies
from iot.models import Device
from iot.registry import devices
from iot.registry.devices import READ, STATUS


def section(actor: Actor, resident_id: int) -> Section | None:
    """What is bound to her with its last values; None where the actor may not see devices, or there are none."""
    if not access.may(actor, READ, residents.org_of(resident_id)):
        return None
    hers = (Device.resident_id == resident_id) & (Device.status != "retired")
    found = list(
        Device.select().where(hers & Device.org_id.in_(access.org_ids(actor, READ))).order_by(Device.name)
    )
    if not found:
        return None
    html = render_template(
        "iot/elder.html",
        found=[(d, devices.shown(d, bodies.withheld(actor, d))) for d in found],
        statuses=STATUS,
    )
    return Section(_("Her devices"), Markup(html))  # noqa: S704  # rendered by our own template
