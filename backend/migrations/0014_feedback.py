"""Feedback: suggestions, complaints, praise, and their history."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Feedback(Base):
        org_id = p.IntegerField(index=True)
        resident_id = p.IntegerField(null=True, index=True)
        identity_id = p.IntegerField(null=True, index=True)
        kind = p.CharField(12)
        topic = p.CharField(12)
        text = p.BlobField()
        photo = p.CharField(32, null=True)
        contact = p.BlobField(null=True)
        wants_answer = p.BooleanField()
        source = p.CharField(12)
        status = p.CharField(10, index=True)
        created_at = p.BigIntegerField(index=True)
        updated_at = p.BigIntegerField()
        answered_at = p.BigIntegerField(null=True)
        closed_at = p.BigIntegerField(null=True)
        settled = p.BooleanField(null=True)
        reopened = p.BooleanField()

    class FeedbackEvent(Base):
        feedback_id = p.IntegerField(index=True)
        at = p.BigIntegerField()
        actor_kind = p.CharField(10)
        actor_id = p.IntegerField()
        actor_name = p.CharField(80)
        act = p.CharField(10)
        text = p.BlobField(null=True)

    return [Feedback, FeedbackEvent]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
