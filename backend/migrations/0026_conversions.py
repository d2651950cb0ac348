"""Columns that are becoming another kind."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Conversion(Base):
        table_id = p.IntegerField(index=True)
        old_key = p.CharField(32)
        new_key = p.CharField(32)
        batch_id = p.IntegerField()
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        at = p.BigIntegerField()
        position = p.IntegerField()
        done = p.IntegerField()
        total = p.IntegerField()
        unfit = p.IntegerField()
        finished = p.BooleanField()
        undone = p.BooleanField()

    return [Conversion]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
