"""Alarms, whom each was told to, and its timeline."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model


class Alarm(Model):
    """Something that must not go unanswered; see `kinds` for `kind`, `ladder` for the columns from `rung` to `wake_at`.

    `status`: open (nobody has answered), going (somebody does something about it), cleared. `open_key` is its dedupe key while
    it is not cleared: the database itself allows one. `words` is JSON of what is said about it, by locale; `place` JSON of a
    `fields.address.Home`. `identity_id` is the address from which help was asked for. `area` is the building (see `storms`), `storm_id`
    the AlarmStorm that it is part of. `media`: keys of `core.media`, separated by blanks: what a camera saw.
    `measured`: `words` with what was measured of her body, for those who may see that (`bodies`); null where nothing of the kind is said.
    """

    org_id = peewee.IntegerField(index=True)
    kind = peewee.CharField(24)
    severity = peewee.CharField(8)
    status = peewee.CharField(8, index=True)
    source = peewee.CharField(60, index=True)
    open_key = peewee.CharField(120, null=True, unique=True)
    resident_id = peewee.IntegerField(null=True, index=True)
    identity_id = peewee.IntegerField(null=True)
    device_id = peewee.IntegerField(null=True, index=True)
    words = Encrypted()
    measured = Encrypted(null=True)
    place = Encrypted(null=True)
    raised_at = Instant()
    rung = peewee.IntegerField(default=-1)
    round = peewee.IntegerField(default=0)
    told_at = Instant(null=True)
    deadline_at = Instant(null=True)
    called = peewee.BooleanField(default=False)
    asked = peewee.BooleanField(default=False)
    wake_at = Instant(null=True, index=True)
    answer = peewee.CharField(16, default="")
    answered_at = Instant(null=True)
    answered_by = Encrypted(null=True)
    cleared_at = Instant(null=True)
    area = peewee.CharField(40, default="")
    storm_id = peewee.IntegerField(null=True, index=True)
    media = peewee.CharField(200, default="")


class AlarmStorm(Model):
    """Many alarms of one kind at one place (`area`; "": the whole Org) within minutes: staff are told of them together. `open_key` while it
    goes on: the database itself allows one. `told_count`: of how many staff were told last, at `told_at`."""

    kind = peewee.CharField(24)
    org_id = peewee.IntegerField(index=True)
    area = peewee.CharField(40)
    open_key = peewee.CharField(120, null=True, unique=True)
    began_at = Instant()
    told_count = peewee.IntegerField()
    told_at = Instant()
    ended_at = Instant(null=True)


class AlarmReview(Model):
    """What somebody wrote when it was over: what it was (`cause`, one of `reviews.CAUSES`, and in words), what was done, what is still to be
    done and until when."""

    alarm_id = peewee.IntegerField(unique=True)
    org_id = peewee.IntegerField(index=True)
    cause = peewee.CharField(16)
    found = Encrypted(null=True)
    done = Encrypted(null=True)
    follow_up = Encrypted(null=True)
    follow_up_on = peewee.DateField(null=True, index=True)
    followed_at = Instant(null=True)
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    at = Instant()


class AlarmStep(Model):
    """Somebody was told: `person` is staff:5 or relation:9, once in a round of a rung; `who` is the
    rung's, or "untold" for staff who took it on by themselves. `name` is how the others know her."""

    alarm = peewee.ForeignKeyField(Alarm, on_delete="CASCADE")
    round = peewee.IntegerField()
    rung = peewee.IntegerField()
    who = peewee.CharField(20)
    person = peewee.CharField(24)
    name = Encrypted()
    resident_id = peewee.IntegerField(null=True, index=True)
    staff_id = peewee.IntegerField(null=True, index=True)
    identity_id = peewee.IntegerField(null=True, index=True)
    told_at = Instant()
    deadline_at = Instant()
    called_at = Instant(null=True)
    answered_at = Instant(null=True)
    answer = peewee.CharField(16, default="")

    class Meta:
        indexes = ((("alarm", "round", "rung", "person"), True),)


class AlarmNote(Model):
    """A line of the timeline; `data` is JSON whose shape is the act's (see `wording.said_of`)."""

    alarm = peewee.ForeignKeyField(Alarm, on_delete="CASCADE")
    at = Instant()
    act = peewee.CharField(12)
    data = Encrypted(null=True)


Alarm.add_index(Alarm.kind, Alarm.org_id, Alarm.raised_at, name="alarm_lately")
