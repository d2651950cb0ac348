"""Colours on single values, who is responsible for a row, and acts on many rows that take longer than a page may."""

import peewee as p
from playhouse.migrate import migrate

_ROWS = ("record", "record_version")


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class BulkRun(Base):
        kind = p.CharField(8)
        table_id = p.IntegerField(index=True)
        org_id = p.IntegerField(index=True)
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        state = p.CharField(10, index=True)
        text = p.BlobField(null=True)
        rows = p.JSONField()
        batch_id = p.IntegerField(null=True)
        back_id = p.IntegerField(null=True)
        position = p.IntegerField()
        counts = p.JSONField()
        created_at = p.BigIntegerField()
        changed_at = p.BigIntegerField()

    return [BulkRun]


def up(migrator, db):
    for table in _ROWS:
        migrate(
            migrator.add_column(table, "cells", p.JSONField(null=True)),
            migrator.add_column(table, "responsible_id", p.IntegerField(null=True)),
        )
    db.execute_sql(
        'CREATE INDEX "record_responsible" ON "record" ("responsible_id") WHERE ("responsible_id" IS NOT NULL)'
    )
    # Who is at work on a repair is responsible for its row; request 1 is called 1001.
    db.execute_sql(
        "UPDATE record SET responsible_id = (SELECT assignee_id FROM request WHERE request.id + 1000 = record.subject_id)"
        " WHERE table_id IN (SELECT id FROM data_table WHERE key = 'request')"
    )
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
    db.execute_sql('DROP INDEX "record_responsible"')
    for table in _ROWS:
        migrate(
            migrator.drop_column(table, "responsible_id"),
            migrator.drop_column(table, "cells"),
        )
