"""What keeps admin pages live: the stream of nudges that something changed."""

from __future__ import annotations

from flask import Blueprint, Response

from backend.core import live
from backend.web import session
from backend.web.push import STREAM

blueprint = Blueprint("live", __name__)


@blueprint.get("/admin/events")
@session.staff_only
def events() -> Response:
    """Nudges `{"kind", "id"}` for signed-in staff: what exactly changed is fetched by the page, with its own checks. Kept
    open by the ASGI root. `?after=`: when the page was asked for (ms); what came since is told at once."""
    headers = {STREAM: live.ADMIN, "X-Accel-Buffering": "no"}
    return Response(mimetype="text/event-stream", headers=headers)
