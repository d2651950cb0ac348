"""Imports: runs, their rows on the way, layouts known from before."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class ImportRun(Base):
        table_key = p.CharField(32)
        org_id = p.IntegerField(index=True)
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        name = p.CharField(200)
        state = p.CharField(12, index=True)
        choices = p.JSONField()
        preview = p.BlobField(null=True)
        file_key = p.CharField(32, null=True)
        source = p.BlobField(null=True)
        rows = p.IntegerField()
        parts = p.IntegerField()
        position = p.IntegerField()
        counts = p.JSONField()
        problem = p.JSONField(null=True)
        batch_id = p.IntegerField(null=True)
        created_at = p.BigIntegerField(index=True)
        changed_at = p.BigIntegerField()

    class ImportPart(Base):
        run = p.ForeignKeyField(ImportRun, on_delete="CASCADE")
        number = p.IntegerField()
        cells = p.BlobField()
        wrong = p.BlobField(null=True)
        keys = p.BlobField(null=True)

        class Meta:
            indexes = ((("run", "number"), True),)

    class ImportLayout(Base):
        table_key = p.CharField(32)
        signature = p.CharField(32)
        choices = p.JSONField()
        changed_at = p.BigIntegerField()

        class Meta:
            indexes = ((("table_key", "signature"), True),)

    return [ImportRun, ImportPart, ImportLayout]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
