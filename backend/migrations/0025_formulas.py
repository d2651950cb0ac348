"""How far computed columns are computed anew."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class FormulaRun(Base):
        table_id = p.IntegerField(unique=True)
        target = p.CharField(80)
        position = p.IntegerField()
        done = p.IntegerField()
        total = p.IntegerField()
        finished = p.BooleanField()
        failures = p.JSONField()

    return [FormulaRun]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
