"""The board of the duty desk: open alarms, devices by place, what happened last; it keeps itself up to date."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from backend.alarms import queries, timeline, wording
from backend.alarms.web import words
from backend.core import orgs
from backend.core.i18n import _
from backend.web import listing, nav, session
from iot.registry.devices import READ
from iot.seeing import board

blueprint = Blueprint(
    "device_board", __name__, url_prefix="/admin/devices/board", template_folder="templates"
)
nav.register(_("Duty board"), "device_board.index", READ, 4, group="today")


@blueprint.get("", strict_slashes=False)
@session.needs(READ)
def index() -> Any:
    found = board.of(session.current_actor())
    return render_template(
        "seeing/board.html",
        board=found,
        where=wording.where,
        changes=[(note, alarm, timeline.said_of(note)) for note, alarm in found.changes],
        **words(),
    )


@blueprint.get("/<int:org_id>")
@session.needs(READ)
def place(org_id: int) -> Any:
    """The devices of one part of the community."""
    actor = session.current_actor()
    page = listing.paginate(board.in_place(actor, org_id), 200)
    ids = [device.id for device in page.items]
    return render_template(
        "seeing/place.html",
        org=orgs.get(org_id),
        page=page,
        silent=board.silent_ids(ids),
        alarmed=queries.open_devices(ids),
    )
