"""Which machines we may send to at the word of staff: those on the open internet, and those of our own network that the operator named."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from backend.settings import settings


class Refused(Exception):
    """The address leads into our own house."""


@dataclass(frozen=True, slots=True)
class Place:
    """A machine, and what to ask it for; `netloc` as the address writes it."""

    host: str
    port: int
    secure: bool
    path: str
    netloc: str


def of(url: str) -> Place:
    """Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.port == 0:
        raise ValueError(url)
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.hostname, parts.port or (443 if secure else 80), secure, path, parts.netloc)


def inside(place: Place) -> bool:
    """Whether the operator named this machine of our own network (WEBHOOK_HOSTS)."""
    named = {h.strip() for h in settings().webhook_hosts.split(",") if h.strip()}
    return f"{place.host}:{place.port}" in named


def looked_up(place: Place) -> str:
    """The IP address to send to. Raises Refused, OSError."""
    found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    open_ = place.secure and all(ip_address(a).is_global for a in addresses)
    if not open_ and not inside(place):
        raise Refused
    return addresses[0]
