"""Partitions of the topics and the broker's own figures; whose a message is that could not be read; webhooks of network servers; devices' logins at
the broker."""

import peewee as p
from playhouse.migrate import migrate


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class BrokerSession(Base):
        name = p.CharField(40, unique=True)
        filters = p.JSONField()
        changed_at = p.BigIntegerField()

    class BrokerFigure(Base):
        name = p.CharField(80, unique=True)
        figure = p.BigIntegerField()
        grown = p.BigIntegerField()
        grew_at = p.BigIntegerField(null=True)
        at = p.BigIntegerField()

    class BrokerLogin(Base):
        username = p.CharField(64, unique=True)
        kind = p.CharField(16)
        subject = p.CharField(80)
        secret = p.CharField(200)
        created_at = p.BigIntegerField()
        revoked_at = p.BigIntegerField(null=True)

    class DeviceHook(Base):
        org_id = p.IntegerField(index=True)
        name = p.CharField(80)
        format = p.CharField(20)
        start = p.CharField(20)
        digest = p.CharField(64, unique=True)
        by_id = p.IntegerField(null=True)
        by_name = p.CharField(80)
        created_at = p.BigIntegerField()
        last_used_at = p.BigIntegerField(null=True)
        revoked_at = p.BigIntegerField(null=True)

    return [BrokerSession, BrokerFigure, BrokerLogin, DeviceHook]


_COLUMNS = {
    "org_id": p.IntegerField(null=True),
    "device": p.CharField(120, default=""),
    "source": p.CharField(40, default=""),
    "tried_at": p.BigIntegerField(null=True),
}


def up(migrator, db):
    migrate(*(migrator.add_column("quarantined_message", name, field) for name, field in _COLUMNS.items()))
    migrate(migrator.add_index("quarantined_message", ("org_id",), False))
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
    migrate(migrator.drop_index("quarantined_message", "quarantined_message_org_id"))
    migrate(*(migrator.drop_column("quarantined_message", name) for name in _COLUMNS))
