"""Who was heard under a topic is found by it, for messages that cannot be read."""

from playhouse.migrate import migrate


def up(migrator, db):
    migrate(migrator.add_index("device_topic", ("topic",), False))


def down(migrator, db):
    migrate(migrator.drop_index("device_topic", "device_topic_topic"))
