"""Which messages were sent to an address whose owner wants to be told nothing there."""

import peewee as p
from playhouse.migrate import migrate


def up(migrator, db):
    migrate(migrator.add_column("delivery", "despite", p.BooleanField(null=True)))
    db.execute_sql("CREATE INDEX delivery_despite ON delivery (message_id) WHERE despite IS NOT NULL")


def down(migrator, db):
    migrate(migrator.drop_index("delivery", "delivery_despite"), migrator.drop_column("delivery", "despite"))
