"""Where readings go onward, and what is on its way there; whether a key reads devices."""

import peewee as p
from playhouse.migrate import migrate


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Route(Base):
        org_id = p.IntegerField(index=True)
        name = p.CharField(80)
        kind = p.CharField(8)
        uid = p.CharField(24, unique=True)
        filter = p.JSONField()
        shape = p.JSONField()
        target = p.BlobField()
        state = p.CharField(8)
        rate = p.IntegerField()
        kept_days = p.IntegerField()
        most = p.IntegerField()
        is_full = p.BooleanField()
        lost = p.IntegerField()
        lost_since = p.BigIntegerField(null=True)
        sent = p.BigIntegerField()
        sent_at = p.BigIntegerField(null=True)
        tries = p.IntegerField()
        next_at = p.BigIntegerField(null=True)
        failing_since = p.BigIntegerField(null=True)
        error = p.CharField(200, null=True)
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        created_at = p.BigIntegerField()
        changed_at = p.BigIntegerField()

    class RoutedReading(Base):
        route_id = p.IntegerField()
        device_id = p.IntegerField()
        kind = p.CharField(8)
        at = p.BigIntegerField()
        received_at = p.BigIntegerField()
        said = p.TextField()
        status = p.CharField(8)
        tries = p.IntegerField()
        next_at = p.BigIntegerField(null=True)
        error = p.CharField(200, null=True)
        created_at = p.BigIntegerField()
        done_at = p.BigIntegerField(null=True)

    entry = RoutedReading
    entry.add_index(entry.route_id, entry.id, where=entry.status == "waiting", name="routedreading_waiting")
    entry.add_index(
        entry.route_id, entry.next_at,
        where=(entry.status == "waiting") & entry.next_at.is_null(False), name="routedreading_held",
    )  # fmt: skip
    entry.add_index(entry.route_id, entry.id, where=entry.status == "dead", name="routedreading_dead")
    entry.add_index(entry.done_at, where=entry.done_at.is_null(False), name="routedreading_done")
    return [Route, RoutedReading]


def up(migrator, db):
    db.create_tables(_models(db))
    migrate(migrator.add_column("api_key", "reads_devices", p.BooleanField(default=False)))


def down(migrator, db):
    migrate(migrator.drop_column("api_key", "reads_devices"))
    db.drop_tables(_models(db))
