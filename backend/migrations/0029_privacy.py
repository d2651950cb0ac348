"""Who may see what of a resident, how long things are kept, consents asked anew; how she lives here (floating population, tenancy)."""

import peewee as p
from playhouse.migrate import migrate

_RESIDENT = ("residence", "relation", "tenancy_from", "tenancy_until", "landlord", "landlord_phone")


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Resident(Base):
        pass

    class PrivacyChoice(Base):
        resident = p.ForeignKeyField(Resident, on_delete="CASCADE", index=False)
        item = p.CharField(40)
        level = p.CharField(10)
        channel = p.CharField(12)
        at = p.BigIntegerField()

        class Meta:
            indexes = ((("resident", "item"), True),)

    class ConsentAsked(Base):
        resident = p.ForeignKeyField(Resident, on_delete="CASCADE", index=False)
        version = p.CharField(20)
        at = p.BigIntegerField(null=True)

        class Meta:
            indexes = ((("resident", "version"), True),)

    class RetentionRule(Base):
        kind = p.CharField(40, unique=True)
        months = p.IntegerField()
        running = p.BooleanField()
        changed_at = p.BigIntegerField(null=True)
        changed_by = p.IntegerField(null=True)
        ran_on = p.DateField(null=True)
        last_count = p.IntegerField(default=0)

    return [PrivacyChoice, ConsentAsked, RetentionRule]


def up(migrator, db):
    db.create_tables(_models(db))
    migrate(
        migrator.add_column("resident", "residence", p.CharField(16, default="")),
        migrator.add_column("resident", "relation", p.CharField(16, default="")),
        migrator.add_column("resident", "tenancy_from", p.DateField(null=True)),
        migrator.add_column("resident", "tenancy_until", p.DateField(null=True)),
        migrator.add_column("resident", "landlord", p.BlobField(null=True)),
        migrator.add_column("resident", "landlord_phone", p.BlobField(null=True)),
        migrator.add_column("consent", "withdrawn_channel", p.CharField(12, default="")),
    )
    db.execute_sql(
        'CREATE INDEX "resident_tenancy_until" ON "resident" ("tenancy_until")'
        ' WHERE ("tenancy_until" IS NOT NULL)'
    )
    db.execute_sql('CREATE INDEX "consent_version" ON "consent" ("version")')
    db.execute_sql('CREATE INDEX "consent_asked_waiting" ON "consent_asked" ("id") WHERE ("at" IS NULL)')


def down(migrator, db):
    for index in ("resident_tenancy_until", "consent_version"):
        db.execute_sql(f'DROP INDEX "{index}"')
    migrate(
        migrator.drop_column("consent", "withdrawn_channel"),
        *(migrator.drop_column("resident", name) for name in _RESIDENT),
    )
    db.drop_tables(_models(db))
