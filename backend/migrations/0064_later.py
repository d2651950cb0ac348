"""When a message that was put aside is tried again by itself."""

import peewee as p
from playhouse.migrate import migrate

TABLE = "quarantined_message"


def up(migrator, db):
    migrate(
        migrator.add_column(TABLE, "again_at", p.BigIntegerField(null=True)),
        migrator.add_index(TABLE, ("again_at",), False),
    )


def down(migrator, db):
    migrate(
        migrator.drop_index(TABLE, "quarantined_message_again_at"),
        migrator.drop_column(TABLE, "again_at"),
    )
