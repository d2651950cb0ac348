"""Orgs, the audit log, attachments, leases and heartbeats."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Org(Base):
        parent = p.ForeignKeyField("self", null=True, backref="children", on_delete="RESTRICT")
        level = p.CharField(16)
        name = p.CharField(80)
        path = p.CharField(120, index=True, default="")

    class AuditEntry(Base):
        at = p.BigIntegerField(index=True)
        actor_kind = p.CharField(10)
        actor_id = p.IntegerField()
        actor_name = p.CharField(80)
        action = p.CharField(60, index=True)
        subject = p.CharField(60, index=True)
        org_id = p.IntegerField(null=True, index=True)
        correlation = p.CharField(32, default="")
        payload = p.BlobField(null=True)
        payload_digest = p.CharField(64)
        previous = p.CharField(64)
        hash = p.CharField(64)

    class Attachment(Base):
        key = p.CharField(32, unique=True)
        sha256 = p.CharField(64)
        content_type = p.CharField(60)
        size = p.IntegerField()
        owner = p.CharField(60, index=True)
        created_at = p.BigIntegerField()

    class Lease(Base):
        name = p.CharField(60, unique=True)
        holder = p.CharField(80)
        until = p.BigIntegerField()

    class Heartbeat(Base):
        process = p.CharField(40)
        instance = p.CharField(80)
        at = p.BigIntegerField()
        detail = p.CharField(200, default="")

        class Meta:
            indexes = ((("process", "instance"), True),)

    return [Org, AuditEntry, Attachment, Lease, Heartbeat]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
