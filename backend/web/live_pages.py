"""What keeps admin pages live: the stream of nudges that something changed."""

from __future__ import annotations

from flask import Blueprint, Response

from backend.core import live
from backend.web import session
from backend.web.push import STREAM, WHOSE

blueprint = Blueprint("live", __name__)


@blueprint.get("/admin/events")
def events() -> Response:
    """Nudges `{"kind", "id"}` for signed-in staff: what exactly changed is fetched by the page, with its own checks. Kept
    open by the ASGI root, as long as her session and her posts are what they are now. `?after=`: when the page was asked for (ms);
    what came since is told at once."""
    headers = {
        STREAM: live.ADMIN,
        WHOSE: f"staff {session.signed_in().session}",
        "X-Accel-Buffering": "no",
    }
    return Response(mimetype="text/event-stream", headers=headers)
