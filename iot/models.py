"""Devices, their models, what they said, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import peewee

from backend.core.db import Encrypted, Instant, Model
from iot.body import Sealed, parted, whole
from iot.uplink import Scalar

PAYLOAD_PLACE = "quarantined_message.payload"
LONGEST_ADDRESS = 120


class DeviceProfile(Model):
    """A model of devices. `decoder`: "" where its network says values by itself, "cayenne" for that payload, "vendor:<sha256>" for an installed codec. `rules`
    are `mapping.Rule`s as JSON; only of an `approved` profile they may raise alarms. `state` as `iot.profiles.states` has it; `says` are the names by
    which `Uplink.model` may know it; `version_id` is the ProfileVersion that it follows, null where it was made by hand. It is for devices of `org_id` and below, everybody's where that is null. What its devices
    can do stands in `period_s` (how often they report), `commands`, `settings` and `registers`: see `abilities`."""

    key = peewee.CharField(80, unique=True)
    name = peewee.CharField(80)
    decoder = peewee.CharField(80)
    rules = peewee.JSONField()
    state = peewee.CharField(12)
    by_name = peewee.CharField(80)
    says = peewee.JSONField(default=list)
    version_id = peewee.IntegerField(null=True)
    created_at = Instant()
    changed_at = Instant()
    org_id = peewee.IntegerField(null=True)
    period_s = peewee.IntegerField(null=True)
    commands = peewee.JSONField(null=True)
    settings = peewee.JSONField(null=True)
    registers = peewee.JSONField(null=True)


class Device(Model):
    """Something that reports, under `address` (see `Uplink.device`). `new`: it reported and nobody has said yet what it is; `active`; `retired`.
    `points` holds each Point's last value as [value, milliseconds] (`open_points`, and of a body `body`); `unread` the names that mean nothing yet, with a value of each. `online`: as its
    last will says, None where it has none. `reply`: the topic where it takes commands, where its address does not say that. Until `awaited_until`
    somebody at its side waits for its message; `tested_at`: when such a one came. `gateway`: which one heard it best the last time, "" where its network
    does not say. `clock`: what is known of one that is days behind (`clocks.Clock`)."""

    address = peewee.CharField(LONGEST_ADDRESS, unique=True)
    name = peewee.CharField(80)
    org_id = peewee.IntegerField(null=True, index=True)
    profile_id = peewee.IntegerField(null=True, index=True)
    resident_id = peewee.IntegerField(null=True, index=True)
    place = Encrypted(null=True)
    status = peewee.CharField(8, index=True)
    said_model = peewee.CharField(120, default="")
    open_points = peewee.JSONField(default=dict, column_name="points")
    body = Sealed(null=True)
    unread = peewee.JSONField(default=dict)
    online = peewee.BooleanField(null=True)
    seen_at = Instant(null=True)
    created_at = Instant()
    changed_at = Instant()
    reply = peewee.CharField(200, null=True)
    awaited_until = Instant(null=True)
    tested_at = Instant(null=True)
    gateway = peewee.CharField(64, default="")
    clock = peewee.JSONField(null=True)

    @property
    def subject(self) -> str:
        """What the audit log calls it."""
        return f"device:{self.id}"

    @property
    def points(self) -> Mapping[str, Any]:
        return whole(self.open_points, self.body)

    @points.setter
    def points(self, said: Mapping[str, Any]) -> None:
        self.open_points, body = parted(said)
        if body != self.body:
            self.body = body


class Reading(Model):
    """What one message said: `said` by Point, which is `values` and, of somebody's body, `body`. `key` is the message's name (`Uplink.key`): a device says
    it once."""

    device_id = peewee.IntegerField()
    kind = peewee.CharField(8)  # data | event
    at = Instant()
    received_at = Instant()
    values = peewee.JSONField()
    body = Sealed(null=True)
    key = peewee.CharField(64, null=True)
    signal = peewee.FloatField(null=True)

    @property
    def said(self) -> Mapping[str, Scalar]:
        return whole(self.values, self.body)


class QuarantinedMessage(Model):
    """A message that could not be read, and why (JSON of the text by locale); `payload` is sealed. `device`: the address that it names, where that can be told, and `org_id` whose
    that is; `source` as `Arrived.source`; `tried_at`: when it was last tried again. `unheard`: it was read and stored, and this listener could not act on it. `pile_id`: the
    QuarantinePile that it lies on, null for what no ceiling holds back. `again_at`: when it is tried again by itself (`quarantine.later`), null where staff
    do that."""

    topic = peewee.TextField()
    payload = peewee.BlobField()
    why = peewee.TextField()
    at = Instant(index=True)
    org_id = peewee.IntegerField(null=True, index=True)
    device = peewee.CharField(120, default="")
    source = peewee.CharField(40, default="")
    tried_at = Instant(null=True)
    unheard = peewee.CharField(40, default="")
    pile_id = peewee.IntegerField(null=True, index=True)
    again_at = Instant(null=True, index=True)


class QuarantinePile(Model):
    """What was put aside of one device, or under one beginning of a topic (`whose`), on one day of the community: how many messages `came`, and how many
    of them were `left_out`, because the first and the last of a day tell enough."""

    whose = peewee.CharField(200)
    day = peewee.DateField()
    org_id = peewee.IntegerField(null=True)
    came = peewee.IntegerField()
    left_out = peewee.IntegerField(default=0)

    class Meta:
        indexes = ((("whose", "day"), True),)


Reading.add_index(Reading.device_id, Reading.at, name="reading_of_device")
Reading.add_index(
    Reading.device_id, Reading.key, unique=True, where=Reading.key.is_null(False), name="reading_once"
)
