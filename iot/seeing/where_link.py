"""The link in an alarm to where she is: for whoever was told, as long as she is looked for."""

from __future__ import annotations

import hmac

from backend.core import crypto
from backend.settings import settings

SIGNATURE = 20
"""Hex digits: short enough for a text message, and nobody guesses them."""


def url(fence_id: int, moment: int) -> str:
    """`moment`: when she left, in milliseconds; so each time has a link of its own."""
    return f"{settings().base_url}/w/{fence_id:x}-{moment:x}-{_signature(fence_id, moment)}"


def read(name: str) -> tuple[int, int] | None:
    """(fence, moment) of a link of ours."""
    parts = name.split("-")
    try:
        fence_id, moment = int(parts[0], 16), int(parts[1], 16)
    except (ValueError, IndexError):
        return None
    same = (
        len(parts) == 3
        and fence_id < 2**31
        and hmac.compare_digest(parts[2].encode(), _signature(fence_id, moment).encode())
    )
    return (fence_id, moment) if same else None


def _signature(fence_id: int, moment: int) -> str:
    return crypto.blind_index(f"{fence_id}:{moment}", "where-link")[:SIGNATURE]
