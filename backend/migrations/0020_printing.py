"""Templates to print with, and what is being printed."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class PrintTemplate(Base):
        org_id = p.IntegerField(index=True)
        name = p.CharField(80)
        kind = p.CharField(60, default="")
        preset = p.CharField(20)
        width = p.FloatField()
        height = p.FloatField()
        margins = p.JSONField()
        layout = p.CharField(8)
        body = p.TextField()
        css = p.TextField(default="")
        version = p.IntegerField(default=1)
        created_at = p.BigIntegerField()
        updated_at = p.BigIntegerField()
        updated_by = p.IntegerField()

    class PrintBatch(Base):
        staff_id = p.IntegerField(index=True)
        kind = p.CharField(60)
        ids = p.JSONField()
        total = p.IntegerField()
        locale = p.CharField(12)
        status = p.CharField(10, index=True)
        name = p.CharField(80, default="")
        design = p.JSONField(null=True)
        done = p.IntegerField(default=0)
        pages = p.IntegerField(default=0)
        why = p.JSONField(null=True)
        key = p.CharField(32, null=True)
        size = p.IntegerField(default=0)
        leased_until = p.BigIntegerField(null=True)
        created_at = p.BigIntegerField()
        expires_at = p.BigIntegerField(index=True)

    class PrintPart(Base):
        batch = p.ForeignKeyField(PrintBatch, on_delete="CASCADE")
        start = p.IntegerField()
        key = p.CharField(32)
        size = p.IntegerField()

        class Meta:
            indexes = ((("batch", "start"), True),)

    return [PrintTemplate, PrintBatch, PrintPart]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
