"""A heartbeat tells since when its process beats and which data keys it holds."""

import peewee as p
from playhouse.migrate import migrate


def up(migrator, db):
    migrate(
        migrator.add_column("heartbeat", "started_at", p.BigIntegerField(null=True)),
        migrator.add_column("heartbeat", "keys", p.TextField(null=True)),
    )


def down(migrator, db):
    migrate(migrator.drop_column("heartbeat", "keys"), migrator.drop_column("heartbeat", "started_at"))
