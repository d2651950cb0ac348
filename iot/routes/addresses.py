"""Addresses of other systems' servers: taken apart, their secrets kept apart, and which of them we may connect to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from backend.core import places
from backend.core.errors import Invalid
from backend.core.i18n import Msg, _
from backend.core.places import Place
from iot.routes.sending import Asked, Given, Target

Schemes = Mapping[str, tuple[int, bool]]
"""(usual port, whether it is TLS) by scheme."""
USER = Asked(
    "user", _("User name"), {"tag": "input", "type": "text", "maxlength": 120, "autocomplete": "off"}
)
PASSWORD = Asked(
    "password",
    _("Password"),
    {"tag": "input", "type": "password", "maxlength": 200, "autocomplete": "new-password"},
    hint=_("Sealed, and never shown again. Left empty, it stays as it is."),
    secret=True,
)


def address(label: Msg, example: str) -> Asked:
    """The field of the server's address."""
    return Asked(
        "url",
        label,
        {"tag": "input", "type": "text", "maxlength": 300, "placeholder": example, "required": True},
    )


def taken(given: Given, before: Target, schemes: Schemes) -> dict[str, Any]:
    """url without user and password, user, password. A password that was kept before stays only where it leads to the same machine and user: who may change
    the address must not make us tell it to another. Raises Invalid."""
    url = given.get("url", "").strip()
    try:
        parts = urlsplit(url)
        port = parts.port or schemes[parts.scheme][0]
        if not parts.hostname or parts.port == 0 or parts.fragment or "," in parts.netloc or len(url) > 300:
            raise ValueError(url)
    except (ValueError, KeyError):
        raise Invalid(
            _("An address here begins with {schemes}.", schemes=", ".join(f"{s}://" for s in schemes)), "url"
        ) from None
    user = given.get("user", "").strip() or unquote(parts.username or "")
    password = given.get("password", "") or unquote(parts.password or "")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    more = f"?{parts.query}" if parts.query else ""
    target = {"url": f"{parts.scheme}://{host}:{port}{parts.path}{more}", "user": user, "password": password}
    if not password and before.get("password") and _leads(before) == _leads(target):
        target["password"] = before["password"]
    place = place_of(target["url"], schemes)
    if not (place.secure or places.inside(place)):
        raise Invalid(
            _(
                "Without encryption readings go only to machines that whoever runs Linli has named (WEBHOOK_HOSTS). Please use {schemes}.",
                schemes=", ".join(f"{s}://" for s, (_port, secure) in schemes.items() if secure),
            ),
            "url",
        )
    return target


def place_of(url: str, schemes: Schemes) -> Place:
    parts = urlsplit(url)
    usual, secure = schemes[parts.scheme]
    return Place(parts.hostname or "", parts.port or usual, secure, parts.path, parts.netloc)


def open_to(place: Place) -> str:
    """The IP address that it has now. Raises places.Refused when it leads into our own house, OSError.

    Who connects by name instead may be led elsewhere a moment later; that is harmless: to a machine that nobody named we speak TLS only, and it must
    prove its name.
    """
    return places.looked_up(place)


def _leads(target: Target) -> tuple[str, str, str]:
    parts = urlsplit(target["url"])
    return (parts.scheme, parts.netloc, target.get("user", ""))
