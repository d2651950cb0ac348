"""Devices, their models, what they said, and what could not be read."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class DeviceProfile(Base):
        key = p.CharField(80, unique=True)
        name = p.CharField(80)
        decoder = p.CharField(64)
        rules = p.JSONField()
        state = p.CharField(10)
        by_name = p.CharField(80)
        created_at = p.BigIntegerField()
        changed_at = p.BigIntegerField()

    class Device(Base):
        address = p.CharField(120, unique=True)
        name = p.CharField(80)
        org_id = p.IntegerField(null=True, index=True)
        profile_id = p.IntegerField(null=True, index=True)
        resident_id = p.IntegerField(null=True, index=True)
        place = p.BlobField(null=True)
        status = p.CharField(8, index=True)
        said_model = p.CharField(120)
        points = p.JSONField()
        unread = p.JSONField()
        online = p.BooleanField(null=True)
        seen_at = p.BigIntegerField(null=True)
        created_at = p.BigIntegerField()
        changed_at = p.BigIntegerField()

    class Reading(Base):
        device_id = p.IntegerField()
        kind = p.CharField(8)
        at = p.BigIntegerField()
        received_at = p.BigIntegerField()
        values = p.JSONField()
        key = p.CharField(64, null=True)
        signal = p.FloatField(null=True)

    class QuarantinedMessage(Base):
        topic = p.CharField(200)
        payload = p.BlobField()
        why = p.CharField(200)
        at = p.BigIntegerField(index=True)

    Reading.add_index(Reading.device_id, Reading.at, name="reading_of_device")
    Reading.add_index(
        Reading.device_id, Reading.key, unique=True, where=Reading.key.is_null(False), name="reading_once"
    )
    return [DeviceProfile, Device, Reading, QuarantinedMessage]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
