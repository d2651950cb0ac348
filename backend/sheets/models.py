"""Imports: what is being brought in, where it stands, and how layouts were understood before."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model


class ImportRun(Model):
    """One import. `state` as in `states`; `choices` is JSON of what was chosen in the wizard (see `choices`); `preview` JSON text of
    the sheets' first rows; `source` the sealed address of a database, when it is no file. `position` is how many parts are read,
    checked or written, by state; `counts` how many rows will be, or were, created, changed, … (see `planning`)."""

    table_key = peewee.CharField(32)
    org_id = peewee.IntegerField(index=True)
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    name = peewee.CharField(200)
    state = peewee.CharField(12, index=True)
    choices = peewee.JSONField()
    preview = Encrypted(null=True)
    file_key = peewee.CharField(32, null=True)
    source = Encrypted(null=True)
    rows = peewee.IntegerField(default=0)
    parts = peewee.IntegerField(default=0)
    position = peewee.IntegerField(default=0)
    counts = peewee.JSONField()
    problem = peewee.JSONField(null=True)
    batch_id = peewee.IntegerField(null=True)
    created_at = Instant(index=True)
    changed_at = Instant()


class ImportPart(Model):
    """Some rows of the file on their way: `cells` JSON text of numbered rows (see `cells.dumped`); `wrong` JSON text by row number and
    column key of what is wrong; `keys` JSON text of [key, row number], so that a key that stands twice is noticed."""

    run = peewee.ForeignKeyField(ImportRun, backref="kept", on_delete="CASCADE")
    number = peewee.IntegerField()
    cells = Encrypted()
    wrong = Encrypted(null=True)
    keys = Encrypted(null=True)

    class Meta:
        indexes = ((("run", "number"), True),)


class ImportLayout(Model):
    """How the columns of a layout were understood when it was last brought in: `choices` by the header's name."""

    table_key = peewee.CharField(32)
    signature = peewee.CharField(32)
    choices = peewee.JSONField()
    changed_at = Instant()

    class Meta:
        indexes = ((("table_key", "signature"), True),)
