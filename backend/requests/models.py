"""Repair requests, their history and photos, and the visiting times that residents book."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model
from backend.fields.address import Home

FIRST_NUMBER = 1000
"""Request 1 is called R-1001: a number that sounds like one, and is quick to read out."""


class Slot(Model):
    """A window in which `capacity` visits can be made."""

    org_id = peewee.IntegerField()
    starts_at = Instant()
    ends_at = Instant()
    capacity = peewee.IntegerField()

    class Meta:
        indexes = ((("org_id", "starts_at"), True),)


class Request(Model):
    """Something a resident asks for. See `lifecycle` for `status`, `service_level` for the deadlines.

    `resident_id` is empty for somebody who is not registered: she is told at `contact_identity_id`, called at
    `contact_phone`. `round` counts from 1 and grows when it is reopened; deadlines and escalations belong to a round.
    """

    org_id = peewee.IntegerField(index=True)
    resident_id = peewee.IntegerField(null=True, index=True)
    contact_identity_id = peewee.IntegerField(null=True, index=True)
    contact_phone = Encrypted(null=True)
    kind = peewee.CharField(16, default="repair")
    category = peewee.CharField(16)
    description = Encrypted()
    place = peewee.CharField(240)  # as people write it in Chinese: what a search looks at
    phase = peewee.CharField(40, default="")
    area = peewee.CharField(40, default="")
    building = peewee.CharField(40, default="")
    unit = peewee.CharField(40, default="")
    room = peewee.CharField(40, default="")
    detail = peewee.CharField(120, default="")
    urgency = peewee.CharField(10)
    source = peewee.CharField(12)
    slot = peewee.ForeignKeyField(Slot, null=True, on_delete="RESTRICT")
    status = peewee.CharField(12, index=True)
    assignee_id = peewee.IntegerField(null=True, index=True)
    created_at = Instant(index=True)
    updated_at = Instant()
    assigned_at = Instant(null=True)
    accepted_at = Instant(null=True)
    started_at = Instant(null=True)
    expected_at = Instant(null=True)
    done_at = Instant(null=True)
    closed_at = Instant(null=True)
    acknowledged_at = Instant(null=True)
    due_ack_at = Instant()
    due_at = Instant()
    ack_step = peewee.IntegerField(default=0)
    due_step = peewee.IntegerField(default=0)
    round = peewee.IntegerField(default=1)
    rating = peewee.IntegerField(null=True)
    rating_comment = Encrypted(null=True)

    class Meta:
        indexes = ((("building", "unit", "room"), False),)

    @property
    def number(self) -> int:
        """What people quote: R-<number>."""
        return FIRST_NUMBER + int(self.id)

    @property
    def home(self) -> Home:
        """Where it is."""
        return Home(self.building, self.unit, self.room, self.phase, self.area, self.detail)

    @property
    def subject(self) -> str:
        """What the audit log and messages call it."""
        return f"request:{self.number}"


class Booking(Model):
    """A seat of a Slot, taken: the database itself allows each seat only once, and each request one seat."""

    slot = peewee.ForeignKeyField(Slot, on_delete="CASCADE")
    seat = peewee.IntegerField()
    request = peewee.ForeignKeyField(Request, unique=True, on_delete="CASCADE")

    class Meta:
        indexes = ((("slot", "seat"), True),)


class RequestEvent(Model):
    """A line of a request's history. `internal` lines are for staff only."""

    request = peewee.ForeignKeyField(Request, on_delete="CASCADE")
    at = Instant()
    actor_kind = peewee.CharField(10)
    actor_id = peewee.IntegerField()
    actor_name = peewee.CharField(80)
    act = peewee.CharField(16)
    text = Encrypted(null=True)
    internal = peewee.BooleanField(default=False)
    from_status = peewee.CharField(12, null=True)
    to_status = peewee.CharField(12, null=True)


class RequestPhoto(Model):
    """A photo in `core.media`. `stage`: report (by the resident), progress or finish (by the worker)."""

    request = peewee.ForeignKeyField(Request, on_delete="CASCADE")
    media_key = peewee.CharField(32, unique=True)
    stage = peewee.CharField(8)
    at = Instant()
