"""How a trial ends: nothing is sent, and the address decides, so that every way can be tried out."""

from __future__ import annotations

from broadcasts.api import schema

FAILS = ("0001", "fail@")
STAYS = ("0002", "wait@")


def outcome(to: schema.To) -> str:
    """delivered; failed for numbers that end in 0001 and addresses that begin with fail@; waiting for 0002 and wait@."""
    address = to.phone or to.email or ""
    if address.endswith(FAILS[0]) or address.startswith(FAILS[1]):
        return "failed"
    if address.endswith(STAYS[0]) or address.startswith(STAYS[1]):
        return "waiting"
    return "delivered"
