"""What was measured of somebody's body is kept while she agrees to that: what is there of others goes. In an alarm it stands apart from the words that everybody
reads who is told."""

import peewee as p
from playhouse.migrate import migrate

OF_OTHERS = (
    "SELECT d.id FROM device d WHERE d.resident_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM consent c"
    " WHERE c.resident_id = d.resident_id AND c.kinds = 'health' AND c.withdrawn_at IS NULL)"
)
GOES = (
    "UPDATE reading SET body = NULL WHERE body IS NOT NULL AND device_id IN (OF_OTHERS)",
    "UPDATE device SET body = NULL WHERE body IS NOT NULL AND id IN (OF_OTHERS)",
    "DELETE FROM routed_reading WHERE body IS NOT NULL AND said = '{}' AND device_id IN (OF_OTHERS)",
    "UPDATE routed_reading SET body = NULL WHERE body IS NOT NULL AND device_id IN (OF_OTHERS)",
    # Hardware that was exchanged belongs to nobody, and kept the last values of whoever had it.
    "UPDATE device SET body = NULL WHERE body IS NOT NULL AND status = 'retired' AND resident_id IS NULL",
)


def up(migrator, db):
    migrate(migrator.add_column("alarm", "measured", p.BlobField(null=True)))
    for statement in GOES:
        db.execute_sql(statement.replace("OF_OTHERS", OF_OTHERS))


def down(migrator, db):
    migrate(migrator.drop_column("alarm", "measured"))
