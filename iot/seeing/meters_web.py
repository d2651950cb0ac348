"""Meters by month: what each home used, what is not known of it, the price, and the list as a file for the bills."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import Msg, _, render
from backend.residents import queries as residents
from backend.sheets import formats
from backend.web import listing, nav, session
from backend.web.text import locale, say
from backend.web.workbook import Cell, Sheet, attachment
from iot.points import POINTS
from iot.registry import devices
from iot.registry.devices import CHANGE, READ
from iot.registry.finding import doors
from iot.seeing import bills, spans
from iot.seeing.bills import METERS, Line

blueprint = Blueprint(
    "device_meters", __name__, url_prefix="/admin/devices/meters", template_folder="templates"
)
nav.register(_("Meters"), "device_meters.index", READ, 28, group="today")

NOTES: dict[str, Msg] = {
    "missing": _("nothing heard in this month: use not known"),
    "began": _("its first month: counted from its first reading"),
    "since": _("holds days of earlier months, which were told late"),
    "early": _("last heard days before the end of the month; the rest counts in the next"),
    "rollover": _("the register went round"),
    "replaced": _("meter replaced: what was used between the two readings is not known"),
    "corrected": _("the register was read lower again"),
}


@blueprint.get("", strict_slashes=False)
@session.needs(READ)
def index() -> Any:
    actor = session.current_actor()
    point, first = _asked()
    found = bills.lines(actor, point, first)
    known = [line.month.use for line in found if line.month.use is not None]
    page = listing.leafed(found)
    return render_template(
        "seeing/meters.html",
        page=page,
        places=doors([line.device for line in page.items]),
        point=POINTS[point],
        points=[(name, POINTS[name].title) for name in METERS],
        first=first,
        before=(first - timedelta(days=1)).replace(day=1),
        after=spans.month_after(first),
        this_month=clock.local(clock.now()).date().replace(day=1),
        total=sum(known),
        unknown=len(found) - len(known),
        fen=sum(line.fen or 0 for line in found),
        notes=NOTES,
        tariffs=bills.tariffs(actor, point),
        may_change=access.may(actor, CHANGE),
        orgs=residents.orgs_of(actor, CHANGE),
    )


@blueprint.get("/<int:device_id>")
@session.needs(READ)
def show(device_id: int) -> Any:
    """The months of one meter."""
    device = devices.seen(session.current_actor(), device_id)
    known = [name for name in METERS if name in device.points]
    point = request.args.get("point", "")
    point = point if point in known else known[0] if known else METERS[0]
    found = bills.of_device(device, point) if known else []
    return render_template(
        "seeing/meter.html",
        device=device,
        point=POINTS[point],
        months=found,
        most=max((m.use or 0 for m in found), default=0) or 1,
        notes=NOTES,
        place=doors([device])[device.id],
        local=clock.local,
    )


@blueprint.get("/file")
@session.needs(READ)
def file() -> Response:
    """The month as a file: one line for each meter, with the readings that it was taken from."""
    actor = session.current_actor()
    point, first = _asked()
    ending = request.args.get("as", "xlsx")
    if ending not in formats.FORMATS:
        raise Invalid(_("Please choose one."), "as")
    found = bills.lines(actor, point, first)
    audit.record(
        actor,
        "device.bills",
        "device:bills",
        after={"point": point, "month": f"{first:%Y-%m}", "lines": len(found)},
    )
    name = render(POINTS[point].title, locale())
    sheet = Sheet(f"{name} {first:%Y-%m}", [say(label) for label in _HEADERS], _rows(found, locale()))
    data = formats.written(ending, [sheet])
    return Response(
        data,
        content_type=formats.FORMATS[ending].content_type,
        headers=attachment(f"{name} {first:%Y-%m}", ending),
    )


_HEADERS: tuple[Msg, ...] = (
    *(_("Home"), _("Name"), _("Meter"), _("Address"), _("First reading on"), _("First reading")),
    *(
        _("Last reading on"),
        _("Last reading"),
        _("Use"),
        _("Unit of measure"),
        _("Price"),
        _("Amount"),
        _("Remarks"),
    ),
)


def _rows(found: list[Line], reader: str) -> Iterator[list[Cell]]:
    places = doors([line.device for line in found])
    for line in found:
        where, who = places[line.device.id]
        month = line.month
        yield [
            render(where, reader),
            who,
            line.device.name,
            line.device.address,
            month.first.at if month.first else None,
            month.first.total if month.first else None,
            month.last.at if month.last else None,
            month.last.total if month.last else None,
            month.use,
            POINTS[_asked()[0]].unit,
            line.price / 10_000 if line.price is not None else None,
            line.fen / 100 if line.fen is not None else None,
            "; ".join(render(NOTES[note], reader) for note in month.notes),
        ]


@blueprint.post("/price")
@session.needs(CHANGE)
def price() -> Any:
    actor, given = session.current_actor(), request.form
    try:
        month = date.fromisoformat(f"{given.get('month', '')[:7]}-01")
    except ValueError:
        raise Invalid(_("Please choose a month."), "month") from None
    org_id = given.get("org", type=int) or _first_org(actor)
    bills.set_price(actor, org_id, given.get("point", ""), given.get("price", ""), month)
    flash(say(_("Saved. It holds from that month on.")), "success")
    return redirect(
        url_for("device_meters.index", point=given.get("point"), month=f"{month:%Y-%m}"), code=303
    )


def _first_org(actor: Actor) -> int:
    return int(residents.orgs_of(actor, CHANGE)[0][0])


def _asked() -> tuple[str, date]:
    point = request.args.get("point", "")
    today = clock.local(clock.now()).date()
    try:
        first = date.fromisoformat(f"{request.args.get('month', '')[:7]}-01")
    except ValueError:
        first = today.replace(day=1)
    return point if point in METERS else METERS[0], min(first, today.replace(day=1))
