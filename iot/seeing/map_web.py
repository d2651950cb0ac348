"""Devices on plans of the community, or on a map whose tiles lie here: by hand, by tap, and by keyboard."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_from_directory, url_for

from backend.core import access, media
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import Text, _
from backend.residents import queries as residents
from backend.web import session
from backend.web.text import say
from iot.registry.devices import CHANGE, READ
from iot.seeing import plans, tiles
from iot.seeing.models import Plan

blueprint = Blueprint("device_maps", __name__, template_folder="templates")
_PACKAGE = find_spec("js_lib_leaflet")
LEAFLET = Path(str(_PACKAGE.origin)).parent / "static" / "js_lib_leaflet" if _PACKAGE else Path()
"""Leaflet comes as a package: no page of ours asks another server for anything."""
OURS = frozenset({"leaflet.js", "leaflet.css"})
TONES: dict[str, Text] = {
    "urgent": _("alarm open"),
    "attention": _("silent"),
    "good": _("in order"),
}


@blueprint.get("/map/leaflet/<name>")
def leaflet(name: str) -> Response:
    if name not in OURS:
        raise NotFound()
    return send_from_directory(LEAFLET, name, max_age=86_400)


@blueprint.get("/map/tiles/<int:z>/<int:x>/<int:y>")
def tile(z: int, x: int, y: int) -> Response:
    found = tiles.tile(z, x, y)
    if found is None:
        raise NotFound()
    return Response(found[0], content_type=found[1], headers={"Cache-Control": "public, max-age=604800"})


@blueprint.get("/admin/devices/map")
@session.needs(READ)
def index() -> Any:
    """The plan asked for, the first one, or the map."""
    actor = session.current_actor()
    known = plans.listed(actor)
    wanted = request.args.get("plan", type=int)
    plan = plans.seen(actor, wanted) if wanted else known[0] if known and not tiles.there() else None
    here = plan is not None or tiles.there()
    pins = plans.on(actor, plan.id if plan else None) if here else []
    may_change = access.may(actor, CHANGE, plan.org_id if plan else None)
    return render_template(
        "seeing/map.html",
        plans=known,
        plan=plan,
        here=here,
        tiles=tiles.there(),
        pins=pins,
        tones=TONES,
        points=[
            {
                "id": p.device.id,
                "x": p.x,
                "y": p.y,
                "tone": p.tone,
                "name": p.device.name or p.device.address,
                "state": say(TONES[p.tone]),
                "url": url_for("devices.show", device_id=p.device.id),
            }
            for p in pins
        ],
        middle=tiles.middle(),
        may_change=may_change,
        to_place=[(str(d.id), d.name or d.address) for d in plans.to_place(actor)] if may_change else [],
        placed=[(str(p.device.id), p.device.name or p.device.address) for p in pins],
        orgs=residents.orgs_of(actor, CHANGE),
    )


@blueprint.get("/admin/devices/map/plans/<int:plan_id>/picture")
@session.needs(READ)
def picture(plan_id: int) -> Response:
    data, kind = media.load(plans.seen(session.current_actor(), plan_id).media_key)
    return Response(data, content_type=kind, headers={"Cache-Control": "private, max-age=600"})


@blueprint.post("/admin/devices/map/plans")
@session.needs(CHANGE)
def add() -> Any:
    sent = request.files.get("picture")
    if sent is None or not sent.filename:
        raise Invalid(_("Please choose a picture first."), "picture")
    actor = session.current_actor()
    org_id = request.form.get("org", type=int) or int(residents.orgs_of(actor, CHANGE)[0][0])
    made = plans.add(actor, org_id, request.form.get("name", ""), sent.read())
    return _back(made, _("The plan is up. Now put the devices where they are."))


@blueprint.post("/admin/devices/map/plans/<int:plan_id>/remove")
@session.needs(CHANGE)
def remove(plan_id: int) -> Any:
    plans.remove(session.current_actor(), plan_id)
    return _back(None, _("The plan is removed. The devices stay."))


@blueprint.post("/admin/devices/map/place")
@session.needs(CHANGE)
def place() -> Any:
    """Where a device is: `x` and `y` in per cent of the plan, or longitude and latitude."""
    given, actor = request.form, session.current_actor()
    plan_id = given.get("plan", type=int)
    x, y = given.get("x", type=float), given.get("y", type=float)
    device_id = given.get("device", type=int)
    if x is None or y is None or device_id is None:
        raise Invalid(_("Please choose a device, and where it is."), "x")
    part = 100 if plan_id else 1
    plans.put(actor, device_id, plan_id, x / part, y / part)
    if request.headers.get("X-Live"):
        return "", 204
    return _back(plans.seen(actor, plan_id) if plan_id else None, _("Noted."))


@blueprint.post("/admin/devices/map/take-off")
@session.needs(CHANGE)
def take_off() -> Any:
    actor, plan_id = session.current_actor(), request.form.get("plan", type=int)
    plans.take_off(actor, request.form.get("off", 0, type=int))
    return _back(plans.seen(actor, plan_id) if plan_id else None, _("Noted."))


def _back(plan: Plan | None, words: Text) -> Any:
    flash(say(words), "success")
    return redirect(url_for("device_maps.index", plan=plan.id if plan else None), code=303)
