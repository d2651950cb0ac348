"""The link at the foot of a letter: no more of its topic, without signing in. Opening it does nothing (mail scanners open every
link); its button does, and so does the mailbox's own button, which posts `List-Unsubscribe=One-Click` (RFC 8058)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request

from backend.core.errors import NotFound
from backend.core.i18n import _
from backend.messaging import people, topics
from backend.messaging.models import Identity
from backend.web.limits import limiter
from bots import email_marks

CSRF_EXEMPT = True
"""The signature in the address is the proof; a mailbox's button has no session."""
blueprint = Blueprint("unsubscribe", __name__, url_prefix="/unsubscribe", template_folder="templates")
PER_ADDRESS = "120/minute"


@blueprint.get("/<token>")
@limiter.limit(PER_ADDRESS)
def ask(token: str) -> Response:
    identity, topic = _read(token)
    return _page(identity, topic)


@blueprint.post("/<token>")
@limiter.limit("1200/minute")
def act(token: str) -> Any:
    """`do`: leave, join, stop or start; what a mailbox posts is a leave."""
    identity, topic = _read(token)
    wish = request.form.get("do", "leave")
    if wish == "stop" or (wish == "leave" and not topic):
        topics.silence(identity.id)
    elif wish == "leave":
        topics.leave(identity.id, topic)
    elif wish == "start":
        topics.hear_again(identity.id)
    elif wish == "join" and topic:
        topics.join(identity.id, topic)
    if "List-Unsubscribe" in request.form:
        return Response("", status=200, mimetype="text/plain")
    return _page(people.get(identity.id), topic)


def _read(token: str) -> tuple[Identity, str]:
    """Raises NotFound for what we did not sign, or whose address is forgotten by now."""
    found = email_marks.leaving(token)
    identity = people.by_ids([found[0]]).get(found[0]) if found else None
    if found is None or identity is None or (found[1] and found[1] not in topics.LEAVABLE):
        raise NotFound(_("This link is not complete. Please open it from the letter itself."))
    return identity, found[1]


def _page(identity: Identity, topic: str) -> Response:
    page = render_template(
        "bots/unsubscribe.html",
        title=topics.TOPICS[topic].title if topic else None,
        left=bool(topic) and topic in topics.left_by(identity.id),
        stopped=identity.state == "stopped",
    )
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
    return Response(page, headers=headers)
