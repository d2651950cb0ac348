"""Questions that staff gave a name."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class DataTable(Base):
        pass

    class SavedView(Base):
        table = p.ForeignKeyField(DataTable, on_delete="CASCADE")
        name = p.CharField(60)
        asked = p.JSONField()
        shown = p.JSONField()
        org_id = p.IntegerField(index=True)
        shared = p.BooleanField()
        role = p.CharField(24)
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        created_at = p.BigIntegerField()

    return [SavedView]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
