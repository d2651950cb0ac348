"""Identities, conversations, what was said to us, and the outbox."""

import peewee


def _models(db):
    class Base(peewee.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Identity(Base):
        channel = peewee.CharField(12)
        address = peewee.BlobField()
        address_index = peewee.CharField(32)
        org_id = peewee.IntegerField(null=True, index=True)
        resident_id = peewee.IntegerField(null=True, index=True)
        staff_id = peewee.IntegerField(null=True, index=True)
        locale = peewee.CharField(12)
        state = peewee.CharField(8)
        preference = peewee.IntegerField()
        verified_at = peewee.BigIntegerField(null=True)
        created_at = peewee.BigIntegerField()

        class Meta:
            indexes = ((("channel", "address_index"), True),)

    class Conversation(Base):
        identity_id = peewee.IntegerField(primary_key=True)
        state = peewee.BlobField(null=True)
        flow = peewee.CharField(40, null=True)
        offer_id = peewee.IntegerField(null=True)
        phone_index = peewee.CharField(32, null=True)
        remind_at = peewee.BigIntegerField(null=True)
        updated_at = peewee.BigIntegerField()

    class Handover(Base):
        identity_id = peewee.IntegerField(index=True)
        org_id = peewee.IntegerField(null=True, index=True)
        reason = peewee.CharField(12)
        said = peewee.BlobField()
        asked_at = peewee.BigIntegerField()
        done_at = peewee.BigIntegerField(null=True, index=True)
        done_by = peewee.IntegerField(null=True)

    class Inbound(Base):
        channel = peewee.CharField(12)
        event_id = peewee.CharField(80)
        identity_id = peewee.IntegerField()
        said = peewee.BlobField()
        outcome = peewee.CharField(20)
        at = peewee.BigIntegerField()

        class Meta:
            indexes = ((("identity_id", "event_id"), True),)

    class Message(Base):
        identity_id = peewee.IntegerField(null=True, index=True)
        resident_id = peewee.IntegerField(null=True)
        staff_id = peewee.IntegerField(null=True)
        content = peewee.BlobField()
        purpose = peewee.CharField(24)
        queue = peewee.CharField(8)
        inbound_id = peewee.IntegerField(null=True)
        dedupe = peewee.CharField(80, null=True)
        about = peewee.CharField(40, null=True)
        correlation = peewee.CharField(16)
        created_at = peewee.BigIntegerField()

    class Delivery(Base):
        message_id = peewee.IntegerField(index=True)
        identity_id = peewee.IntegerField(null=True)
        channel = peewee.CharField(12)
        queue = peewee.CharField(8)
        status = peewee.CharField(10)
        attempts = peewee.IntegerField()
        next_at = peewee.BigIntegerField()
        lease_until = peewee.BigIntegerField(null=True)
        lease_by = peewee.CharField(40, null=True)
        provider_id = peewee.CharField(80, null=True)
        error = peewee.CharField(200, null=True)
        created_at = peewee.BigIntegerField()
        updated_at = peewee.BigIntegerField()

    for model, column in (
        (Conversation, "phone_index"),
        (Conversation, "remind_at"),
        (Message, "resident_id"),
        (Message, "staff_id"),
        (Message, "about"),
        (Delivery, "provider_id"),
    ):
        field = getattr(model, column)
        model.add_index(field, where=field.is_null(False), name=f"{model._meta.table_name}_{column}")
    Message.add_index(Message.dedupe, unique=True, where=Message.dedupe.is_null(False), name="message_dedupe")
    is_open = Delivery.status.in_(("pending", "sending"))
    Delivery.add_index(Delivery.queue, Delivery.next_at, where=is_open, name="delivery_due")
    Delivery.add_index(Delivery.identity_id, where=is_open, name="delivery_in_order")
    is_bad = Delivery.status.in_(("failed", "unknown"))
    Delivery.add_index(Delivery.status, where=is_bad, name="delivery_troubled")
    return [Identity, Conversation, Handover, Inbound, Message, Delivery]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
