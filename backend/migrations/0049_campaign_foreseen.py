"""How many people a campaign was sent off or approved for."""

import peewee as p
from playhouse.migrate import migrate


def up(migrator, db):
    migrate(migrator.add_column("campaign", "foreseen", p.IntegerField(null=True)))


def down(migrator, db):
    migrate(migrator.drop_column("campaign", "foreseen"))
