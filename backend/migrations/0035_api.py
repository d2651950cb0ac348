"""Keys of other systems, what they asked for, the single messages they sent, and the posts that tell them what became of those."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class ApiKey(Base):
        org_id = p.IntegerField(index=True)
        name = p.CharField(80)
        start = p.CharField(16)
        digest = p.CharField(64, unique=True)
        sandbox = p.BooleanField()
        webhook_url = p.BlobField(null=True)
        webhook_secret = p.BlobField()
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        created_at = p.BigIntegerField()
        last_used_at = p.BigIntegerField(null=True)
        revoked_at = p.BigIntegerField(null=True)

    class ApiCall(Base):
        key_id = p.IntegerField()
        idempotency = p.CharField(64)
        digest = p.CharField(64)
        status = p.IntegerField()
        answer = p.JSONField(null=True)
        created_at = p.BigIntegerField(index=True)

        class Meta:
            indexes = ((("key_id", "idempotency"), True),)

    class ApiMessage(Base):
        key_id = p.IntegerField(index=True)
        org_id = p.IntegerField()
        uid = p.CharField(32, unique=True)
        reference = p.CharField(100, null=True)
        topic = p.CharField(12)
        message_id = p.IntegerField(null=True)
        outcome = p.CharField(12, null=True)
        told = p.CharField(12)
        settled = p.BooleanField()
        created_at = p.BigIntegerField()

    class WebhookPost(Base):
        key_id = p.IntegerField(index=True)
        uid = p.CharField(48, unique=True)
        body = p.JSONField()
        status = p.CharField(8)
        attempts = p.IntegerField()
        next_at = p.BigIntegerField()
        error = p.CharField(120, null=True)
        created_at = p.BigIntegerField(index=True)

    ApiMessage.add_index(ApiMessage.id, where=~ApiMessage.settled, name="apimessage_open")
    ApiMessage.add_index(ApiMessage.key_id, ApiMessage.reference, name="apimessage_reference")
    WebhookPost.add_index(WebhookPost.next_at, where=WebhookPost.status == "waiting", name="webhookpost_due")
    return [ApiKey, ApiCall, ApiMessage, WebhookPost]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
