"""People to write to, in tests: a grandmother with a keypad phone and Telegram, her daughter abroad."""

from __future__ import annotations

from backend.messaging import people
from backend.messaging.models import Identity

GRANDMA, DAUGHTER = 7, 8
GRANDMAS_PHONE = "+8613800138000"


def grandma_has(channel: str, address: str) -> Identity:
    return has(GRANDMA, channel, address)


def has(resident_id: int, channel: str, address: str) -> Identity:
    """The resident has this proven address."""
    identity = people.ensure(channel, address, "zh_CN")
    people.join_resident(identity.id, resident_id)
    return people.get(identity.id)
