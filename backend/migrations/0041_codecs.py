"""Vendors' codecs that ran into limits, and those that are stopped for it."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class CodecFault(Base):
        codec = p.CharField(64)
        at = p.BigIntegerField()
        why = p.CharField(200)

    class CodecStop(Base):
        codec = p.CharField(64, unique=True)
        at = p.BigIntegerField()
        why = p.CharField(200)

    CodecFault.add_index(CodecFault.codec, CodecFault.at, name="fault_of_codec")
    return [CodecFault, CodecStop]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
