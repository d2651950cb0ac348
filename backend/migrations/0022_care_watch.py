"""Care that stumbles is counted; somebody long away is asked about; an alarm may have one visit after another; plans stand
where their residents live."""

import peewee as p
from playhouse.migrate import migrate

_ABSENCE = ("heard_at", "asked_at", "alarm_id")


def _fault(db):
    class CareFault(p.Model):
        plan_id = p.IntegerField(unique=True)
        what = p.CharField(40)
        error = p.CharField(80)
        since = p.BigIntegerField()
        last_at = p.BigIntegerField()
        failures = p.IntegerField()
        alarm_id = p.IntegerField(null=True)
        alarm_at = p.BigIntegerField(null=True)

        class Meta:
            database = db
            legacy_table_names = False

    return CareFault


def up(migrator, db):
    db.create_tables([_fault(db)])
    migrate(
        migrator.add_column("absence", "heard_at", p.BigIntegerField(null=True)),
        migrator.add_column("absence", "asked_at", p.BigIntegerField(null=True)),
        migrator.add_column("absence", "alarm_id", p.IntegerField(null=True)),
    )
    db.execute_sql('DROP INDEX "visit_alarm_id"')
    db.execute_sql('CREATE INDEX "visit_alarm_id" ON "visit" ("alarm_id")')
    db.execute_sql(
        'CREATE UNIQUE INDEX "visit_alarm_open" ON "visit" ("alarm_id")'
        " WHERE (\"status\" IN ('open', 'going'))"
    )
    db.execute_sql(
        "UPDATE care_plan SET org_id = (SELECT r.org_id FROM resident r WHERE r.id = care_plan.resident_id)"
        " WHERE EXISTS (SELECT 1 FROM resident r WHERE r.id = care_plan.resident_id)"
    )


def down(migrator, db):
    db.execute_sql('DROP INDEX "visit_alarm_open"')
    # The older shape has room for one visit of an alarm: the last one keeps it.
    db.execute_sql(
        "UPDATE visit SET alarm_id = NULL WHERE alarm_id IS NOT NULL AND id NOT IN"
        " (SELECT MAX(id) FROM visit WHERE alarm_id IS NOT NULL GROUP BY alarm_id)"
    )
    db.execute_sql('DROP INDEX "visit_alarm_id"')
    db.execute_sql('CREATE UNIQUE INDEX "visit_alarm_id" ON "visit" ("alarm_id")')
    migrate(*(migrator.drop_column("absence", name) for name in _ABSENCE))
    db.drop_tables([_fault(db)])
