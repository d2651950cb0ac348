"""The registry of devices: work on them, what is sent down, who is silent, replaced hardware, what was announced, whose the models are."""

import peewee as p
from playhouse.migrate import migrate

COLUMNS = {
    "device": {
        "reply": p.CharField(200, null=True),
        "awaited_until": p.BigIntegerField(null=True),
        "tested_at": p.BigIntegerField(null=True),
    },
    "device_profile": {
        "org_id": p.IntegerField(null=True),
        "period_s": p.IntegerField(null=True),
        "commands": p.JSONField(null=True),
        "settings": p.JSONField(null=True),
        "registers": p.JSONField(null=True),
    },
}


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class MaintenanceWindow(Base):
        org_id = p.IntegerField(index=True)
        device_id = p.IntegerField(null=True)
        profile_id = p.IntegerField(null=True)
        building = p.CharField(20)
        why = p.CharField(200)
        by_name = p.CharField(80)
        starts_at = p.BigIntegerField()
        ends_at = p.BigIntegerField()
        ended_at = p.BigIntegerField(null=True, index=True)
        created_at = p.BigIntegerField()

    class HeldAlarm(Base):
        window_id = p.IntegerField()
        device_id = p.IntegerField()
        kind = p.CharField(24)
        severity = p.CharField(8)
        words = p.BlobField()
        open_key = p.CharField(120)
        at = p.BigIntegerField()
        again = p.IntegerField()
        over_at = p.BigIntegerField(null=True)
        alarm_id = p.IntegerField(null=True)

    class DeviceCommand(Base):
        device_id = p.IntegerField(index=True)
        name = p.CharField(40)
        key = p.CharField(36, unique=True)
        topic = p.CharField(250)
        payload = p.TextField()
        expects = p.JSONField()
        once = p.BooleanField()
        state = p.CharField(10)
        why = p.CharField(200)
        by_name = p.CharField(80)
        staff_id = p.IntegerField(null=True)
        alarm_id = p.IntegerField(null=True)
        made_at = p.BigIntegerField()
        expires_at = p.BigIntegerField()
        sent_at = p.BigIntegerField(null=True)
        done_at = p.BigIntegerField(null=True)

    class DeviceWatch(Base):
        device_id = p.IntegerField(unique=True)
        first_at = p.BigIntegerField()
        period_s = p.FloatField(null=True)
        samples = p.IntegerField()
        since = p.BigIntegerField(null=True)
        state = p.CharField(8)

    class DeviceWish(Base):
        device_id = p.IntegerField()
        key = p.CharField(40)
        value = p.CharField(40)
        by_name = p.CharField(80)
        at = p.BigIntegerField()

    class DeviceReplacement(Base):
        device_id = p.IntegerField(index=True)
        retired_id = p.IntegerField()
        old_address = p.CharField(120)
        new_address = p.CharField(120)
        why = p.CharField(200)
        by_name = p.CharField(80)
        at = p.BigIntegerField()

    class DiscoveredEntity(Base):
        announced = p.CharField(200, unique=True)
        device = p.CharField(120, index=True)
        topic = p.CharField(200, index=True)
        entity = p.JSONField()
        at = p.BigIntegerField()

    HeldAlarm.add_index(HeldAlarm.window_id, HeldAlarm.open_key, unique=True, name="held_alarm_once")
    DeviceCommand.add_index(
        DeviceCommand.expires_at,
        where=DeviceCommand.state.in_(("waiting", "sending", "sent")),
        name="device_command_under_way",
    )
    DeviceWish.add_index(DeviceWish.device_id, DeviceWish.key, unique=True, name="device_wish_once")
    return [
        MaintenanceWindow,
        HeldAlarm,
        DeviceCommand,
        DeviceWatch,
        DeviceWish,
        DeviceReplacement,
        DiscoveredEntity,
    ]


def up(migrator, db):
    migrate(
        *(
            migrator.add_column(table, name, field)
            for table, columns in COLUMNS.items()
            for name, field in columns.items()
        )
    )
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
    migrate(*(migrator.drop_column(table, name) for table, columns in COLUMNS.items() for name in columns))
