"""Where she can be asked, and what was heard from her."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from backend.care.models import CarePlan, CheckIn, CheckInQuestion
from backend.core import clock
from backend.messaging import Resident, people, threads
from backend.messaging.models import Identity
from backend.messaging.threads import Heard

CHANNELS = ("sms", "voice", "telegram", "webchat", "email")
"""On which a plan may ask; the order is the plan's own."""


def reachable(plan: CarePlan) -> dict[str, Identity]:
    """See `reachable_on`: on the plan's channels."""
    return reachable_on(plan.resident_id, plan.channels)


def reachable_on(resident_id: int, channels: str) -> dict[str, Identity]:
    """Her address on each of these channels (comma-separated) that can be written to now, in their order. The telephone that she
    writes text messages from can also be rung up."""
    hers: dict[str, Identity] = {}
    for known in people.identities(Resident(resident_id)):
        hers.setdefault(known.channel, known)
    found = {}
    for channel in channels.split(","):
        identity: Identity | None = hers.get(channel)
        if identity is None and channel == "voice" and (mobile := hers.get("sms")) is not None:
            identity = people.ensure("voice", mobile.address, mobile.locale, mobile.org_id)
        if identity is not None and identity.state == "active":
            found[channel] = identity
    return found


def heard(check_in: CheckIn, asked: list[CheckInQuestion]) -> Heard | None:
    """What she last wrote or said since she was asked, anywhere."""
    if check_in.asked_at is None:
        return None
    besides = {q.identity_id for q in asked if q.identity_id is not None}
    return last_word(check_in.resident_id, check_in.asked_at, besides)


def last_word(resident_id: int, since: datetime, besides: Collection[int] = ()) -> Heard | None:
    """What she last wrote or said since then, on any address of hers and on these."""
    hers = {i.id for i in people.identities(Resident(resident_id), reachable=False)} | set(besides)
    return threads.last_word(sorted(hers), clock.to_ms(since))


def at_of(word: Heard) -> datetime:
    return clock.from_ms(word.at)
