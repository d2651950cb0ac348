"""A photo of ours where the channel shows none: a link in the text message or the letter, for whoever has it, for a month."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import timedelta

from flask import Blueprint, Response

from backend.core import clock, crypto, media
from backend.core.errors import NotFound
from backend.core.i18n import _, render
from backend.messaging import threads
from backend.messaging.content import Content
from backend.messaging.deliveries import Due
from backend.settings import settings
from backend.web.limits import limiter

blueprint = Blueprint("photo_link", __name__, url_prefix="/p")
PER_ADDRESS = "60/minute"
KEPT = timedelta(days=30)
SIGNATURE = 16
"""Hex digits: a link stays short enough for a text message, and nobody guesses one."""


def url(message_id: int, place: int) -> str:
    """Where photo number `place` of this Message is seen."""
    return f"{settings().base_url}/p/{message_id:x}-{place}-{_signature(message_id, place)}"


def _signature(message_id: int, place: int) -> str:
    return crypto.blind_index(f"{message_id}:{place}", "photo-link")[:SIGNATURE]


def told(due: Due) -> Content:
    """What is sent where no picture can be: the words with a link to each photo."""
    return linked(due.content, due.message_id)


def linked(content: Content, message_id: int) -> Content:
    """The same of a Message with this number."""
    links = [url(message_id, place) for place in range(len(content.media))]
    if not links:
        return content
    line = render(_("Photo: {link}", link=" ".join(links)), content.locale)
    marked = "".join(f'<p><img src="{link}" alt=""></p>' for link in links) if content.html else ""
    return replace(
        content,
        text=f"{content.text}\n{line}",
        short=f"{content.short}\n{line}",
        html=content.html + marked,
        media=(),
    )


@blueprint.get("/<name>")
@limiter.limit(PER_ADDRESS)
def show(name: str) -> Response:
    message_id, place = _read(name)
    found = threads.photos_of(message_id)
    if found is None or found[0] < clock.now() - KEPT or place >= len(found[1]):
        raise NotFound(_("This link is no longer valid. Please write to us, and we send it again."))
    data, kind = media.load(found[1][place])
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": "inline",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return Response(data, content_type=kind, headers=headers)


def _read(name: str) -> tuple[int, int]:
    """(message, place) of a link that we signed. Raises NotFound."""
    try:
        number, place, signature = name.split("-")
        message_id, at = int(number, 16), int(place)
    except ValueError:
        raise NotFound() from None
    if not hmac.compare_digest(signature.encode(), _signature(message_id, at).encode()):
        raise NotFound()
    return message_id, at
