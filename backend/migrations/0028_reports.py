"""Reports sent by the clock, the e-mail address of staff, and how much each function is used."""

import peewee as p
from playhouse.migrate import migrate


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Report(Base):
        name = p.CharField(80)
        table_id = p.IntegerField(index=True)
        org_id = p.IntegerField(index=True)
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        asked = p.JSONField()
        asked_in = p.CharField(12)
        compare = p.CharField(8)
        files = p.CharField(12)
        every = p.CharField(8)
        day = p.IntegerField()
        at = p.CharField(5)
        working_days = p.BooleanField()
        paused = p.BooleanField()
        next_at = p.BigIntegerField(null=True, index=True)
        created_at = p.BigIntegerField()
        removed_at = p.BigIntegerField(null=True)

    class ReportRecipient(Base):
        report = p.ForeignKeyField(Report, on_delete="CASCADE")
        staff_id = p.IntegerField(index=True)

        class Meta:
            indexes = ((("report", "staff_id"), True),)

    class ReportRun(Base):
        report = p.ForeignKeyField(Report, on_delete="CASCADE")
        due_at = p.BigIntegerField()
        asked_by = p.CharField(80)
        done_at = p.BigIntegerField(null=True, index=True)

        class Meta:
            indexes = ((("report", "due_at"), True),)

    class ReportLetter(Base):
        run = p.ForeignKeyField(ReportRun, on_delete="CASCADE")
        staff_id = p.IntegerField(index=True)
        status = p.CharField(12)
        figures = p.BlobField(null=True)
        message_id = p.IntegerField(null=True)
        opened_at = p.BigIntegerField(null=True)
        at = p.BigIntegerField(index=True)

        class Meta:
            indexes = ((("run", "staff_id"), True),)

    class UsageCount(Base):
        day = p.CharField(10)
        function = p.CharField(80)
        place = p.CharField(12)
        role = p.CharField(24)
        org_id = p.IntegerField()
        what = p.CharField(12)
        times = p.IntegerField()

        class Meta:
            indexes = ((("day", "function", "place", "role", "org_id", "what"), True),)

    return [Report, ReportRecipient, ReportRun, ReportLetter, UsageCount]


def up(migrator, db):
    migrate(migrator.add_column("staff", "email", p.BlobField(null=True)))
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db)[::-1])
    migrate(migrator.drop_column("staff", "email"))
