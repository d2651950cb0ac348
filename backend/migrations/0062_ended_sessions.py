"""Sessions that were signed out, until they would have been over by themselves."""

import peewee as p


def up(migrator, db):
    class EndedSession(p.Model):
        name = p.CharField(32, unique=True)
        until = p.BigIntegerField(index=True)

        class Meta:
            database = db
            table_name = "ended_session"

    db.create_tables([EndedSession])


def down(migrator, db):
    db.execute_sql("DROP TABLE ended_session")
