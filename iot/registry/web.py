"""Devices in the admin: what reports, what it is and whose, what could not be read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core import access, health
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.fields.address import Home
from backend.residents import queries as residents
from backend.web import listing, nav, sections, session, subjects
from backend.web.text import locale, say
from iot import bodies, discovery
from iot.maintenance import windows as maintenance
from iot.models import Device
from iot.points import POINTS
from iot.profiles import binding, overheard
from iot.quarantine import kept as quarantine
from iot.registry import devices, elder, finding, replacing, shadow, whereabouts
from iot.registry import given as typed
from iot.registry.devices import CHANGE, INSTALL, READ, STATUS

blueprint = Blueprint("devices", __name__, url_prefix="/admin/devices", template_folder="../templates")
nav.register(_("Devices"), "devices.index", READ, 26, group="today", badge=devices.new_count)
health.register(
    "devices",
    devices.heard,
    _("Devices"),
    _("Please look whether the broker answers, and start: python -m iot.ingest"),
)
subjects.register("device", _("Device {number}"), "devices.show", "device_id")
sections.register("elder", elder.section, order=50)


@blueprint.get("", strict_slashes=False)
@session.needs(READ)
def index() -> Any:
    actor = session.current_actor()
    status = request.args.get("status", "")
    known = {p.id: p for p in devices.profiles()}
    page = listing.paginate(
        finding.found(actor, status if status in STATUS else "", request.args.get("q", ""))
    )
    found = page.items
    return render_template(
        "iot/devices.html",
        page=page,
        devices=[
            (d, devices.unready(known.get(d.profile_id or 0)), overheard.of_device(d.unread)) for d in found
        ],
        doors=finding.doors(found),
        statuses=STATUS,
        may_install=access.may(actor, INSTALL),
        may_change=access.may(actor, CHANGE),
        working=maintenance.under_way(actor),
        put_aside=quarantine.count(actor),
        nowhere=whereabouts.nowhere(found),
        withdrawn=discovery.withdrawn(d.address for d in found if d.address.startswith("ha:")),
    )


@blueprint.get("/<int:device_id>")
@session.needs(READ)
def show(device_id: int) -> Any:
    return _page(devices.seen(session.current_actor(), device_id))


@blueprint.post("/<int:device_id>")
@session.needs(INSTALL)
def bind(device_id: int) -> Any:
    actor = session.current_actor()
    device = devices.seen(actor, device_id)
    given = request.form
    try:
        resident_id = typed.resident(actor, given.get("resident", ""))
        devices.bind(
            actor,
            device_id,
            name=given.get("name", ""),
            org_id=typed.org(actor, given.get("org", type=int), resident_id),
            profile_id=given.get("profile", type=int),
            resident_id=resident_id,
            place=typed.place(given.get("place", "")),
        )
    except Invalid as error:
        return _page(device, error)
    flash(say(_("Saved. It holds from now on.")), "success")
    return redirect(url_for("devices.show", device_id=device_id), code=303)


@blueprint.post("/<int:device_id>/whereabouts")
@session.needs(CHANGE)
def settle(device_id: int) -> Any:
    whereabouts.settle(session.current_actor(), device_id, request.form.get("how", ""))
    flash(say(_("Saved. It holds from now on.")), "success")
    return redirect(url_for("devices.show", device_id=device_id), code=303)


@blueprint.post("/<int:device_id>/retire")
@session.needs(CHANGE)
def retire(device_id: int) -> Any:
    devices.retire(session.current_actor(), device_id)
    flash(say(_("The device is out of use. What it reports raises nothing any more.")), "success")
    return redirect(url_for("devices.index"), code=303)


def _page(device: Device, problem: Invalid | None = None) -> Any:
    actor = session.current_actor()
    known = {p.id: p for p in devices.profiles(actor)}
    its = known.get(device.profile_id or 0)
    place = Home.from_json(devices.place_of(device)).show(locale()) if device.place else ""
    who = residents.find(device.resident_id) if device.resident_id else None
    given = request.form if problem is not None else None
    withheld = bodies.withheld(actor, device)
    page = render_template(
        "iot/device.html",
        device=device,
        profile=its,
        models=[("", say(_("none"))), *((str(p.id), p.name) for p in known.values())],
        mute=devices.mute(device, its),
        nowhere=bool(whereabouts.nowhere([device])),
        elsewhere=whereabouts.SETTLED if whereabouts.elsewhere(device) else {},
        overheard=overheard.of_device(device.unread),
        suggested=binding.suggested(device, list(known.values())),
        points=[(title, value, _when(at)) for title, value, at in devices.shown(device, withheld)],
        readings=devices.readings(device, 30),
        withheld=withheld,
        not_for_you=devices.NOT_FOR_YOU,
        titles={name: point.title for name, point in POINTS.items()},
        who=who,
        place=given.get("place", "") if given else place,
        resident=given.get("resident", "") if given else who.name if who else "",
        orgs=typed.orgs(actor),
        may_install=access.may(actor, INSTALL, device.org_id),
        may_change=access.may(actor, CHANGE, device.org_id),
        statuses=STATUS,
        problem=problem,
        sections=sections.made("device", actor, device.id),
        working=maintenance.of_device(device),
        firmware=shadow.firmware(device),
        replaced=replacing.of_device(device.id),
        withdrawn=discovery.withdrawn([device.address]).get(device.address),
    )
    return (page, problem.status) if problem is not None else page


def _when(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
