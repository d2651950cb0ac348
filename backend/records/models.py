"""The dynamic database: tables and columns as data, one row for whatever they hold, and every version it had."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model


class DataTable(Model):
    """`key` is "resident" for a built-in one, "t12" for one that staff made; `title` is by language. The rows of a sub-table
    (`parent`) each belong to a row of another one."""

    key = peewee.CharField(32, unique=True)
    title = peewee.JSONField()
    parent = peewee.ForeignKeyField("self", null=True, backref="subtables", on_delete="RESTRICT")
    org_id = peewee.IntegerField(index=True)
    position = peewee.IntegerField(default=0)
    created_at = Instant()
    created_by = peewee.IntegerField()
    retired_at = Instant(null=True)


class DataColumn(Model):
    """`field` is JSON of a Field whose name is `key`; with a `formula` its values are computed. Seen in `org_id` and everything
    under it. `keyword`: its words are found from the search box; `indexed`: filtered and sorted quickly among a million.
    A retired one keeps its values."""

    table = peewee.ForeignKeyField(DataTable, backref="columns", on_delete="RESTRICT")
    key = peewee.CharField(32)
    field = peewee.JSONField()
    formula = peewee.TextField(default="")
    org_id = peewee.IntegerField(index=True)
    keyword = peewee.BooleanField(default=False)
    indexed = peewee.BooleanField(default=False)
    position = peewee.IntegerField(default=0)
    created_at = Instant()
    created_by = peewee.IntegerField()
    retired_at = Instant(null=True)

    class Meta:
        indexes = ((("table", "key"), True),)


class Record(Model):
    """A row as it is now: what it says since `since`, and who said so. `data` is JSON by column key, of a sensitive value its blind
    index; the sensitive values themselves are JSON in the Encrypted `sealed`. `words` are what the search box finds,
    space-separated; `tags` too, with a space around each. `cells` are the colours of single values by column key, None where there
    is none; `responsible_id` the staff member who looks after the row. `subject_id` is the resident's, household's or request's own id in a
    built-in table, `parent_id` the row of the main table that one of a sub-table belongs to."""

    table_id = peewee.IntegerField()
    org_id = peewee.IntegerField()
    subject_id = peewee.IntegerField(null=True)
    parent_id = peewee.IntegerField(null=True)
    data = peewee.JSONField()
    sealed = Encrypted(null=True)
    words = peewee.TextField(default="")
    colour = peewee.CharField(8, default="")
    tags = peewee.CharField(200, default="")
    cells = peewee.JSONField(null=True)
    responsible_id = peewee.IntegerField(null=True)
    created_at = Instant()
    deleted_at = Instant(null=True)
    since = Instant()
    by_kind = peewee.CharField(10)
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    why = Encrypted(null=True)
    batch_id = peewee.IntegerField(null=True)

    class Meta:
        indexes = (
            (("table_id", "subject_id"), True),
            (("table_id", "org_id", "id"), False),
            (("parent_id", "table_id"), False),
            (("batch_id",), False),
        )


Record.add_index(
    Record.index(Record.table_id, Record.colour, where=(Record.colour != ""), name="record_coloured")
)
Record.add_index(
    Record.index(Record.responsible_id, where=Record.responsible_id.is_null(False), name="record_responsible")
)


class RecordVersion(Record):
    """A row as it was, from `since` until just before `until`."""

    record_id = peewee.IntegerField()
    until = Instant()

    class Meta:
        indexes = (
            (("record_id", "until"), False),
            (("table_id", "until"), False),
            (("batch_id",), False),
        )


class RecordBatch(Model):
    """Many changes made at once: an import, an act on a whole result. `kind` is what made them."""

    kind = peewee.CharField(16)
    table_id = peewee.IntegerField(index=True)
    org_id = peewee.IntegerField(index=True)
    title = peewee.CharField(200)
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    at = Instant(index=True)
    undone_at = Instant(null=True)
    undone_by = peewee.IntegerField(null=True)


class BulkRun(Model):
    """An act on many rows that a worker does in portions. `kind`: "undo" (of the batch `batch_id`, as the batch `back_id`). `position`: how
    many of `rows`, ids of Records, are done; `counts` what came of them. `state`: see `bulk_runs`."""

    kind = peewee.CharField(8)
    table_id = peewee.IntegerField(index=True)
    org_id = peewee.IntegerField(index=True)
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    state = peewee.CharField(10, index=True)
    rows = peewee.JSONField()
    batch_id = peewee.IntegerField(null=True)
    back_id = peewee.IntegerField(null=True)
    position = peewee.IntegerField(default=0)
    counts = peewee.JSONField()
    created_at = Instant()
    changed_at = Instant()


class FormulaRun(Model):
    """How far the rows of a table are computed anew: all up to the id `position`, for what `target` says (the formulas, and the day when
    they follow the clock). `failures` by column key: `{"why": CEL's words, "row": id or null}`, the first of each."""

    table_id = peewee.IntegerField(unique=True)
    target = peewee.CharField(80, default="")
    position = peewee.IntegerField(default=0)
    done = peewee.IntegerField(default=0)
    total = peewee.IntegerField(default=0)
    finished = peewee.BooleanField(default=False)
    failures = peewee.JSONField()


class Conversion(Model):
    """A column `old_key` whose values go over into `new_key`, of another kind: rows up to the id `position` have. `unfit` values
    stay in the old column alone."""

    table_id = peewee.IntegerField(index=True)
    old_key = peewee.CharField(32)
    new_key = peewee.CharField(32)
    batch_id = peewee.IntegerField()
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    at = Instant()
    position = peewee.IntegerField(default=0)
    done = peewee.IntegerField(default=0)
    total = peewee.IntegerField()
    unfit = peewee.IntegerField(default=0)
    finished = peewee.BooleanField(default=False)
    undone = peewee.BooleanField(default=False)


class SavedView(Model):
    """A question that staff gave a name: `asked` is its parameters (see `asked.KEPT`), `shown` the keys of the columns in their order.
    Seen by its maker; `shared`: by everybody who reads the table at `org_id` or below, or whose Role is `role`."""

    table = peewee.ForeignKeyField(DataTable, backref="views", on_delete="CASCADE")
    name = peewee.CharField(60)
    asked = peewee.JSONField()
    shown = peewee.JSONField()
    org_id = peewee.IntegerField(index=True)
    shared = peewee.BooleanField(default=False)
    role = peewee.CharField(24, default="")
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    created_at = Instant()
