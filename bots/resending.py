"""What staff do about messages: send one again."""

from __future__ import annotations

from backend.core import audit, live
from backend.core.access import Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import Conflict, NotFound
from backend.core.i18n import _
from backend.messaging import outbox, people
from backend.messaging.models import Delivery, Identity, Message
from bots import message_log


def resend(actor: Actor, message_id: int) -> int:
    """Send a Message again, where it went last, or where the person can be reached now. Returns the new Delivery's id.

    Raises Conflict while it is on its way, for a one-time code, and when there is nowhere to send it.
    """
    with transaction():
        query = Message.select().where(Message.id == message_id)
        message = (query.for_update() if is_postgres() else query).first()
        if message is None:
            raise NotFound()
        earlier = list(
            Delivery.select().where(Delivery.message_id == message_id).order_by(Delivery.id.desc())
        )
        identity = _where(message, earlier)
        message_log.check(actor, "message.resend", message_id)
        if message.purpose == "code":
            raise Conflict(
                _("A code is not sent twice: it may have expired. Please let the person ask for a new one.")
            )
        if any(d.status in ("pending", "sending") for d in earlier):
            raise Conflict(_("This message is on its way already."))
        if identity is None:
            raise Conflict(
                _(
                    "There is no address that this person can be reached at. Please call, or correct the file first."
                )
            )
        delivery_id = outbox.deliver_again(message_id, identity, message.queue)
        audit.record(
            actor,
            "message.resend",
            f"message:{message_id}",
            org_id=identity.org_id,
            before={"deliveries": [d.status for d in earlier]},
            after={"channel": identity.channel},
        )
        live.publish(live.ADMIN, {"kind": "message", "id": message_id})
    return delivery_id


def _where(message: Message, earlier: list[Delivery]) -> Identity | None:
    """The address of the last try while it may be written to, else the person's preferred one."""
    for delivery in earlier:
        found = Identity.get_or_none(Identity.id == delivery.identity_id) if delivery.identity_id else None
        if found is not None and found.state == "active":
            return found
    to: people.To | None = None
    if message.resident_id:
        to = people.Resident(message.resident_id)
    elif message.staff_id:
        to = people.StaffMember(message.staff_id)
    reachable = people.identities(to) if to else []
    return reachable[0] if reachable else None
