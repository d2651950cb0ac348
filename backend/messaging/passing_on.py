"""Where a Message goes when it cannot be delivered, or is not looked at: the person's next Identity, when whoever sends to many
allows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from backend.core import clock
from backend.core.db import transaction
from backend.messaging import outbox, people, topics
from backend.messaging.content import Content
from backend.messaging.models import Delivery, Identity, Message

When = int | Literal["later", "never"]
"""Milliseconds since 1970 from which it may leave; later: what it belongs to is stopped for now; never: it is too late for it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Of Messages about one kind of subject. `when(about)`; `got_nowhere(message)`: nothing is left to try, told inside the transaction."""

    when: Callable[[str], When]
    got_nowhere: Callable[[Message], None]


_rules: dict[str, Rule] = {}


def register(kind: str, rule: Rule) -> None:
    """At import: for Messages about `kind:number`."""
    _rules[kind] = rule


def when(message: Message) -> When:
    """When it may be passed on; at once, where nobody says otherwise."""
    rule = _rule(message)
    return rule.when(message.about or "") if rule is not None else clock.now_ms()


def got_nowhere(message: Message) -> None:
    rule = _rule(message)
    if rule is not None:
        rule.got_nowhere(message)


def _rule(message: Message) -> Rule | None:
    return _rules.get((message.about or "").partition(":")[0])


def following(delivery: Delivery, message: Message) -> Identity | None:
    """The person's preferred Identity that this Message was not yet tried on. A reply stays where it was asked for, and a Message
    with channels of its own on these, in their order. Nobody is told at another address what she does not wish to hear of, but an
    emergency."""
    if message.purpose in ("reply", "code"):
        return None
    to: people.To
    if message.resident_id:
        to = people.Resident(message.resident_id)
    elif message.staff_id:
        to = people.StaffMember(message.staff_id)
    else:
        return None
    tried = {
        d.identity_id for d in Delivery.select(Delivery.identity_id).where(Delivery.message_id == message.id)
    }
    everywhere = message.purpose == outbox.EMERGENCY
    left = [
        i
        for i in people.identities(to, asked_for=everywhere, alarm=message.purpose == outbox.ALARM)
        if i.id not in tried
    ]
    if message.purpose == "campaign":
        left = [i for i in left if i.channel != "voice" or not people.stopped_by_sms(i)]
    if message.channels:
        order = message.channels.split(",")
        left = sorted((i for i in left if i.channel in order), key=lambda i: order.index(i.channel))
    if not left:
        return None
    topic = Content.unseal(message.content).topic if delivery.queue in topics.TO_MANY else ""
    return None if topic and topic in topics.left_by(left[0].id) else left[0]


ALERTS = "alerts"
HELD_S = 10.0
"""An alarm that is to wait longer than this for its channel goes on beside it."""
TRIES = 2
"""So does one that was sent in vain so often."""


def waits(delivery: Delivery, pause_s: float) -> bool:
    """Whether this one, to be tried again after `pause_s`, must not wait for its channel alone."""
    return delivery.queue == ALERTS and (pause_s > HELD_S or delivery.attempts >= TRIES)


def beside(delivery: Delivery) -> bool:
    """Send what this locked Delivery says to the person's next address as well, while it goes on trying; once, for the further one
    leads on by itself. Whether it went."""
    with transaction():
        if leads_on(delivery) or delivery.status not in ("pending", "sending"):
            return False
        message = Message.get_by_id(delivery.message_id)
        next_one = following(delivery, message)
        at = when(message)
        if next_one is None or not isinstance(at, int):
            return False
        outbox.deliver_again(delivery.message_id, next_one, delivery.queue, at)
    return True


def leads_on(delivery: Delivery) -> bool:
    """Whether a further Delivery of an alarm is there: its failing is what the next address waits for."""
    later = (Delivery.message_id == delivery.message_id) & (Delivery.id > delivery.id)
    return delivery.queue == ALERTS and bool(Delivery.select().where(later).exists())
