"""Identity, Conversation, Inbound, Message, Delivery: what we know of talking with people.

Message bodies, inbound texts and conversation states are sealed JSON (`core.crypto`), bound to their column.
"""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model

CONTENT_PLACE = b"message.content"
STATE_PLACE = b"conversation.state"
SAID_PLACE = b"inbound.said"


class Identity(Model):
    """One address of a person on one channel. `preference`: lowest is tried first."""

    channel = peewee.CharField(12)
    address = Encrypted()
    address_index = peewee.CharField(32)
    org_id = peewee.IntegerField(null=True, index=True)
    resident_id = peewee.IntegerField(null=True, index=True)
    staff_id = peewee.IntegerField(null=True, index=True)
    locale = peewee.CharField(12)
    state = peewee.CharField(
        8, default="active"
    )  # active | stopped (opted out) | blocked (by the user, or a dead number) | gone (forgotten)
    preference = peewee.IntegerField(default=100)
    verified_at = Instant(null=True)
    created_at = Instant()

    class Meta:
        indexes = ((("channel", "address_index"), True),)


class Conversation(Model):
    """The durable state of one Identity talking with us."""

    identity_id = peewee.IntegerField(primary_key=True)
    state = peewee.BlobField(null=True)
    flow = peewee.CharField(40, null=True)
    offer_id = peewee.IntegerField(null=True)  # the last Message whose options can be answered by number
    # Of a number that was proven in it: she may go on from there.
    phone_index = peewee.CharField(32, null=True)
    # The thread of the inbox that staff have taken: a person is in this conversation, and the bot keeps quiet.
    handover_id = peewee.IntegerField(null=True)
    remind_at = Instant(null=True)
    updated_at = Instant()


class Inbound(Model):
    """What a person said, once per provider event."""

    channel = peewee.CharField(12)
    event_id = peewee.CharField(80)
    identity_id = peewee.IntegerField()
    said = peewee.BlobField()
    outcome = peewee.CharField(20, default="")
    at = Instant()

    class Meta:
        indexes = ((("identity_id", "event_id"), True),)


class Message(Model):
    """Something we say to somebody: rendered in her language, not yet in a channel's shape."""

    identity_id = peewee.IntegerField(null=True, index=True)
    resident_id = peewee.IntegerField(null=True)
    staff_id = peewee.IntegerField(null=True)
    content = peewee.BlobField()
    purpose = peewee.CharField(24)
    queue = peewee.CharField(8)
    inbound_id = peewee.IntegerField(null=True)
    dedupe = peewee.CharField(80, null=True)
    about = peewee.CharField(40, null=True)  # e.g. request:1047
    # The only channels that it may be passed on to, the preferred first, by commas; null: any of hers.
    channels = peewee.CharField(60, null=True)
    correlation = peewee.CharField(16, default="")
    created_at = Instant()


class Delivery(Model):
    """Getting one Message to one Identity, with its attempts, lease and receipts. `despite`: she wants to be told nothing there, and was
    told an emergency all the same; null of all others."""

    message_id = peewee.IntegerField(index=True)
    identity_id = peewee.IntegerField(null=True)
    channel = peewee.CharField(12)
    queue = peewee.CharField(8)
    status = peewee.CharField(10)
    attempts = peewee.IntegerField(default=0)
    next_at = Instant()
    lease_until = Instant(null=True)
    lease_by = peewee.CharField(40, null=True)
    provider_id = peewee.CharField(80, null=True)
    error = peewee.CharField(200, null=True)
    despite = peewee.BooleanField(null=True)
    created_at = Instant()
    updated_at = Instant()


# A turn pays for every index page that it touches, so an index holds only the rows that are ever looked for by it.
for _model, _column in (
    (Conversation, "phone_index"),
    (Conversation, "remind_at"),
    (Conversation, "handover_id"),
    (Message, "resident_id"),
    (Message, "staff_id"),
    (Message, "about"),
    (Delivery, "provider_id"),
):
    _field = getattr(_model, _column)
    _model.add_index(_field, where=_field.is_null(False), name=f"{_model._meta.table_name}_{_column}")
Message.add_index(Message.dedupe, unique=True, where=Message.dedupe.is_null(False), name="message_dedupe")
_open = Delivery.status.in_(("pending", "sending"))
Delivery.add_index(Delivery.queue, Delivery.next_at, where=_open, name="delivery_due")
Delivery.add_index(Delivery.identity_id, where=_open, name="delivery_in_order")
_bad = Delivery.status.in_(("failed", "unknown"))
Delivery.add_index(Delivery.status, where=_bad, name="delivery_troubled")
Delivery.add_index(Delivery.message_id, where=Delivery.despite.is_null(False), name="delivery_despite")
_webchat = Delivery.channel == "webchat"
Delivery.add_index(Delivery.identity_id, Delivery.id, where=_webchat, name="delivery_webchat")
_shown = _webchat & (Delivery.status == "sent") & (Delivery.queue != "replies")
Delivery.add_index(Delivery.updated_at, where=_shown, name="delivery_unseen")
