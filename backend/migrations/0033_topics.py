"""Who does not wish to hear of what."""

import peewee as p


def _models(db):
    class TopicOptout(p.Model):
        identity_id = p.IntegerField()
        topic = p.CharField(12)
        at = p.BigIntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("identity_id", "topic"), True),)

    return [TopicOptout]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
