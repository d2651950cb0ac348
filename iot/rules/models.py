"""Rules, their versions, what each remembers of a device or home, and tests against the past."""

from __future__ import annotations

import peewee

from backend.core.db import Instant, Model


class DeviceRule(Model):
    """A rule of an Org, for the devices there and below; one that is shipped (`built_in` names it) belongs to none and holds everywhere where no rule
    `replaces` it. `version` is the newest, `live_version` the one that counts while `state` is live. `revision` grows with every change of any rule."""

    org_id = peewee.IntegerField(null=True, index=True)
    built_in = peewee.CharField(40, null=True, unique=True)
    replaces = peewee.CharField(40, default="")
    name = peewee.CharField(80)
    state = peewee.CharField(8, index=True)  # draft | live | paused
    version = peewee.IntegerField()
    live_version = peewee.IntegerField(null=True)
    revision = peewee.IntegerField(index=True)
    created_at = Instant()
    changed_at = Instant()
    by_name = peewee.CharField(80)

    @property
    def subject(self) -> str:
        """What the audit log calls it."""
        return f"device_rule:{self.id}"


class DeviceRuleVersion(Model):
    """What a rule says: `definition.Definition` as JSON. Never changed."""

    rule_id = peewee.IntegerField()
    number = peewee.IntegerField()
    definition = peewee.JSONField()
    at = Instant()
    by_name = peewee.CharField(80)


class DeviceRuleMemory(Model):
    """What a rule remembers of a device, or of the home of a resident (the other is 0): see `kept`. Times in milliseconds since 1970; `memory` is JSON as
    text, for it is written with every message."""

    rule_id = peewee.IntegerField()
    device_id = peewee.IntegerField(index=True)
    resident_id = peewee.IntegerField(index=True)
    version = peewee.IntegerField()
    holds_since = peewee.BigIntegerField(null=True)
    raised_at = peewee.BigIntegerField(null=True)
    heard_at = peewee.BigIntegerField(null=True)
    looked_at = peewee.BigIntegerField(null=True)
    wake_at = peewee.BigIntegerField(null=True, index=True)
    alarm_id = peewee.IntegerField(null=True)
    memory = peewee.TextField()


class DeviceRuleTest(Model):
    """What a version would have done from `since` to `until`: done device by device, up to `cursor`. `found` is JSON: see `past`. `problem`: why it
    stopped early."""

    rule_id = peewee.IntegerField(index=True)
    version = peewee.IntegerField()
    org_id = peewee.IntegerField()
    since = Instant()
    until = Instant()
    state = peewee.CharField(8, index=True)  # waiting | done
    cursor = peewee.IntegerField(default=0)
    done = peewee.IntegerField(default=0)
    total = peewee.IntegerField(default=0)
    messages = peewee.IntegerField(default=0)
    found = peewee.JSONField()
    problem = peewee.CharField(40, default="")
    by_staff = peewee.IntegerField()
    begun_at = Instant()


DeviceRuleVersion.add_index(
    DeviceRuleVersion.rule_id, DeviceRuleVersion.number, unique=True, name="device_rule_version_once"
)
DeviceRuleMemory.add_index(
    DeviceRuleMemory.rule_id,
    DeviceRuleMemory.device_id,
    DeviceRuleMemory.resident_id,
    unique=True,
    name="device_rule_memory_once",
)
