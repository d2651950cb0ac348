"""Quiet hours and quiet days of each Org."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class QuietHours(Base):
        org_id = p.IntegerField(unique=True)
        begins = p.CharField(5)
        ends = p.CharField(5)
        weekdays = p.JSONField()
        days_off = p.BooleanField()
        zone = p.CharField(40)
        changed_at = p.BigIntegerField()

    class QuietDay(Base):
        org_id = p.IntegerField()
        day = p.DateField()
        quiet = p.BooleanField()
        name = p.CharField(80)

        class Meta:
            indexes = ((("org_id", "day"), True),)

    return [QuietHours, QuietDay]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
