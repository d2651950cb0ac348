"""The dynamic database: tables, columns, rows, their versions, batches of changes, and what the search box looks in."""

import peewee as p

_OUT = "INSERT INTO {table}_words ({table}_words, rowid, words) VALUES ('delete', old.id, old.words);"
_IN = "INSERT INTO {table}_words (rowid, words) VALUES (new.id, new.words);"
_SQLITE_WORDS = (
    "CREATE VIRTUAL TABLE {table}_words USING fts5(words, content='{table}', content_rowid='id', detail='none',"
    " prefix='2 3', tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\")",
    f"CREATE TRIGGER {{table}}_words_in AFTER INSERT ON {{table}} BEGIN {_IN} END",
    f"CREATE TRIGGER {{table}}_words_out AFTER DELETE ON {{table}} BEGIN {_OUT} END",
    "CREATE TRIGGER {table}_words_over AFTER UPDATE OF words ON {table} WHEN old.words <> new.words"
    f" BEGIN {_OUT} {_IN} END",
)
"""The table of words keeps none of its own: it is told what goes and what comes."""
_POSTGRES_WORDS = (
    "ALTER TABLE {table} ADD COLUMN word_vector tsvector"
    " GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED",
    "CREATE INDEX {table}_words ON {table} USING gin (word_vector)",
)
"""A column of its own: the planner knows how common a word is, and need not make the vector to look into it."""
_HAVE_WORDS = ("record", "record_version")


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class DataTable(Base):
        key = p.CharField(32, unique=True)
        title = p.JSONField()
        parent = p.ForeignKeyField("self", null=True, on_delete="RESTRICT")
        org_id = p.IntegerField(index=True)
        position = p.IntegerField()
        created_at = p.BigIntegerField()
        created_by = p.IntegerField()
        retired_at = p.BigIntegerField(null=True)

    class DataColumn(Base):
        table = p.ForeignKeyField(DataTable, on_delete="RESTRICT")
        key = p.CharField(32)
        field = p.JSONField()
        formula = p.TextField()
        org_id = p.IntegerField(index=True)
        keyword = p.BooleanField()
        indexed = p.BooleanField()
        position = p.IntegerField()
        created_at = p.BigIntegerField()
        created_by = p.IntegerField()
        retired_at = p.BigIntegerField(null=True)

        class Meta:
            indexes = ((("table", "key"), True),)

    class Record(Base):
        table_id = p.IntegerField()
        org_id = p.IntegerField()
        subject_id = p.IntegerField(null=True)
        parent_id = p.IntegerField(null=True)
        data = p.JSONField()
        sealed = p.BlobField(null=True)
        words = p.TextField()
        colour = p.CharField(8)
        tags = p.CharField(200)
        created_at = p.BigIntegerField()
        deleted_at = p.BigIntegerField(null=True)
        since = p.BigIntegerField()
        by_kind = p.CharField(10)
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        why = p.BlobField(null=True)
        batch_id = p.IntegerField(null=True)

        class Meta:
            indexes = (
                (("table_id", "subject_id"), True),
                (("table_id", "org_id", "id"), False),
                (("parent_id", "table_id"), False),
                (("batch_id",), False),
            )

    class RecordVersion(Record):
        record_id = p.IntegerField()
        until = p.BigIntegerField()

        class Meta:
            indexes = (
                (("record_id", "until"), False),
                (("table_id", "until"), False),
                (("batch_id",), False),
            )

    class RecordBatch(Base):
        kind = p.CharField(16)
        table_id = p.IntegerField(index=True)
        org_id = p.IntegerField(index=True)
        title = p.CharField(200)
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        at = p.BigIntegerField(index=True)
        undone_at = p.BigIntegerField(null=True)
        undone_by = p.IntegerField(null=True)

    return [DataTable, DataColumn, Record, RecordVersion, RecordBatch]


def up(migrator, db):
    db.create_tables(_models(db))
    db.execute_sql(
        'CREATE INDEX "record_coloured" ON "record" ("table_id", "colour") WHERE ("colour" != \'\')'
    )
    for table in _HAVE_WORDS:
        statements = _SQLITE_WORDS if isinstance(db, p.SqliteDatabase) else _POSTGRES_WORDS
        for statement in statements:
            db.execute_sql(statement.format(table=table))


def down(migrator, db):
    if isinstance(db, p.SqliteDatabase):
        for table in _HAVE_WORDS:
            db.execute_sql(f"DROP TABLE {table}_words")
    db.drop_tables(_models(db))
