"""Reports that are kept under a name and sent by the clock, what of them was sent to whom, and how much each function is used."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model


class Report(Model):
    """A question about a table (`asked`: the parameters of `records.asked`, and `by`, `across` with their periods) and when it is
    sent. `asked_in` is the language that its conditions were typed in. `compare` is "", "day", "week", "month" or "year" before;
    `files` "pdf", "excel" or both, space-separated. `every`, `day`, `at` ("08:00") and `working_days` as in `schedule`."""

    name = peewee.CharField(80)
    table_id = peewee.IntegerField(index=True)
    org_id = peewee.IntegerField(index=True)
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    asked = peewee.JSONField()
    asked_in = peewee.CharField(12)
    compare = peewee.CharField(8)
    files = peewee.CharField(12)
    every = peewee.CharField(8)
    day = peewee.IntegerField()
    at = peewee.CharField(5)
    working_days = peewee.BooleanField()
    paused = peewee.BooleanField(default=False)
    next_at = Instant(null=True, index=True)
    created_at = Instant()
    removed_at = Instant(null=True)


class ReportRecipient(Model):
    """Somebody of the staff who gets the report."""

    report = peewee.ForeignKeyField(Report, on_delete="CASCADE")
    staff_id = peewee.IntegerField(index=True)

    class Meta:
        indexes = ((("report", "staff_id"), True),)


class ReportRun(Model):
    """One sending: due once at `due_at`. `asked_by` is who sent it at once, empty when the clock did. Not `done_at` yet: there may
    be people who have no letter of it yet."""

    report = peewee.ForeignKeyField(Report, on_delete="CASCADE")
    due_at = Instant()
    asked_by = peewee.CharField(80)
    done_at = Instant(null=True, index=True)

    class Meta:
        indexes = ((("report", "due_at"), True),)


class ReportLetter(Model):
    """What one person got of a sending. `status` is "sent", or why there was nothing to send (`letters.STATUS`). `figures` are
    JSON (see `figures`), counted for that person and kept for `letters.KEPT`."""

    run = peewee.ForeignKeyField(ReportRun, on_delete="CASCADE")
    staff_id = peewee.IntegerField(index=True)
    status = peewee.CharField(12)
    figures = Encrypted(null=True)
    message_id = peewee.IntegerField(null=True)
    opened_at = Instant(null=True)
    at = Instant(index=True)

    class Meta:
        indexes = ((("run", "staff_id"), True),)


class UsageCount(Model):
    """How often something was done on a day of the community's calendar (2026-11-21). `place` is a channel, "admin" or "site";
    `role` that of the staff member, or who it was in a chat; `org_id` 0 where it is not known. Nobody is named."""

    day = peewee.CharField(10)
    function = peewee.CharField(80)
    place = peewee.CharField(12)
    role = peewee.CharField(24)
    org_id = peewee.IntegerField()
    what = peewee.CharField(12)
    times = peewee.IntegerField()

    class Meta:
        indexes = ((("day", "function", "place", "role", "org_id", "what"), True),)
