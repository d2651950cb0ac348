"""Rules over devices, their versions, what they remember, and tests against the past."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class DeviceRule(Base):
        org_id = p.IntegerField(null=True, index=True)
        built_in = p.CharField(40, null=True, unique=True)
        replaces = p.CharField(40)
        name = p.CharField(80)
        state = p.CharField(8, index=True)
        version = p.IntegerField()
        live_version = p.IntegerField(null=True)
        revision = p.IntegerField(index=True)
        created_at = p.BigIntegerField()
        changed_at = p.BigIntegerField()
        by_name = p.CharField(80)

    class DeviceRuleVersion(Base):
        rule_id = p.IntegerField()
        number = p.IntegerField()
        definition = p.JSONField()
        at = p.BigIntegerField()
        by_name = p.CharField(80)

    class DeviceRuleMemory(Base):
        rule_id = p.IntegerField()
        device_id = p.IntegerField(index=True)
        resident_id = p.IntegerField(index=True)
        version = p.IntegerField()
        holds_since = p.BigIntegerField(null=True)
        raised_at = p.BigIntegerField(null=True)
        heard_at = p.BigIntegerField(null=True)
        looked_at = p.BigIntegerField(null=True)
        wake_at = p.BigIntegerField(null=True, index=True)
        alarm_id = p.IntegerField(null=True)
        memory = p.TextField()

    class DeviceRuleTest(Base):
        rule_id = p.IntegerField(index=True)
        version = p.IntegerField()
        org_id = p.IntegerField()
        since = p.BigIntegerField()
        until = p.BigIntegerField()
        state = p.CharField(8, index=True)
        cursor = p.IntegerField()
        done = p.IntegerField()
        total = p.IntegerField()
        messages = p.IntegerField()
        found = p.JSONField()
        problem = p.CharField(40)
        by_staff = p.IntegerField()
        begun_at = p.BigIntegerField()

    DeviceRuleVersion.add_index(
        DeviceRuleVersion.rule_id, DeviceRuleVersion.number, unique=True, name="device_rule_version_once"
    )
    DeviceRuleMemory.add_index(
        DeviceRuleMemory.rule_id,
        DeviceRuleMemory.device_id,
        DeviceRuleMemory.resident_id,
        unique=True,
        name="device_rule_memory_once",
    )
    return [DeviceRule, DeviceRuleVersion, DeviceRuleMemory, DeviceRuleTest]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
