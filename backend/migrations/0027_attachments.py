"""Photos and documents on any subject."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class FiledAttachment(Base):
        subject = p.CharField(60, index=True)
        media_key = p.CharField(32, null=True, unique=True)
        thumb_key = p.CharField(32, null=True, unique=True)
        name = p.BlobField()
        kind = p.CharField(12)
        size = p.IntegerField()
        state = p.CharField(10, index=True)
        org_id = p.IntegerField(index=True)
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        at = p.BigIntegerField()
        removed_at = p.BigIntegerField(null=True, index=True)

    return [FiledAttachment]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
