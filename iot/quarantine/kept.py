"""What could not be read or stored: kept with the reason, and shown to those whose device or webhook it came from; what is nobody's, to those who look after
everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog

from backend.core import access, clock, crypto, orgs
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import NotFound
from backend.core.values import value
from iot.models import LONGEST_ADDRESS, PAYLOAD_PLACE, Device, QuarantinedMessage
from iot.registry.devices import CHANGE
from iot.uplink import Arrived

LARGEST = 65_536
"""Bytes of a message that are kept."""
log = structlog.get_logger()


@value
class Aside:
    """A message and what is wrong with it; `device` is the address that it names, where that could be read; `unheard` as `QuarantinedMessage` has it."""

    arrived: Arrived
    why: str
    device: str = ""
    unheard: str = ""


def put_aside(messages: Sequence[Aside]) -> None:
    """Keep them, for staff to look at."""
    if not messages:
        return
    named = [_short(one.device or device_of(one.arrived.topic)) for one in messages]
    with transaction():
        known = Device.select(Device.address, Device.org_id).where(Device.address.in_(sorted(set(named))))
        org_ids = dict(known.tuples())
        for one, device in zip(messages, named, strict=True):
            topic, why = one.arrived.topic.replace("\0", ""), one.why[:200].replace("\0", "")
            log.info("device.quarantined", why=why)
            if one.arrived.retained and _lies_there(topic, why):
                continue
            QuarantinedMessage.create(
                topic=topic,
                payload=crypto.encrypt(one.arrived.payload[:LARGEST], PAYLOAD_PLACE),
                why=why,
                at=one.arrived.since,
                # A webhook's messages are its community's, whatever they say of themselves.
                org_id=one.arrived.org_id or org_ids.get(device),
                device=device,
                source=one.arrived.source,
                tried_at=one.arrived.at if one.arrived.first else None,
                unheard=one.unheard,
            )


def _short(device: str) -> str:
    """Where it is too long for any device's address, it is nobody's."""
    return device.replace("\0", "") if len(device) <= LONGEST_ADDRESS else ""


def _lies_there(topic: str, why: str) -> bool:
    """What the broker keeps comes again with each new connection: once is enough."""
    same = (QuarantinedMessage.topic == topic) & (QuarantinedMessage.why == why)
    return bool(QuarantinedMessage.select().where(same).exists())


def device_of(topic: str) -> str:
    """The address that a topic names by itself, whatever its message says; "" where it names none."""
    parts = topic.split("/")
    if parts[0] == "linli" and len(parts) > 2:
        return "plain:" + "/".join(parts[1:-1])
    if parts[0] == "application" and len(parts) > 3:
        return f"eui:{parts[3].lower()}"
    if parts[0] == "zigbee2mqtt" and len(parts) > 1:
        return "z2m:" + "/".join(parts[1:])
    if parts[0] in ("tele", "stat") and len(parts) > 2:
        return "tasmota:" + "/".join(parts[1:-1])
    return ""


def listed(actor: Actor, limit: int = 100) -> list[QuarantinedMessage]:
    """What the actor may see, the newest first."""
    query: Any = QuarantinedMessage.select().where(_seen_by(actor)).order_by(QuarantinedMessage.id.desc())
    return list(query.limit(limit))


def count(actor: Actor) -> int:
    return int(QuarantinedMessage.select().where(_seen_by(actor)).count())


def seen(actor: Actor, message_id: int) -> QuarantinedMessage:
    """Raises NotFound, also for one that the actor may not see."""
    found = QuarantinedMessage.get_or_none((QuarantinedMessage.id == message_id) & _seen_by(actor))
    if found is None:
        raise NotFound()
    return found  # type: ignore[no-any-return]


def payload(message: QuarantinedMessage) -> bytes:
    return crypto.decrypt(message.payload, PAYLOAD_PLACE)


def arrived_again(message: QuarantinedMessage) -> Arrived:
    """As it came at first."""
    org_id = message.org_id if message.source else None
    return Arrived(
        message.topic,
        payload(message),
        clock.now(),
        source=message.source,
        org_id=org_id,
        first=message.at,
        unheard=message.unheard,
    )


def drop(actor: Actor, message_id: int) -> None:
    """It is of no use. Raises NotFound."""
    with transaction():
        QuarantinedMessage.delete().where(QuarantinedMessage.id == seen(actor, message_id).id).execute()


def everywhere(actor: Actor) -> bool:
    """Whether the actor looks after all communities."""
    roots = [org.id for org in orgs.Org.select(orgs.Org.id).where(orgs.Org.parent.is_null())]
    return bool(roots) and all(access.may(actor, CHANGE, root) for root in roots)


def _seen_by(actor: Actor) -> Any:
    mine = QuarantinedMessage.org_id.in_(access.org_ids(actor, CHANGE))
    return mine | QuarantinedMessage.org_id.is_null() if everywhere(actor) else mine
