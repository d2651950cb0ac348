"""What a campaign came to outlasts its people; messages to the people of rows are campaigns now, and their runs end."""

import peewee as p
from playhouse.migrate import migrate


def up(migrator, db):
    db.execute_sql("DELETE FROM bulk_run WHERE kind = 'notify'")
    migrate(
        migrator.add_column("campaign", "sums", p.JSONField(null=True)),
        migrator.drop_column("bulk_run", "text"),
    )


def down(migrator, db):
    migrate(
        migrator.drop_column("campaign", "sums"),
        migrator.add_column("bulk_run", "text", p.BlobField(null=True)),
    )
