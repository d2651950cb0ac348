"""Under which topics devices were heard; messages that come by two sessions at the broker and were taken by one."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class DeviceTopic(Base):
        address = p.CharField(120)
        topic = p.TextField()
        loud_at = p.BigIntegerField(null=True)

    class Twin(Base):
        digest = p.BigIntegerField(index=True)
        express = p.BooleanField()
        at = p.BigIntegerField(index=True)

    DeviceTopic.add_index(DeviceTopic.address, DeviceTopic.topic, unique=True, name="device_topic_once")
    return [DeviceTopic, Twin]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
