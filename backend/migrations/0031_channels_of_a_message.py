"""The channels that a message keeps to when it is passed on."""

import peewee as p
from playhouse.migrate import migrate


def up(migrator, db):
    migrate(migrator.add_column("message", "channels", p.CharField(60, null=True)))


def down(migrator, db):
    migrate(migrator.drop_column("message", "channels"))
