"""The shared inbox: threads that staff take over, their notes, canned answers, working hours; and the mark on a
conversation that a person is in it."""

import peewee as p
from playhouse.migrate import migrate

_COLUMNS = (
    ("person", p.CharField(16, default="")),
    ("resident_id", p.IntegerField(null=True)),
    ("about", p.CharField(40, null=True)),
    ("taken_by", p.IntegerField(null=True)),
    ("taken_at", p.BigIntegerField(null=True)),
    ("relay", p.BooleanField(default=False)),
    ("greeted_at", p.BigIntegerField(null=True)),
    ("unanswered_at", p.BigIntegerField(null=True)),
    ("first_answer_at", p.BigIntegerField(null=True)),
    ("last_answer_at", p.BigIntegerField(null=True)),
    ("told_at", p.BigIntegerField(null=True)),
    ("outcome", p.CharField(12, default="")),
)


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class HandoverEvent(Base):
        handover_id = p.IntegerField(index=True)
        at = p.BigIntegerField()
        staff_id = p.IntegerField(null=True)
        staff_name = p.CharField(80)
        kind = p.CharField(8)
        text = p.BlobField(null=True)
        message_id = p.IntegerField(null=True)

    class CannedAnswer(Base):
        org_id = p.IntegerField()
        word = p.CharField(24)
        text = p.TextField()
        text_en = p.TextField()
        updated_at = p.BigIntegerField()

        class Meta:
            indexes = ((("org_id", "word"), True),)

    class OfficeHours(Base):
        org_id = p.IntegerField(unique=True)
        week = p.TextField()
        closed = p.TextField()
        updated_at = p.BigIntegerField()

    return [HandoverEvent, CannedAnswer, OfficeHours]


def up(migrator, db):
    migrate(*(migrator.add_column("handover", name, field) for name, field in _COLUMNS))
    migrate(migrator.add_column("conversation", "handover_id", p.IntegerField(null=True)))
    db.execute_sql(
        "UPDATE handover SET resident_id = (SELECT resident_id FROM identity WHERE identity.id = handover.identity_id)"
    )
    db.execute_sql(
        "UPDATE handover SET person = CASE WHEN resident_id IS NULL THEN 'i' || CAST(identity_id AS VARCHAR(12))"
        " ELSE 'r' || CAST(resident_id AS VARCHAR(12)) END"
    )
    # She has one open thread: of several that wait, the first one stays.
    db.execute_sql(
        "UPDATE handover SET done_at = asked_at, outcome = 'merged' WHERE done_at IS NULL AND EXISTS (SELECT 1 FROM handover o"
        " WHERE o.person = handover.person AND o.done_at IS NULL AND o.id < handover.id)"
    )
    db.execute_sql('CREATE INDEX "handover_resident_id" ON "handover" ("resident_id")')
    db.execute_sql(
        'CREATE UNIQUE INDEX "handover_one_open" ON "handover" ("person") WHERE ("done_at" IS NULL)'
    )
    db.execute_sql(
        'CREATE INDEX "handover_with" ON "handover" ("taken_by")'
        ' WHERE (("taken_by" IS NOT NULL) AND ("done_at" IS NULL))'
    )
    db.execute_sql(
        'CREATE INDEX "conversation_handover_id" ON "conversation" ("handover_id") WHERE ("handover_id" IS NOT NULL)'
    )
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
    for index in ("conversation_handover_id", "handover_with", "handover_one_open", "handover_resident_id"):
        db.execute_sql(f'DROP INDEX "{index}"')
    migrate(migrator.drop_column("conversation", "handover_id"))
    migrate(*(migrator.drop_column("handover", name) for name, _field in reversed(_COLUMNS)))
