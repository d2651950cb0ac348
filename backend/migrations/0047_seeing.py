"""Alarms: many at one place, what was written when they were over, what a camera saw. Devices: prices, plans, safe areas, where somebody is."""

import peewee as p
from playhouse.migrate import migrate


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class AlarmStorm(Base):
        kind = p.CharField(24)
        org_id = p.IntegerField(index=True)
        area = p.CharField(40)
        open_key = p.CharField(120, null=True, unique=True)
        began_at = p.BigIntegerField()
        told_count = p.IntegerField()
        told_at = p.BigIntegerField()
        ended_at = p.BigIntegerField(null=True)

    class AlarmReview(Base):
        alarm_id = p.IntegerField(unique=True)
        org_id = p.IntegerField(index=True)
        cause = p.CharField(16)
        found = p.BlobField(null=True)
        done = p.BlobField(null=True)
        follow_up = p.BlobField(null=True)
        follow_up_on = p.DateField(null=True, index=True)
        followed_at = p.BigIntegerField(null=True)
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        at = p.BigIntegerField()

    class Tariff(Base):
        org_id = p.IntegerField(index=True)
        point = p.CharField(20)
        price = p.IntegerField()
        from_day = p.DateField()
        by_name = p.CharField(80)
        at = p.BigIntegerField()

    class Plan(Base):
        org_id = p.IntegerField(index=True)
        name = p.CharField(80)
        media_key = p.CharField(32)
        width = p.IntegerField()
        height = p.IntegerField()
        by_name = p.CharField(80)
        at = p.BigIntegerField()

    class Pin(Base):
        device_id = p.IntegerField(unique=True)
        plan_id = p.IntegerField(null=True, index=True)
        x = p.FloatField()
        y = p.FloatField()

    class Fence(Base):
        resident_id = p.IntegerField(index=True)
        name = p.BlobField()
        shape = p.BlobField()
        days = p.CharField(7)
        begins = p.CharField(5)
        ends = p.CharField(5)
        active = p.BooleanField()
        count = p.IntegerField()
        outside_at = p.BigIntegerField(null=True)
        by_name = p.CharField(80)
        at = p.BigIntegerField()

    class Tracking(Base):
        resident_id = p.IntegerField(unique=True)
        consent_by = p.CharField(20)
        by_name = p.CharField(80)
        at = p.BigIntegerField()
        last = p.BlobField(null=True)
        last_at = p.BigIntegerField(null=True)

    class Snapshot(Base):
        device_id = p.IntegerField()
        at = p.BigIntegerField()
        data = p.BlobField(null=True)
        url = p.BlobField(null=True)
        tries = p.IntegerField()
        next_at = p.BigIntegerField(index=True)

    class Position(Base):
        resident_id = p.IntegerField(index=True)
        at = p.BigIntegerField(index=True)
        place = p.BlobField()

    return [AlarmStorm, AlarmReview, Tariff, Plan, Pin, Fence, Tracking, Snapshot, Position]


def up(migrator, db):
    migrate(
        migrator.add_column("alarm", "area", p.CharField(40, default="")),
        migrator.add_column("alarm", "storm_id", p.IntegerField(null=True, index=True)),
        migrator.add_column("alarm", "media", p.CharField(200, default="")),
    )
    db.execute_sql('CREATE INDEX "alarm_lately" ON "alarm" ("kind", "org_id", "raised_at")')
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
    db.execute_sql('DROP INDEX "alarm_lately"')
    db.execute_sql('DROP INDEX "alarm_storm_id"')
    migrate(*(migrator.drop_column("alarm", name) for name in ("media", "storm_id", "area")))
