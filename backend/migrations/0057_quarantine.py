"""Reasons in every language; a ceiling for what one device has put aside of a day."""

import json

import peewee as p
from playhouse.migrate import migrate

TABLE = "quarantined_message"


def up(migrator, db):
    class QuarantinePile(p.Model):
        whose = p.CharField(200)
        day = p.DateField()
        org_id = p.IntegerField(null=True)
        came = p.IntegerField()
        left_out = p.IntegerField(default=0)

        class Meta:
            database = db
            table_name = "quarantine_pile"
            indexes = ((("whose", "day"), True),)

    db.create_tables([QuarantinePile])
    migrate(
        migrator.alter_column_type(TABLE, "why", p.TextField()),
        migrator.add_column(TABLE, "pile_id", p.IntegerField(null=True)),
        migrator.add_index(TABLE, ("pile_id",), False),
    )
    _reword(db, lambda why: json.dumps({"zh_CN": why, "en": why}))


def down(migrator, db):
    _reword(db, lambda why: json.loads(why)["en"][:200])
    migrate(
        migrator.drop_index(TABLE, "quarantined_message_pile_id"),
        migrator.drop_column(TABLE, "pile_id"),
        migrator.alter_column_type(TABLE, "why", p.CharField(200)),
    )
    db.execute_sql("DROP TABLE quarantine_pile")


def _reword(db, how):
    one = db.param
    for number, why in db.execute_sql("SELECT id, why FROM quarantined_message").fetchall():
        db.execute_sql(f"UPDATE quarantined_message SET why = {one} WHERE id = {one}", (how(why), number))  # noqa: S608
