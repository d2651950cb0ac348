"""Where a resident with a wearable is: her page for the few who may see it, and the link of an alarm for whoever was told."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from markupsafe import Markup

from backend.alarms import queries as alarms
from backend.core import access, audit, clock, privacy
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import Text, _
from backend.residents import queries as residents
from backend.web import sections, session
from backend.web.limits import limiter
from backend.web.sections import Section
from backend.web.text import say
from iot.seeing import fences, positions, sketch, tiles, where_link
from iot.seeing.fences import Place, Shape
from iot.seeing.models import Fence
from iot.seeing.positions import CHANGE, CONSENT, READ

blueprint = Blueprint("device_where", __name__, template_folder="templates")
privacy.register("positions", positions.export, positions.forget)
DAYS = tuple(
    zip("1234567", (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")), strict=True)
)


def _section(actor: Actor, resident_id: int) -> Section | None:
    if not access.may(actor, READ, residents.org_of(resident_id)):
        return None
    tracking = positions.tracking_of(resident_id)
    if tracking is None and not access.may(actor, CHANGE, residents.org_of(resident_id)):
        return None
    html = render_template("seeing/where_section.html", resident_id=resident_id, tracking=tracking)
    return Section(_("Where she is"), Markup(html))  # noqa: S704  # rendered by our own template


sections.register("resident", _section, order=60)


@blueprint.get("/admin/devices/where/<int:resident_id>")
@session.needs(READ)
def show(resident_id: int) -> Any:
    return _page(resident_id)


def _page(resident_id: int, problem: Invalid | None = None) -> Any:
    actor = session.current_actor()
    tracking, trail = positions.looked(actor, resident_id)
    known = positions.fences_of(resident_id) if tracking else []
    last = positions.last(tracking) if tracking else None
    page = render_template(
        "seeing/where.html",
        resident=residents.by_id(resident_id),
        tracking=tracking,
        consents=list(CONSENT.items()),
        last=last,
        in_words=_in_words(known, last[1]) if last else "",
        fences=known,
        circle=fences.Circle,
        days=DAYS,
        trail=trail[:50],
        kept=positions.KEPT.days,
        may_change=access.may(actor, CHANGE, residents.org_of(resident_id)),
        given=request.form if problem is not None else {},
        problem=problem,
        **_drawing(
            [shape for _fence, shape in known], [last[1]] if last and not trail else [p for _at, p in trail]
        ),
    )
    return (page, problem.status) if problem is not None else page


@blueprint.post("/admin/devices/where/<int:resident_id>/allow")
@session.needs(CHANGE)
def allow(resident_id: int) -> Any:
    positions.allow(session.current_actor(), resident_id, request.form.get("consent", ""))
    return _back(resident_id, _("Noted. From now on her wearable tells where she is."))


@blueprint.post("/admin/devices/where/<int:resident_id>/forbid")
@session.needs(CHANGE)
def forbid(resident_id: int) -> Any:
    positions.forbid(session.current_actor(), resident_id)
    return _back(resident_id, _("Nothing is kept any more, and what was kept is gone."))


@blueprint.post("/admin/devices/where/<int:resident_id>/fence")
@session.needs(CHANGE)
def fence(resident_id: int) -> Any:
    given = request.form
    try:
        shape: Shape = (
            fences.polygon(given["corners"])
            if given.get("corners", "").strip()
            else fences.circle(given.get("at", ""), given.get("radius", ""))
        )
        positions.add_fence(
            session.current_actor(), resident_id, given.get("name", ""), shape,
            days="".join(given.getlist("days")), begins=given.get("begins", ""), ends=given.get("ends", ""),
        )  # fmt: skip
    except Invalid as error:
        return _page(resident_id, error)
    return _back(resident_id, _("Saved. It holds from now on."))


@blueprint.post("/admin/devices/where/fences/<int:fence_id>/remove")
@session.needs(CHANGE)
def remove_fence(fence_id: int) -> Any:
    resident_id = positions.remove_fence(session.current_actor(), fence_id)
    return _back(resident_id, _("The area is removed."))


@blueprint.get("/w/<name>")
@limiter.limit("60/minute")
def link(name: str) -> Any:
    """Of an alarm, for whoever has it, while she is looked for; each look goes on record."""
    found = where_link.read(name)
    fence = Fence.get_or_none(Fence.id == found[0]) if found else None
    tracking = positions.tracking_of(fence.resident_id) if fence is not None else None
    if fence is None or found is None or tracking is None or fence.outside_at is None:
        raise NotFound(_("She is no longer looked for, so this page is closed."))
    alarm_id = alarms.open_under(f"fence:{fence.id}")
    if alarm_id is None or clock.to_ms(fence.outside_at) != found[1]:
        raise NotFound(_("She is no longer looked for, so this page is closed."))
    who = residents.by_id(fence.resident_id)
    with transaction():
        audit.record(access.SYSTEM, "position.look_by_link", f"alarm:{alarm_id}", org_id=who.org_id)
    last = positions.last(tracking)
    shape = fences.from_json(json.loads(fence.shape))
    page = make_response(
        render_template(
            "seeing/where_link.html",
            fence=fence,
            last=last,
            in_words=positions.in_words(shape, last[1]) if last else "",
            **_drawing([shape], [last[1]] if last else []),
        )
    )
    page.headers["Cache-Control"] = "private, no-store"
    page.headers["Referrer-Policy"] = "no-referrer"
    page.headers["X-Robots-Tag"] = "noindex"
    return page


def _drawing(shapes: list[Shape], places: list[Place]) -> dict[str, Any]:
    return {
        "sketch": sketch.drawn(shapes, places),
        "side": sketch.SIDE,
        "tiles": tiles.there(),
        "drawn": {
            "shapes": [fences.to_json(shape) for shape in shapes],
            "places": [[p.latitude, p.longitude, p.error] for p in places],
            "middle": tiles.middle(),
        },
    }


def _in_words(known: list[tuple[Fence, Shape]], place: Place) -> Text:
    if not known:
        return ""
    return positions.in_words(known[0][1], place)


def _back(resident_id: int, words: Text) -> Any:
    flash(say(words), "success")
    return redirect(url_for("device_where.show", resident_id=resident_id), code=303)
