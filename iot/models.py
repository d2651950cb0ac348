"""Devices, their models, what they said, and what could not be read."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model

PAYLOAD_PLACE = "quarantined_message.payload"


class DeviceProfile(Model):
    """A model of devices. `decoder`: "" where its network says values by itself, "cayenne" for that payload. `rules` are `mapping.Rule`s as
    JSON; only of an `approved` profile they may raise alarms."""

    key = peewee.CharField(80, unique=True)
    name = peewee.CharField(80)
    decoder = peewee.CharField(64)
    rules = peewee.JSONField()
    state = peewee.CharField(10)  # draft | approved
    by_name = peewee.CharField(80)
    created_at = Instant()
    changed_at = Instant()


class Device(Model):
    """Something that reports, under `address` (see `Uplink.device`). `new`: it reported and nobody has said yet what it is; `active`; `retired`.
    `points` holds each Point's last value as [value, milliseconds]; `unread` the names that mean nothing yet, with a value of each. `online`: as its
    last will says, None where it has none."""

    address = peewee.CharField(120, unique=True)
    name = peewee.CharField(80)
    org_id = peewee.IntegerField(null=True, index=True)
    profile_id = peewee.IntegerField(null=True, index=True)
    resident_id = peewee.IntegerField(null=True, index=True)
    place = Encrypted(null=True)
    status = peewee.CharField(8, index=True)
    said_model = peewee.CharField(120, default="")
    points = peewee.JSONField(default=dict)
    unread = peewee.JSONField(default=dict)
    online = peewee.BooleanField(null=True)
    seen_at = Instant(null=True)
    created_at = Instant()
    changed_at = Instant()

    @property
    def subject(self) -> str:
        """What the audit log calls it."""
        return f"device:{self.id}"


class Reading(Model):
    """What one message said: `values` by Point. `key` is the message's name (`Uplink.key`): a device says it once."""

    device_id = peewee.IntegerField()
    kind = peewee.CharField(8)  # data | event
    at = Instant()
    received_at = Instant()
    values = peewee.JSONField()
    key = peewee.CharField(64, null=True)
    signal = peewee.FloatField(null=True)


class QuarantinedMessage(Model):
    """A message that could not be read, and why; `payload` is sealed."""

    topic = peewee.CharField(200)
    payload = peewee.BlobField()
    why = peewee.CharField(200)
    at = Instant(index=True)


Reading.add_index(Reading.device_id, Reading.at, name="reading_of_device")
Reading.add_index(
    Reading.device_id, Reading.key, unique=True, where=Reading.key.is_null(False), name="reading_once"
)
