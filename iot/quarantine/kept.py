"""What could not be read or stored: kept with the reason, and shown to those whose device or webhook it came from; what is nobody's, to those who look after
everything.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog

from backend.core import access, clock, crypto, orgs
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import NotFound
from backend.core.i18n import LOCALES, Text, render
from backend.core.values import value
from iot.ingest.models import DeviceTopic
from iot.models import LONGEST_ADDRESS, PAYLOAD_PLACE, Device, QuarantinedMessage, QuarantinePile
from iot.quarantine import piles
from iot.registry.devices import CHANGE
from iot.uplink import Arrived

LARGEST = 65_536
"""Bytes of a message that are kept."""
LONGEST_WHY = 200
MOST_LATER = 50_000
"""So many wait to be tried again by themselves, before the ceiling of each device counts for them too."""
SOONEST, RAREST = timedelta(seconds=4), timedelta(minutes=5)
"""Between two tries, at first and at last."""
log = structlog.get_logger()


@value
class Aside:
    """A message and what is wrong with it; `device` is the address that it names, where that could be read; `unheard` as `QuarantinedMessage` has it.
    `later`: it is tried again by itself."""

    arrived: Arrived
    why: Text
    device: str = ""
    unheard: str = ""
    later: bool = False


def put_aside(messages: Sequence[Aside]) -> None:
    """Keep them, for staff to look at; of what one device babbles, the first and the last of each day (`piles`)."""
    if not messages:
        return
    with transaction():
        theirs = devices_of([one.arrived for one in messages if not one.device])
        named = [_short(one.device or theirs.get(id(one.arrived), "")) for one in messages]
        known = Device.select(Device.address, Device.org_id).where(Device.address.in_(sorted(set(named))))
        org_ids = dict(known.tuples())
        rows = []
        for one, device in zip(messages, named, strict=True):
            topic, why = one.arrived.topic.replace("\0", ""), _packed(one.why)
            if one.arrived.retained and _lies_there(topic, why):
                continue
            # A webhook's messages are its community's, whatever they say of themselves.
            org_id = one.arrived.org_id or org_ids.get(device)
            rows.append((one, _row(one, topic, device, why, org_id)))
        # What waits for a listener was read, and is never left out; what is tried again lies there already; and what is tried by itself lies there for a while.
        spare = MOST_LATER - _waiting() if any(one.later for one, _row in rows) else 0
        free: list[QuarantinedMessage] = []
        heaped: list[QuarantinedMessage] = []
        for one, row in rows:
            spare -= one.later
            kept = one.unheard or one.arrived.first is not None or (one.later and spare >= 0)
            (free if kept else heaped).append(row)
        for row in (*free, *piles.kept_of(heaped)):
            log.info("device.quarantined", why=render(why_of(row), "en"))
            row.save(force_insert=True)


def _row(one: Aside, topic: str, device: str, why: str, org_id: int | None) -> QuarantinedMessage:
    return QuarantinedMessage(
        topic=topic,
        payload=crypto.encrypt(one.arrived.payload[:LARGEST], PAYLOAD_PLACE),
        why=why,
        at=one.arrived.since,
        org_id=org_id,
        device=device,
        source=one.arrived.source,
        tried_at=one.arrived.at if one.arrived.first else None,
        unheard=one.unheard,
        again_at=clock.now() + _pause(clock.now() - one.arrived.since) if one.later else None,
    )


def _pause(age: timedelta) -> timedelta:
    """Until what is so old is tried again."""
    return min(max(age / 4, SOONEST), RAREST)


def _waiting() -> int:
    return int(QuarantinedMessage.select().where(QuarantinedMessage.again_at.is_null(False)).count())


def _packed(why: Text) -> str:
    said = {locale: render(why, locale)[:LONGEST_WHY].replace("\0", "") for locale in LOCALES}
    return json.dumps(said).encode("utf-8", "replace").decode()


def why_of(message: QuarantinedMessage) -> Text:
    """The reason, in whatever language somebody reads."""
    return json.loads(message.why)  # type: ignore[no-any-return]


def _short(device: str) -> str:
    """Where it is too long for any device's address, it is nobody's."""
    return device.replace("\0", "") if len(device) <= LONGEST_ADDRESS else ""


def _lies_there(topic: str, why: str) -> bool:
    """What the broker keeps comes again with each new connection: once is enough."""
    same = (QuarantinedMessage.topic == topic) & (QuarantinedMessage.why == why)
    return bool(QuarantinedMessage.select().where(same).exists())


def devices_of(messages: Sequence[Arrived]) -> dict[int, str]:
    """By `id()`, the address of whoever says these, which cannot be read: the one that the topic names, or who alone was heard under it. Of a webhook
    the topic counts alone, since it may say whatever it likes."""
    found, topics = {}, {}
    for one in messages:
        found[id(one)], topics[id(one)] = device_of(one.topic), one.topic
    asked = {
        one.topic for one in messages if not found[id(one)] and not one.source and one.topic.isprintable()
    }
    if not asked:
        return found
    heard: dict[str, set[str]] = defaultdict(set)
    query = DeviceTopic.select(DeviceTopic.topic, DeviceTopic.address)
    for topic, address in query.where(DeviceTopic.topic.in_(sorted(asked))).tuples():
        heard[topic].add(address)
    alone = {topic: min(those) for topic, those in heard.items() if len(those) == 1}
    return {number: address or alone.get(topics[number], "") for number, address in found.items()}


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
    seen_by = _seen_by(actor, QuarantinedMessage)
    query: Any = QuarantinedMessage.select().where(seen_by).order_by(QuarantinedMessage.id.desc())
    return list(query.limit(limit))


def babbling(actor: Actor, limit: int = 50) -> list[QuarantinePile]:
    """Of whom more came on a day than is kept, as far as the actor may see it, the newest first."""
    which = _seen_by(actor, QuarantinePile) & (QuarantinePile.left_out > 0)
    return list(QuarantinePile.select().where(which).order_by(QuarantinePile.id.desc()).limit(limit))


def count(actor: Actor) -> int:
    return int(QuarantinedMessage.select().where(_seen_by(actor, QuarantinedMessage)).count())


def seen(actor: Actor, message_id: int) -> QuarantinedMessage:
    """Raises NotFound, also for one that the actor may not see."""
    found = QuarantinedMessage.get_or_none(
        (QuarantinedMessage.id == message_id) & _seen_by(actor, QuarantinedMessage)
    )
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


def _seen_by(actor: Actor, what: Any) -> Any:
    mine = what.org_id.in_(access.org_ids(actor, CHANGE))
    return mine | what.org_id.is_null() if everywhere(actor) else mine
