"""Households, residents, consents, pending changes of files, links."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Household(Base):
        community_id = p.IntegerField(index=True)
        org_id = p.IntegerField(index=True)
        phase = p.CharField(40)
        area = p.CharField(40)
        building = p.CharField(40)
        unit = p.CharField(40)
        room = p.CharField(40)
        key = p.CharField(160)

        class Meta:
            indexes = ((("community_id", "key"), True), (("community_id", "building"), False))

    class Resident(Base):
        org_id = p.IntegerField(index=True)
        household = p.ForeignKeyField(Household, null=True, backref="members", on_delete="SET NULL")
        status = p.CharField(10, index=True)
        name = p.CharField(80, index=True)
        gender = p.CharField(10)
        birthday = p.DateField(null=True)
        id_type = p.CharField(24)
        id_number = p.BlobField(null=True)
        id_index = p.CharField(32, null=True, unique=True)
        mobile = p.BlobField(null=True)
        mobile_index = p.CharField(32, null=True, index=True)
        mobile_proven_at = p.BigIntegerField(null=True)
        email = p.BlobField(null=True)
        email_index = p.CharField(32, null=True, index=True)
        email_confirmed_at = p.BigIntegerField(null=True)
        locale = p.CharField(12)
        channel = p.CharField(12)
        flags = p.CharField(160)
        note = p.CharField(500)
        created_at = p.BigIntegerField(index=True)
        approved_at = p.BigIntegerField(null=True)
        approved_by = p.IntegerField(null=True)

    class Consent(Base):
        resident = p.ForeignKeyField(Resident, backref="consents", on_delete="CASCADE")
        version = p.CharField(20)
        kinds = p.CharField(80)
        channel = p.CharField(12)
        given_at = p.BigIntegerField()
        withdrawn_at = p.BigIntegerField(null=True)

    class FileChange(Base):
        resident = p.ForeignKeyField(Resident, backref="changes", on_delete="CASCADE")
        org_id = p.IntegerField(index=True)
        kind = p.CharField(8)
        status = p.CharField(10, index=True)
        before = p.BlobField(null=True)
        after = p.BlobField(null=True)
        why = p.BlobField(null=True)
        identity_id = p.IntegerField(null=True)
        by = p.CharField(20)
        channel = p.CharField(12)
        at = p.BigIntegerField()
        decided_by = p.IntegerField(null=True)
        decided_at = p.BigIntegerField(null=True)
        decision = p.BlobField(null=True)

    class Link(Base):
        kind = p.CharField(8)
        token_digest = p.CharField(64, unique=True)
        resident = p.ForeignKeyField(Resident, backref="links", on_delete="CASCADE")
        email_index = p.CharField(32, null=True)
        expires_at = p.BigIntegerField()
        used_at = p.BigIntegerField(null=True)

    return [Household, Resident, Consent, FileChange, Link]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
