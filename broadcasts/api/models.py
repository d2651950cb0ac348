"""Keys of other systems, their calls, the messages they sent one by one, and what we post to them."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model


class ApiKey(Model):
    """A secret that an Org gave to another system; only its SHA-256 is kept, and its `start`, by which people tell keys apart.
    With `sandbox` everything is as in earnest, and nothing is sent. `reads_devices`: it may ask what devices say.
    `webhook_secret` signs what we post to `webhook_url`."""

    org_id = peewee.IntegerField(index=True)
    name = peewee.CharField(80)
    start = peewee.CharField(16)
    digest = peewee.CharField(64, unique=True)
    sandbox = peewee.BooleanField()
    reads_devices = peewee.BooleanField(default=False)
    webhook_url = Encrypted(null=True)
    webhook_secret = Encrypted()
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    created_at = Instant()
    last_used_at = Instant(null=True)
    revoked_at = Instant(null=True)

    @property
    def subject(self) -> str:
        """What the audit log calls it."""
        return f"api_key:{self.id}"


class ApiCall(Model):
    """A call that named itself (Idempotency-Key): its answer is given again, and it is done once. `digest` is of what was asked for."""

    key_id = peewee.IntegerField()
    idempotency = peewee.CharField(64)
    digest = peewee.CharField(64)
    status = peewee.IntegerField()
    answer = peewee.JSONField(null=True)
    created_at = Instant(index=True)

    class Meta:
        indexes = ((("key_id", "idempotency"), True),)


class ApiMessage(Model):
    """A message that another system sent to one person, known to it as `uid`. `outcome`: how a trial ends, which has no Message;
    `told`: the status that was posted last; `settled`: no other will follow."""

    key_id = peewee.IntegerField(index=True)
    org_id = peewee.IntegerField()
    uid = peewee.CharField(32, unique=True)
    reference = peewee.CharField(100, null=True)
    topic = peewee.CharField(12)
    message_id = peewee.IntegerField(null=True)
    outcome = peewee.CharField(12, null=True)
    told = peewee.CharField(12)
    settled = peewee.BooleanField()
    created_at = Instant()


class WebhookPost(Model):
    """Something that is posted to a key's address until it is taken, for a day. waiting | taken | failed."""

    key_id = peewee.IntegerField(index=True)
    uid = peewee.CharField(48, unique=True)
    body = peewee.JSONField()
    status = peewee.CharField(8)
    attempts = peewee.IntegerField(default=0)
    next_at = Instant()
    error = peewee.CharField(120, null=True)
    created_at = Instant(index=True)


ApiMessage.add_index(ApiMessage.id, where=~ApiMessage.settled, name="apimessage_open")
ApiMessage.add_index(ApiMessage.key_id, ApiMessage.reference, name="apimessage_reference")
WebhookPost.add_index(WebhookPost.next_at, where=WebhookPost.status == "waiting", name="webhookpost_due")
