"""Whose webchat it is: a random id in a signed cookie. Nothing about the person is in it."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Response, g, request
from itsdangerous import BadSignature, URLSafeSerializer

from backend.core import db, ids
from backend.core.errors import Forbidden
from backend.core.i18n import _
from backend.messaging import people
from backend.messaging.models import Identity
from backend.settings import settings
from bots.webchat import NAME

YEAR_S = 365 * 86_400
GUARD = "X-Linli"
"""A header that only our own page can send: another site would first have to ask, and is refused."""
_TOKEN = re.compile(r"[\w-]{20,60}", re.ASCII)


@lru_cache(maxsize=4)
def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="webchat")


def _cookie_name() -> str:
    return "__Host-linli-chat" if _https() else "linli_chat"


def _https() -> bool:
    return settings().public_url.startswith("https://")


def address() -> str:
    """The address of this browser's webchat, a new one on its first visit; `keep` puts it into the response."""
    if "webchat" not in g:
        g.webchat = known() or ids.token()
    found: str = g.webchat
    return found


def known() -> str | None:
    """The address that this browser showed; None when it has none, or one that we did not sign."""
    shown = request.cookies.get(_cookie_name())
    if not shown:
        return None
    try:
        token = _signer(settings().secret_key.get_secret_value()).loads(shown)
    except BadSignature:
        return None
    return token if isinstance(token, str) and _TOKEN.fullmatch(token) else None


def keep(response: Response) -> Response:
    """Let the browser remember its webchat for a year."""
    if "webchat" in g:
        response.set_cookie(
            _cookie_name(),
            str(_signer(settings().secret_key.get_secret_value()).dumps(g.webchat)),
            max_age=YEAR_S,
            httponly=True,
            samesite="Lax",
            secure=_https(),
            path="/",
        )
    return response


def identity() -> Identity | None:
    """The Identity behind this browser's cookie; None before anything was said."""
    token = known()
    return people.find(NAME, token) if token else None


def standing(webchats: Collection[str]) -> list[str]:
    """Of these (`Identity's id:index of its address`) those that are there still: the id of one that was forgotten may be another's."""
    db.reconnect_if_lost()
    there = people.indexes(int(one.partition(":")[0]) for one in webchats)
    return [one for one in webchats if there.get(int(one.partition(":")[0])) == one.partition(":")[2]]


def check_origin() -> None:
    """Raises Forbidden for a POST that another site made."""
    origin = request.headers.get("Origin")
    ours = {request.host, urlsplit(settings().public_url).netloc}
    foreign = (
        request.headers.get(GUARD) != "1"
        or request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
        or (origin is not None and urlsplit(origin).netloc not in ours)
    )
    if foreign:
        raise Forbidden(_("This can only be sent from the chat page. Please open it again."))
