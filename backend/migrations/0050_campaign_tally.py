"""What is known of a campaign's people already, by portions; and which of its messages changed after they were settled."""

import peewee as p
from playhouse.migrate import migrate

_MOVED = "{row}.queue = 'bulk' AND {row}.status NOT IN ('pending', 'sending')"
_AFRESH = (
    "INSERT INTO delivery_moved (message_id) SELECT NEW.message_id WHERE EXISTS"
    " (SELECT 1 FROM delivery x WHERE x.message_id = NEW.message_id AND x.id <> NEW.id);"
)
_NOTE = "INSERT INTO delivery_moved (message_id) VALUES (OLD.message_id);"
_SQLITE = (
    f"CREATE TRIGGER delivery_moved_on AFTER UPDATE ON delivery WHEN {_MOVED.format(row='OLD')} BEGIN {_NOTE} END",
    f"CREATE TRIGGER delivery_moved_out AFTER DELETE ON delivery WHEN {_MOVED.format(row='OLD')} BEGIN {_NOTE} END",
    f"CREATE TRIGGER delivery_moved_again AFTER INSERT ON delivery WHEN NEW.queue = 'bulk' BEGIN {_AFRESH} END",
)
_POSTGRES = (
    f"CREATE FUNCTION delivery_moved_on() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_NOTE} RETURN NULL; END $$",
    f"CREATE FUNCTION delivery_moved_again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_AFRESH} RETURN NULL; END $$",
    f"CREATE TRIGGER delivery_moved_on AFTER UPDATE OR DELETE ON delivery FOR EACH ROW WHEN ({_MOVED.format(row='OLD')})"
    " EXECUTE FUNCTION delivery_moved_on()",
    "CREATE TRIGGER delivery_moved_again AFTER INSERT ON delivery FOR EACH ROW WHEN (NEW.queue = 'bulk')"
    " EXECUTE FUNCTION delivery_moved_again()",
)
"""Whoever changes a Delivery, whichever way: what is on its way is in no tally, so that sending pays nothing."""
INDEXES = (
    "CREATE INDEX recipient_message ON recipient (campaign_id, message_id) WHERE message_id IS NOT NULL",
    "CREATE INDEX recipient_left_out ON recipient (campaign_id, reason) WHERE state = 'left_out'",
)


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class CampaignTally(Base):
        campaign_id = p.IntegerField()
        block = p.IntegerField()
        outcomes = p.JSONField()

        class Meta:
            indexes = ((("campaign_id", "block"), True),)

    class DeliveryMoved(Base):
        message_id = p.IntegerField()

    return [CampaignTally, DeliveryMoved]


def up(migrator, db):
    db.create_tables(_models(db))
    postgres = isinstance(db, p.PostgresqlDatabase)
    for statement in (*INDEXES, *(_POSTGRES if postgres else _SQLITE)):
        db.execute_sql(statement)


def down(migrator, db):
    if isinstance(db, p.PostgresqlDatabase):
        for name in ("delivery_moved_on", "delivery_moved_again"):
            db.execute_sql(f"DROP FUNCTION {name}() CASCADE")
    else:
        for name in ("delivery_moved_on", "delivery_moved_out", "delivery_moved_again"):
            db.execute_sql(f"DROP TRIGGER {name}")
    db.drop_tables(_models(db))
    migrate(
        migrator.drop_index("recipient", "recipient_message"),
        migrator.drop_index("recipient", "recipient_left_out"),
    )
