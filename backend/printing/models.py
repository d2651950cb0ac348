"""Templates to print with, and what is being printed."""

from __future__ import annotations

import peewee

from backend.core.db import Instant, Model
from backend.printing.page import Page


class PrintTemplate(Model):
    """What is printed for each record. `kind` is the row source that it was made for ("" for any); `preset` only says what the
    page form began with. Lengths are millimetres, `margins` JSON [top, right, bottom, left]; `body` is clean HTML."""

    org_id = peewee.IntegerField(index=True)
    name = peewee.CharField(80)
    kind = peewee.CharField(60, default="")
    preset = peewee.CharField(20)
    width = peewee.FloatField()
    height = peewee.FloatField()
    margins = peewee.JSONField()
    layout = peewee.CharField(8)
    body = peewee.TextField()
    css = peewee.TextField(default="")
    version = peewee.IntegerField(default=1)
    created_at = Instant()
    updated_at = Instant()
    updated_by = peewee.IntegerField()

    @property
    def page(self) -> Page:
        top, right, bottom, left = self.margins
        return Page(self.width, self.height, (top, right, bottom, left), self.layout)

    @property
    def subject(self) -> str:
        """What the audit log calls it."""
        return f"print_template:{self.id}"


class PrintBatch(Model):
    """Rows that somebody of the staff prints into one PDF.

    `status`: draft (a template is being chosen), waiting, printing, done, failed, cancelled. `ids` is JSON of the rows' ids in
    their source `kind`. `design` is the template as it was at the start (`actions.Draft.to_json`), so that a change made
    meanwhile does not split the pile. `done` of `total` rows are printed. `leased_until`: a worker is at it. `key` is the PDF
    in `core.media` until `expires_at`, when all of this is forgotten.
    """

    staff_id = peewee.IntegerField(index=True)
    kind = peewee.CharField(60)
    ids = peewee.JSONField()
    total = peewee.IntegerField()
    locale = peewee.CharField(12)
    status = peewee.CharField(10, index=True)
    name = peewee.CharField(80, default="")
    design = peewee.JSONField(null=True)
    done = peewee.IntegerField(default=0)
    pages = peewee.IntegerField(default=0)
    why = peewee.JSONField(null=True)  # a Text: why it failed
    key = peewee.CharField(32, null=True)
    size = peewee.IntegerField(default=0)
    leased_until = Instant(null=True)
    created_at = Instant()
    expires_at = Instant(index=True)

    @property
    def subject(self) -> str:
        """What the audit log calls it."""
        return f"print_batch:{self.id}"


class PrintPart(Model):
    """The PDF of some rows of a batch, in `core.media`, until all are merged. `start`: how many rows come before."""

    batch = peewee.ForeignKeyField(PrintBatch, on_delete="CASCADE")
    start = peewee.IntegerField()
    key = peewee.CharField(32)
    size = peewee.IntegerField()

    class Meta:
        indexes = ((("batch", "start"), True),)
