"""Who wants no notices by SMS, and who wants them again.

The state `stopped` of an Identity means: we begin nothing. Notices, reminders and campaigns take the person's next
Identity, or stay visibly unsent; it is for them that the law asks for a way out. What she asks for herself is answered as
ever: the replies of a conversation do not look at the state, so somebody who opted out and writes again is a whole
correspondent, not half of one (mailroom #611). Only a word of hers ends it: START or 恢复, never merely writing. Alarms
reach her household by their ladder, on its other Identities.
"""

from __future__ import annotations

import peewee
import structlog

from backend.core import audit, clock
from backend.core.access import Actor
from backend.core.crypto import ring
from backend.core.db import transaction
from backend.core.i18n import _
from backend.fields.plain import folded
from backend.fields.words import Words
from backend.messaging import outbox, people
from backend.messaging.content import Content, rendered
from backend.messaging.models import SAID_PLACE, Delivery, Identity, Inbound, Message
from conversations.engine import HOLDER
from conversations.inbound import Outgoing, Turn

STOP = frozenset(
    {
        *("stop", "stopall", "stop all", "unsubscribe", "end", "optout", "opt out", "revoke"),
        *("退订", "退", "td", "t", "r", "拒收", "取消订阅", "不要再发", "别发了", "别再发了"),
    }
)
"""Whole messages only. CANCEL and QUIT are words of a conversation here; where Twilio takes them for STOP it says so (OptOutType)."""
START = frozenset({"start", "unstop", "subscribe", "恢复", "订阅", "恢复订阅", "恢复短信", "恢复接收"})


def opted(
    address: str, event_id: str, text: str, locale: str | None, opt_out_type: str | None = None
) -> Turn | None:
    """Heed STOP and START; None when the message is anything else, and so for the conversation.

    `opt_out_type` (STOP, START, HELP) is Twilio's own finding: it has then answered the person itself.
    """
    wish = _wish(text, opt_out_type)
    if wish is None:
        return None
    if wish == "START" and opt_out_type is None:
        known = people.find("sms", address)
        if known is None or (known.state == "active" and not heard_before(event_id)):
            return None
    try:
        return _heed(address, event_id, wish, locale, answered=opt_out_type is not None)
    except peewee.IntegrityError:
        # The same event at the same instant: the other one did it.
        return _heed(address, event_id, wish, locale, answered=opt_out_type is not None)


def _wish(text: str, opt_out_type: str | None) -> str | None:
    if opt_out_type in ("STOP", "START", "HELP"):
        return opt_out_type
    word = folded(text) if len(text) <= 20 else ""
    return "STOP" if word in STOP else "START" if word in START else None


def heard_before(event_id: str) -> bool:
    """Whether this message was heard before."""
    return Inbound.select().where((Inbound.channel == "sms") & (Inbound.event_id == event_id)).exists()


def _heed(address: str, event_id: str, wish: str, locale: str | None, *, answered: bool) -> Turn:
    with transaction():
        identity = people.ensure("sms", address, locale)
        heard = Inbound.get_or_none((Inbound.channel == "sms") & (Inbound.event_id == event_id))
        if heard is not None:
            return Turn(
                identity.id, identity.locale, _said_then(heard.id, identity.id), "repeat", repeated=True
            )
        if wish != "HELP":
            _change(identity, "stopped" if wish == "STOP" else "active")
        sealed = ring().encrypt(b'{"text": "%s"}' % wish.encode(), SAID_PLACE)
        heard = Inbound.create(
            channel="sms",
            event_id=event_id,
            identity_id=identity.id,
            said=sealed,
            outcome="consent",
            at=clock.now(),
        )
        replies = () if answered else (_reply(identity, heard.id, wish),)
        return Turn(identity.id, identity.locale, replies, "consent")


def _change(identity: Identity, state: str) -> None:
    if identity.state == state:
        return
    people.set_state(identity.id, state)
    by = Actor("resident", identity.resident_id or 0, "SMS")
    action = "identity.stop" if state == "stopped" else "identity.start"
    audit.record(
        by, action, f"identity:{identity.id}", org_id=identity.org_id, before=identity.state, after=state
    )


def _reply(identity: Identity, inbound_id: int, wish: str) -> Outgoing:
    content = rendered(_stopped() if wish == "STOP" else _started(), identity.locale)
    correlation = structlog.contextvars.get_contextvars().get("correlation", "")
    whom = (identity.id, "sms", identity.resident_id, identity.staff_id)
    message_id, delivery_id = outbox.reply(whom, content, inbound_id, HOLDER, correlation, clock.now_ms())
    return Outgoing(delivery_id, message_id, content)


def _said_then(inbound_id: int, identity_id: int) -> tuple[Outgoing, ...]:
    found = []
    for message in Message.select().where(Message.inbound_id == inbound_id).order_by(Message.id):
        delivery = Delivery.get((Delivery.message_id == message.id) & (Delivery.identity_id == identity_id))
        found.append(Outgoing(delivery.id, message.id, Content.unseal(message.content)))
    return tuple(found)


def _stopped() -> Words:
    return Words(
        _(
            "You will get no more notices from us by SMS. When you write, we still answer. To get notices again, reply START."
        )
    )


def _started() -> Words:
    return Words(_("You will get our notices by SMS again. To end them, reply STOP."))
