"""Activities and gatherings, who signs up for them, and the photos afterwards."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Event(Base):
        org_id = p.IntegerField(index=True)
        title = p.JSONField()
        body = p.JSONField()
        place = p.JSONField()
        starts_at = p.BigIntegerField(index=True)
        ends_at = p.BigIntegerField()
        capacity = p.IntegerField(null=True)
        companions = p.IntegerField(default=0)
        opens_at = p.BigIntegerField(null=True)
        closes_at = p.BigIntegerField(null=True)
        confirm_minutes = p.IntegerField(default=120)
        cover = p.CharField(32, null=True)
        questions = p.JSONField(null=True)
        status = p.CharField(10, index=True)
        organiser_kind = p.CharField(10)
        organiser_id = p.IntegerField(index=True)
        why = p.BlobField(null=True)
        created_at = p.BigIntegerField()
        updated_at = p.BigIntegerField()
        published_at = p.BigIntegerField(null=True)
        day_reminded_at = p.BigIntegerField(null=True)
        hour_reminded_at = p.BigIntegerField(null=True)
        rating_asked_at = p.BigIntegerField(null=True)

    class EventSignup(Base):
        event = p.ForeignKeyField(Event, on_delete="CASCADE")
        resident_id = p.IntegerField(null=True, index=True)
        name = p.BlobField(null=True)
        status = p.CharField(10)
        companions = p.IntegerField(default=0)
        companion_names = p.BlobField(null=True)
        answers = p.BlobField(null=True)
        code = p.CharField(6)
        pass_digest = p.CharField(32, null=True, unique=True)
        position = p.IntegerField(default=0)
        offered_until = p.BigIntegerField(null=True)
        created_at = p.BigIntegerField()
        updated_at = p.BigIntegerField()
        arrived_at = p.BigIntegerField(null=True)
        rating = p.IntegerField(null=True)
        rating_comment = p.BlobField(null=True)

        class Meta:
            indexes = ((("event", "resident_id"), True), (("event", "code"), True))

    class EventPhoto(Base):
        event = p.ForeignKeyField(Event, on_delete="CASCADE")
        media_key = p.CharField(32, unique=True)
        at = p.BigIntegerField()

    return [Event, EventSignup, EventPhoto]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
