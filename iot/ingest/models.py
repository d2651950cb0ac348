"""What ingest processes have to know of the broker from one start to the next."""

from __future__ import annotations

import peewee

from backend.core.db import Instant, Model


class BrokerSession(Model):
    """A partition that has a session at the broker, which collects messages under `filters` until it is ended there."""

    name = peewee.CharField(40, unique=True)
    filters = peewee.JSONField()
    changed_at = Instant()


class DeviceTopic(Model):
    """A topic at the broker that the device with this address was heard under. `loud_at`: when it was seen to say more there than a detector does."""

    address = peewee.CharField(120)
    topic = peewee.TextField(index=True)
    loud_at = Instant(null=True)


DeviceTopic.add_index(DeviceTopic.address, DeviceTopic.topic, unique=True, name="device_topic_once")


class Twin(Model):
    """A message that comes by two sessions at the broker, taken by one of them (`express` or the usual one): the other one has yet to leave it out."""

    digest = peewee.BigIntegerField(index=True)
    express = peewee.BooleanField()
    at = Instant(index=True)


class BrokerFigure(Model):
    """A figure that the broker tells of itself; `grown` by how much, when it last grew (`grew_at`)."""

    name = peewee.CharField(80, unique=True)
    figure = peewee.BigIntegerField()
    grown = peewee.BigIntegerField(default=0)
    grew_at = Instant(null=True)
    at = Instant()


class BrokerLogin(Model):
    """Who may come to the broker, by a password that is kept hashed as Mosquitto reads it. `kind` says what may be published and heard (`credentials.KINDS`)
    about `subject`: the device's or gateway's name in its topics."""

    username = peewee.CharField(64, unique=True)
    kind = peewee.CharField(16)
    subject = peewee.CharField(80)
    secret = peewee.CharField(200)
    created_at = Instant()
    revoked_at = Instant(null=True)


class DeviceHook(Model):
    """An address for a network server that an Org uses: its messages are read as `format`, and speak for devices of that Org and below. Only the
    digest of its token is kept; `start` are its first characters."""

    org_id = peewee.IntegerField(index=True)
    name = peewee.CharField(80)
    format = peewee.CharField(20)
    start = peewee.CharField(20)
    digest = peewee.CharField(64, unique=True)
    by_id = peewee.IntegerField(null=True)
    by_name = peewee.CharField(80)
    created_at = Instant()
    last_used_at = Instant(null=True)
    revoked_at = Instant(null=True)

    @property
    def subject(self) -> str:
        """What the audit log calls it."""
        return f"device_hook:{self.id}"
