"""Medicines with their reminders, measured values with their limits, appointments with a doctor. What is about her body is sealed."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model


class MedicinePlan(Model):
    """How a resident is reminded of her medicines. `zone` is an IANA name, `channels` in their order, comma-separated, `wait` how many
    minutes an answer may take. `tell`: what her family hears, see `dosing.TELLS`. `next_due_at`: the first instant that was not dealt
    with. `summed_on`: the Monday of the last week that was summed up."""

    resident_id = peewee.IntegerField(unique=True)
    org_id = peewee.IntegerField(index=True)
    zone = peewee.CharField(40)
    channels = peewee.CharField(60)
    wait = peewee.IntegerField(default=30)
    tell = peewee.CharField(8, default="")
    next_due_at = Instant(null=True)
    summed_on = peewee.DateField(null=True)
    created_at = Instant()


class Medicine(Model):
    """`dose` in words (1片). `days` are digits of a week (1 is Monday), `times` "08:00,19:00". `status`: asked (she has not agreed yet),
    active, ended. `created_by`: staff:3, resident:7, or family:9, an address."""

    plan = peewee.ForeignKeyField(MedicinePlan, on_delete="CASCADE")
    plan_id: int
    name = Encrypted()
    dose = Encrypted()
    days = peewee.CharField(7)
    times = peewee.CharField(60)
    starts_on = peewee.DateField()
    ends_on = peewee.DateField(null=True)
    status = peewee.CharField(8)
    created_at = Instant()
    created_by = peewee.CharField(24)


class MedicineDose(Model):
    """One time that she is reminded, of everything that is due then; see `dosing` for `status`. `questions` were asked since her last
    word, `laters` times she said “not yet”, `asked_at` is the last question or such a word. `channel`, `identity_id` and `message_id` are the last question's.
    `told_at`: her family heard that nothing was heard of her."""

    plan = peewee.ForeignKeyField(MedicinePlan, on_delete="CASCADE", index=False)
    plan_id: int
    resident_id = peewee.IntegerField(index=True)
    due_at = Instant(index=True)
    medicines = Encrypted()
    status = peewee.CharField(10)
    questions = peewee.IntegerField(default=0)
    laters = peewee.IntegerField(default=0)
    channel = peewee.CharField(12, default="")
    identity_id = peewee.IntegerField(null=True)
    message_id = peewee.IntegerField(null=True)
    asked_at = Instant(null=True)
    next_at = Instant(null=True)
    settled_at = Instant(null=True)
    told_at = Instant(null=True)

    class Meta:
        indexes = ((("plan", "due_at"), True),)


class Measurement(Model):
    """What was measured: `kind` and the names in `values` (JSON) see `kinds`. `source`: resident:7, family:9, staff:3, device:5. `key`
    names it where it may come twice. `outside`: beyond her limits, which raised `alarm_id`."""

    resident_id = peewee.IntegerField()
    org_id = peewee.IntegerField()
    kind = peewee.CharField(12)
    at = Instant()
    values = Encrypted()
    source = peewee.CharField(24)
    key = peewee.CharField(80, null=True, unique=True)
    outside = peewee.BooleanField(default=False)
    alarm_id = peewee.IntegerField(null=True)
    created_at = Instant()


class HealthLimit(Model):
    """Between what a value of this resident should be: `bounds` is JSON, [least, most] by name, each may be null. `act`: see `limits.ACTS`."""

    resident_id = peewee.IntegerField()
    kind = peewee.CharField(12)
    bounds = Encrypted()
    act = peewee.CharField(8)
    changed_at = Instant()

    class Meta:
        indexes = ((("resident_id", "kind"), True),)


class Appointment(Model):
    """She is expected somewhere. `status`: planned, cancelled. `ride`: "" unknown, no, wanted; `request` is the number of the request that a ride became. `day_told_at` and
    `soon_told_at`: when she was reminded on the day before, and two hours before."""

    resident_id = peewee.IntegerField(index=True)
    org_id = peewee.IntegerField()
    at = Instant(index=True)
    what = Encrypted()
    place = Encrypted(null=True)
    ride = peewee.CharField(8, default="")
    request = peewee.IntegerField(null=True)
    status = peewee.CharField(10)
    day_told_at = Instant(null=True)
    soon_told_at = Instant(null=True)
    created_at = Instant()
    created_by = peewee.CharField(24)


# The sweeps look only at what waits for them.
MedicinePlan.add_index(
    MedicinePlan.next_due_at, where=MedicinePlan.next_due_at.is_null(False), name="medicine_plan_next_due_at"
)
MedicineDose.add_index(
    MedicineDose.next_at, where=MedicineDose.next_at.is_null(False), name="medicine_dose_next_at"
)
Measurement.add_index(Measurement.resident_id, Measurement.kind, Measurement.at, name="measurement_of")
