"""Models of devices from device repositories: where those lie, each version of a codec with its licence and mapping, and the one that devices follow."""

import peewee as p
from playhouse.migrate import migrate


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class ProfileSource(Base):
        name = p.CharField(40, unique=True)
        layout = p.CharField(12)
        path = p.CharField(400)
        by_name = p.CharField(80)
        created_at = p.BigIntegerField()

    class ProfileVersion(Base):
        profile_id = p.IntegerField()
        number = p.IntegerField()
        state = p.CharField(12)
        source = p.CharField(40)
        layout = p.CharField(12)
        path = p.CharField(240)
        firmware = p.CharField(40)
        commit = p.CharField(64)
        licence = p.CharField(40)
        licence_text = p.TextField()
        sha256 = p.CharField(64, index=True)
        engine = p.CharField(60)
        passed = p.IntegerField()
        total = p.IntegerField()
        vectors = p.TextField()
        rules = p.JSONField()
        accepted_by = p.CharField(80)
        accepted_at = p.BigIntegerField()
        approved_by = p.CharField(80)
        approved_at = p.BigIntegerField(null=True)

    ProfileVersion.add_index(
        ProfileVersion.profile_id, ProfileVersion.number, unique=True, name="profile_version_number"
    )
    return [ProfileSource, ProfileVersion]


def up(migrator, db):
    db.create_tables(_models(db))
    migrate(
        migrator.alter_column_type("device_profile", "decoder", p.CharField(80)),
        migrator.alter_column_type("device_profile", "state", p.CharField(12)),
        migrator.add_column("device_profile", "says", p.JSONField(null=True)),
        migrator.add_column("device_profile", "version_id", p.IntegerField(null=True)),
    )
    # A default that is a list would be written as a row of values.
    db.execute_sql("UPDATE device_profile SET says = '[]'")
    migrate(migrator.add_not_null("device_profile", "says"))


def down(migrator, db):
    migrate(
        migrator.drop_column("device_profile", "version_id"),
        migrator.drop_column("device_profile", "says"),
        migrator.alter_column_type("device_profile", "state", p.CharField(10)),
        migrator.alter_column_type("device_profile", "decoder", p.CharField(64)),
    )
    db.drop_tables(_models(db))
