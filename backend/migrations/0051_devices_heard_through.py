"""Through which gateway a device is heard; announcements that were withdrawn; messages that were understood and could not be acted on."""

import peewee as p
from playhouse.migrate import migrate

COLUMNS = {
    "device": {"gateway": p.CharField(64, default="")},
    "discovered_entity": {"withdrawn_at": p.BigIntegerField(null=True)},
    "quarantined_message": {"unheard": p.CharField(40, default="")},
}


def up(migrator, db):
    migrate(
        *(
            migrator.add_column(table, name, field)
            for table, columns in COLUMNS.items()
            for name, field in columns.items()
        ),
        # A topic that was cut off names another device when its message is tried again.
        migrator.alter_column_type("quarantined_message", "topic", p.TextField()),
    )


def down(migrator, db):
    # What is longer than the column would keep it from being taken back.
    db.execute_sql('UPDATE "quarantined_message" SET "topic" = substr("topic", 1, 200)')
    migrate(
        migrator.alter_column_type("quarantined_message", "topic", p.CharField(200)),
        *(migrator.drop_column(table, name) for table, columns in COLUMNS.items() for name in columns),
    )
