"""Alarms, whom each was told to, and its timeline."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Alarm(Base):
        org_id = p.IntegerField(index=True)
        kind = p.CharField(24)
        severity = p.CharField(8)
        status = p.CharField(8, index=True)
        source = p.CharField(60, index=True)
        open_key = p.CharField(120, null=True, unique=True)
        resident_id = p.IntegerField(null=True, index=True)
        identity_id = p.IntegerField(null=True)
        device_id = p.IntegerField(null=True, index=True)
        words = p.BlobField()
        place = p.BlobField(null=True)
        raised_at = p.BigIntegerField()
        rung = p.IntegerField(default=-1)
        round = p.IntegerField(default=0)
        told_at = p.BigIntegerField(null=True)
        deadline_at = p.BigIntegerField(null=True)
        called = p.BooleanField(default=False)
        asked = p.BooleanField(default=False)
        wake_at = p.BigIntegerField(null=True, index=True)
        answer = p.CharField(16, default="")
        answered_at = p.BigIntegerField(null=True)
        answered_by = p.BlobField(null=True)
        cleared_at = p.BigIntegerField(null=True)

    class AlarmStep(Base):
        alarm = p.ForeignKeyField(Alarm, on_delete="CASCADE")
        round = p.IntegerField()
        rung = p.IntegerField()
        who = p.CharField(20)
        person = p.CharField(24)
        name = p.BlobField()
        resident_id = p.IntegerField(null=True, index=True)
        staff_id = p.IntegerField(null=True, index=True)
        identity_id = p.IntegerField(null=True, index=True)
        told_at = p.BigIntegerField()
        deadline_at = p.BigIntegerField()
        called_at = p.BigIntegerField(null=True)
        answered_at = p.BigIntegerField(null=True)
        answer = p.CharField(16, default="")

        class Meta:
            indexes = ((("alarm", "round", "rung", "person"), True),)

    class AlarmNote(Base):
        alarm = p.ForeignKeyField(Alarm, on_delete="CASCADE")
        at = p.BigIntegerField()
        act = p.CharField(12)
        data = p.BlobField(null=True)

    return [Alarm, AlarmStep, AlarmNote]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
