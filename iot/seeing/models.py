"""What people see of devices: prices of what meters count, plans and places on them, safe areas, where somebody is."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model


class Tariff(Model):
    """What a unit of a meter's Point costs in an Org and below from a month on, in hundredths of a fen."""

    org_id = peewee.IntegerField(index=True)
    point = peewee.CharField(20)
    price = peewee.IntegerField()
    from_day = peewee.DateField()
    by_name = peewee.CharField(80)
    at = Instant()


class Plan(Model):
    """A picture of a place (a community from above, a floor) that staff put up: the photo is `media_key`, `width` by `height`."""

    org_id = peewee.IntegerField(index=True)
    name = peewee.CharField(80)
    media_key = peewee.CharField(32)
    width = peewee.IntegerField()
    height = peewee.IntegerField()
    by_name = peewee.CharField(80)
    at = Instant()


class Pin(Model):
    """Where a device is: on a plan (`x`, `y` in parts of its width and height, from the upper left), or, without one, on the map (`x` is
    the longitude, `y` the latitude)."""

    device_id = peewee.IntegerField(unique=True)
    plan_id = peewee.IntegerField(null=True, index=True)
    x = peewee.FloatField()
    y = peewee.FloatField()


class Fence(Model):
    """A safe area of a resident with a wearable. `shape` is JSON (see `fences.from_json`); it holds on `days` (1 is Monday) from `begins` to `ends`
    ("HH:MM", both "" for the whole day). `count`: positions in a row that were surely outside, or, below nought, surely back inside;
    `outside_at`: since when she is outside."""

    resident_id = peewee.IntegerField(index=True)
    name = Encrypted()
    shape = Encrypted()
    days = peewee.CharField(7)
    begins = peewee.CharField(5)
    ends = peewee.CharField(5)
    active = peewee.BooleanField()
    count = peewee.IntegerField(default=0)
    outside_at = Instant(null=True)
    by_name = peewee.CharField(80)
    at = Instant()


class Tracking(Model):
    """That a resident agreed to her wearable telling where she is: in what way, who wrote it down. Without one her positions are not kept."""

    resident_id = peewee.IntegerField(unique=True)
    consent_by = peewee.CharField(20)
    by_name = peewee.CharField(80)
    at = Instant()
    last = Encrypted(null=True)
    last_at = Instant(null=True)


class Snapshot(Model):
    """A picture that a camera sent (`data`, as it came) or where it lies (`url`), on its way to the alarm of that device."""

    device_id = peewee.IntegerField()
    at = Instant()
    data = Encrypted(null=True)
    url = Encrypted(null=True)
    tries = peewee.IntegerField(default=0)
    next_at = Instant(index=True)


class Position(Model):
    """Where a resident was, sealed; kept for days."""

    resident_id = peewee.IntegerField(index=True)
    at = Instant(index=True)
    place = Encrypted()
