"""What somebody shows at the door: a secret link as a QR code, or a few digits to say.

The secret is made from the sign-up's number with the index key, so that her link can be shown to her again; the table holds
only its digest, and a copied table opens nothing.
"""

from __future__ import annotations

import re
from collections.abc import Set

import segno

from backend.core import crypto, ids
from backend.events.models import EventSignup
from backend.settings import settings

_TOKEN = re.compile(r"[0-9a-f]{32}")
_TRIES = 20


def token(signup_id: int) -> str:
    """The secret of this sign-up's link."""
    return crypto.blind_index(str(signup_id), "event-pass")


def digest(secret: str) -> str:
    return crypto.blind_index(secret, "event-pass-digest")


def link(signup_id: int) -> str:
    """Her own page: the QR code, the calendar file, later the photos."""
    return f"{settings().base_url}/events/pass/{token(signup_id)}"


def read(scanned: str) -> str | None:
    """The secret in what a scanner read: the link, or the secret itself."""
    found = _TOKEN.findall(scanned[-80:].strip().lower())
    return found[-1] if found else None


def find(secret: str) -> EventSignup | None:
    return EventSignup.get_or_none(EventSignup.pass_digest == digest(secret))  # type: ignore[no-any-return]


def picture(signup_id: int) -> str:
    """The QR code as a data URI of an SVG, dark on white with its quiet zone."""
    return str(segno.make(link(signup_id), error="m").svg_data_uri(scale=6, border=4, light="#fff"))


def new_code(taken: Set[str]) -> str:
    """Four digits to say at the door, six where an event is so large that four would run out."""
    for _try in range(_TRIES):
        if (code := ids.code(4)) not in taken:
            return code
    while (code := ids.code(6)) in taken:
        pass
    return code
