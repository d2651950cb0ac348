"""Plans of daily check-ins, each check-in with its questions, absences, days off, visits, and the monthly summaries told."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model


class CarePlan(Model):
    """When and how a resident is asked how she is. `status`: pending (wished for, not confirmed), active, paused.

    `days`, `times` and `zone`: see `plan.Schedule`; `channels` in their order, comma-separated. `wait` is how many minutes an
    answer may take, `window` for how many a question that is late still makes sense. `called` is how we address her (陈奶奶),
    `normal` what else counts as “I am well” from her, one phrase a line, `note` what somebody who goes there should know.
    `next_due_at` is the first instant that was not dealt with; empty while nothing is to be asked.
    """

    resident_id = peewee.IntegerField(unique=True)
    org_id = peewee.IntegerField(index=True)
    status = peewee.CharField(8)
    days = peewee.CharField(7)
    times = peewee.CharField(60)
    zone = peewee.CharField(40)
    channels = peewee.CharField(60)
    wait = peewee.IntegerField(default=30)
    window = peewee.IntegerField(default=180)
    skip_holidays = peewee.BooleanField(default=False)
    called = Encrypted(null=True)
    normal = Encrypted(null=True)
    note = Encrypted(null=True)
    next_due_at = Instant(null=True)
    created_at = Instant()
    created_by = peewee.CharField(24)
    confirmed_at = Instant(null=True)

    class Meta:
        only_save_dirty = True


class CheckIn(Model):
    """One time that she is asked; see `checkin` for `status`. The database itself allows each instant of a plan once.

    `next_at` is when it must be looked at again, empty once it is out of our hands. `by`: who ended it, `herself`,
    `staff:3`, `alarm` or `absence`; `why`: see `checkin.Why`, "slight" also where she is well; `nudged_at` is then when she was asked whether somebody should come; `late`: she answered when people were looking already.
    """

    plan = peewee.ForeignKeyField(CarePlan, on_delete="CASCADE", index=False)
    plan_id: int
    resident_id = peewee.IntegerField(index=True)
    org_id = peewee.IntegerField()
    due_at = Instant(index=True)
    status = peewee.CharField(12, index=True)
    asked_at = Instant(null=True)
    next_at = Instant(null=True)
    heard_at = Instant(null=True)
    nudged_at = Instant(null=True)
    missed_at = Instant(null=True)
    settled_at = Instant(null=True)
    by = peewee.CharField(24, default="")
    why = peewee.CharField(16, default="")
    late = peewee.BooleanField(default=False)
    said = Encrypted(null=True)
    alarm_id = peewee.IntegerField(null=True, index=True)

    class Meta:
        only_save_dirty = True
        indexes = ((("plan", "due_at"), True),)


class CheckInQuestion(Model):
    """A question that was asked: each channel once."""

    check_in = peewee.ForeignKeyField(CheckIn, on_delete="CASCADE", index=False)
    channel = peewee.CharField(12)
    identity_id = peewee.IntegerField(null=True)
    message_id = peewee.IntegerField(null=True)
    at = Instant()
    failed = peewee.BooleanField(default=False)

    class Meta:
        indexes = ((("check_in", "channel"), True),)


class Absence(Model):
    """She is not at home, or wishes not to be asked, until just before `ends_at`; empty: until she is back. `said`: in whose
    words; `told_by`: resident:7, staff:3 or
    family:9, an address. Of one without an end: `heard_at` is when somebody last said that it goes on, `asked_at` when that
    was asked and not answered yet, `alarm_id` the alarm about that silence."""

    resident_id = peewee.IntegerField(index=True)
    org_id = peewee.IntegerField()
    starts_at = Instant()
    ends_at = Instant(null=True)
    said = Encrypted(null=True)
    told_by = peewee.CharField(24)
    created_at = Instant()
    heard_at = Instant(null=True)
    asked_at = Instant(null=True)
    alarm_id = peewee.IntegerField(null=True)


class CareHoliday(Model):
    """A day on which the office asks nobody whose plan skips holidays, at the Org and below."""

    org_id = peewee.IntegerField()
    day = peewee.DateField()
    name = peewee.CharField(80)

    class Meta:
        indexes = ((("org_id", "day"), True),)


class Visit(Model):
    """Somebody of the staff goes to her door. `status`: open, going, done, cancelled. `reason` is what to look for; `condition`:
    see `visiting.CONDITIONS`; `place` is JSON [latitude, longitude] of where it was reported from; `due_at`: by when somebody
    should be there, `overdue`: people were told that nobody was. An alarm may have several, one open at a time: the database
    itself sees to that."""

    resident_id = peewee.IntegerField(index=True)
    org_id = peewee.IntegerField(index=True)
    status = peewee.CharField(10, index=True)
    reason = Encrypted()
    alarm_id = peewee.IntegerField(null=True, index=True)
    assignee_id = peewee.IntegerField(null=True, index=True)
    created_at = Instant()
    created_by = peewee.CharField(24)
    due_at = Instant()
    overdue = peewee.BooleanField(default=False)
    going_at = Instant(null=True)
    done_at = Instant(null=True)
    done_by = peewee.IntegerField(null=True)
    condition = peewee.CharField(12, default="")
    report = Encrypted(null=True)
    photo = peewee.CharField(32, null=True)
    place = Encrypted(null=True)
    next_id = peewee.IntegerField(null=True)


class CareSummary(Model):
    """The month that a resident's family was told about: each once."""

    resident_id = peewee.IntegerField()
    month = peewee.CharField(7)
    told = peewee.IntegerField()
    at = Instant()

    class Meta:
        indexes = ((("resident_id", "month"), True),)


class VisitSent(Model):
    """A report that a phone kept while it was offline, and sent: `key` is the phone's name for it, which is taken once. `kept_id` is the
    visit that it was written to, `outcome` what was told: see `visit_sending`."""

    key = peewee.CharField(40, unique=True)
    staff_id = peewee.IntegerField()
    visit_id = peewee.IntegerField()
    kept_id = peewee.IntegerField()
    outcome = peewee.CharField(10)
    at = Instant(index=True)


class CareFault(Model):
    """The care of this plan stumbles: its sweep has failed `failures` times `since` then, the last time at `last_at` with the
    exception `error` at `what` (plan:7, checkin:12). `alarm_id` tells people, raised at `alarm_at`."""

    plan_id = peewee.IntegerField(unique=True)
    what = peewee.CharField(40)
    error = peewee.CharField(80)
    since = Instant()
    last_at = Instant()
    failures = peewee.IntegerField()
    alarm_id = peewee.IntegerField(null=True)
    alarm_at = Instant(null=True)


# The sweeps look only at what waits for them.
CarePlan.add_index(
    CarePlan.next_due_at, where=CarePlan.next_due_at.is_null(False), name="care_plan_next_due_at"
)
CheckIn.add_index(CheckIn.next_at, where=CheckIn.next_at.is_null(False), name="check_in_next_at")
Visit.add_index(
    Visit.alarm_id, unique=True, where=Visit.status.in_(("open", "going")), name="visit_alarm_open"
)
