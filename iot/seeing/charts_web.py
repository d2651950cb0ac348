"""The chart of one point of a device, by day, week and month."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from backend.core import clock
from backend.web import session
from iot import bodies
from iot.points import POINTS
from iot.registry import devices
from iot.registry.devices import READ
from iot.seeing import drawing, series, spans

blueprint = Blueprint(
    "device_charts",
    __name__,
    url_prefix="/admin/devices",
    template_folder="templates",
    static_folder="static",
    static_url_path="/charts/static",
)
IN_TABLE = 48
DRAWN = frozenset({"number", "yes_no", "event"})


@blueprint.get("/<int:device_id>/chart")
@session.needs(READ)
def show(device_id: int) -> Any:
    actor = session.current_actor()
    device = devices.seen(actor, device_id)
    known = [name for name in device.points if name in POINTS and POINTS[name].kind in DRAWN]
    # Where somebody is or was is for her page alone, with its own rights.
    known = [name for name in known if name not in ("latitude", "longitude")]
    if not known:
        return redirect(url_for("devices.show", device_id=device_id))
    point = request.args.get("point", "")
    point = point if point in known else known[0]
    kind = request.args.get("span", "day")
    kind = kind if kind in spans.SPANS else "day"
    span = spans.span(kind, _day(request.args.get("day", "")), clock.zone())
    withheld = point in bodies.withheld(actor, device)
    found = [] if withheld else series.bins(device.id, point, span.since, span.until)
    return render_template(
        "seeing/chart.html",
        device=device,
        points=[(name, POINTS[name].title) for name in known],
        point=POINTS[point],
        not_for_you=devices.NOT_FOR_YOU if withheld else None,
        span=span,
        kind=kind,
        spans=list(spans.SPANS.items()),
        chart=drawing.drawn(found, span.since, span.until, span.marks) if found else None,
        drawing=drawing,
        lowest=min((b.low for b in found), default=None),
        highest=max((b.high for b in found), default=None),
        rows=series.joined(found, IN_TABLE),
        n=sum(b.n for b in found),
        last_day=span.after - timedelta(days=1),
        latest=span.until >= clock.now(),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return clock.local(clock.now()).date()
