"""Repair requests: requests, history, photos, visiting times and their seats."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Slot(Base):
        org_id = p.IntegerField()
        starts_at = p.BigIntegerField()
        ends_at = p.BigIntegerField()
        capacity = p.IntegerField()

        class Meta:
            indexes = ((("org_id", "starts_at"), True),)

    class Request(Base):
        org_id = p.IntegerField(index=True)
        resident_id = p.IntegerField(null=True, index=True)
        contact_identity_id = p.IntegerField(null=True, index=True)
        contact_phone = p.BlobField(null=True)
        kind = p.CharField(16, default="repair")
        category = p.CharField(16)
        description = p.BlobField()
        place = p.CharField(240)
        phase = p.CharField(40, default="")
        area = p.CharField(40, default="")
        building = p.CharField(40, default="")
        unit = p.CharField(40, default="")
        room = p.CharField(40, default="")
        detail = p.CharField(120, default="")
        urgency = p.CharField(10)
        source = p.CharField(12)
        slot = p.ForeignKeyField(Slot, null=True, on_delete="RESTRICT")
        status = p.CharField(12, index=True)
        assignee_id = p.IntegerField(null=True, index=True)
        created_at = p.BigIntegerField(index=True)
        updated_at = p.BigIntegerField()
        assigned_at = p.BigIntegerField(null=True)
        accepted_at = p.BigIntegerField(null=True)
        started_at = p.BigIntegerField(null=True)
        expected_at = p.BigIntegerField(null=True)
        done_at = p.BigIntegerField(null=True)
        closed_at = p.BigIntegerField(null=True)
        acknowledged_at = p.BigIntegerField(null=True)
        due_ack_at = p.BigIntegerField()
        due_at = p.BigIntegerField()
        ack_step = p.IntegerField(default=0)
        due_step = p.IntegerField(default=0)
        round = p.IntegerField(default=1)
        rating = p.IntegerField(null=True)
        rating_comment = p.BlobField(null=True)

        class Meta:
            indexes = ((("building", "unit", "room"), False),)

    class Booking(Base):
        slot = p.ForeignKeyField(Slot, on_delete="CASCADE")
        seat = p.IntegerField()
        request = p.ForeignKeyField(Request, unique=True, on_delete="CASCADE")

        class Meta:
            indexes = ((("slot", "seat"), True),)

    class RequestEvent(Base):
        request = p.ForeignKeyField(Request, on_delete="CASCADE")
        at = p.BigIntegerField()
        actor_kind = p.CharField(10)
        actor_id = p.IntegerField()
        actor_name = p.CharField(80)
        act = p.CharField(16)
        text = p.BlobField(null=True)
        internal = p.BooleanField(default=False)
        from_status = p.CharField(12, null=True)
        to_status = p.CharField(12, null=True)

    class RequestPhoto(Base):
        request = p.ForeignKeyField(Request, on_delete="CASCADE")
        media_key = p.CharField(32, unique=True)
        stage = p.CharField(8)
        at = p.BigIntegerField()

    return [Slot, Request, Booking, RequestEvent, RequestPhoto]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
