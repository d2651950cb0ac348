"""Photos and documents on a request; the photos that came in its conversation, and from its worker, stand among them."""

from __future__ import annotations

from flask import url_for

from backend.attachments import kinds
from backend.attachments.kinds import Elsewhere
from backend.attachments.web import section
from backend.core.i18n import Text, _
from backend.requests import queries
from backend.web import sections

_STAGES: dict[str, Text] = {
    "report": _("Photo of the damage"),
    "progress": _("Photo from the work"),
    "finish": _("Photo of the finished work"),
}


def _photos(number: int) -> list[Elsewhere]:
    return [
        Elsewhere(url_for("requests.photo", number=number, photo_id=p.id), _STAGES[p.stage], p.at)
        for p in queries.photos(queries.by_number(number))
    ]


kinds.register("request", "request.read", "request.comment", lambda number: queries.by_number(number).org_id)
kinds.also("request", _photos)
sections.register("request", section("request"), order=40)
