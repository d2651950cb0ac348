"""Who is whose family, carer, volunteer, neighbour."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Relation(Base):
        resident_id = p.IntegerField(index=True)
        kind = p.CharField(10)
        name = p.BlobField(null=True)
        called = p.BlobField(null=True)
        identity_id = p.IntegerField(null=True, index=True)
        relative_id = p.IntegerField(null=True, index=True)
        rank = p.IntegerField(default=100)
        topics = p.CharField(80)
        status = p.CharField(10)
        zone = p.CharField(40, default="")
        code_index = p.CharField(64, null=True, unique=True)
        code_until = p.BigIntegerField(null=True)
        created_at = p.BigIntegerField()
        consented_at = p.BigIntegerField(null=True)
        consent_by = p.CharField(10, default="")
        withdrawn_at = p.BigIntegerField(null=True)

    class FamilyKnock(Base):
        what = p.CharField(8)
        who = p.CharField(64, index=True)
        at = p.BigIntegerField(index=True)

    return [Relation, FamilyKnock]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
