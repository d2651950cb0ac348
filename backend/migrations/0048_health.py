"""Medicines and reminders, measured values and limits, appointments; rules that say who needs what; visits reported from a phone
that was offline."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class MedicinePlan(Base):
        resident_id = p.IntegerField(unique=True)
        org_id = p.IntegerField(index=True)
        zone = p.CharField(40)
        channels = p.CharField(60)
        wait = p.IntegerField()
        tell = p.CharField(8)
        next_due_at = p.BigIntegerField(null=True)
        summed_on = p.DateField(null=True)
        created_at = p.BigIntegerField()

    class Medicine(Base):
        plan = p.ForeignKeyField(MedicinePlan, on_delete="CASCADE")
        name = p.BlobField()
        dose = p.BlobField()
        days = p.CharField(7)
        times = p.CharField(60)
        starts_on = p.DateField()
        ends_on = p.DateField(null=True)
        status = p.CharField(8)
        created_at = p.BigIntegerField()
        created_by = p.CharField(24)

    class MedicineDose(Base):
        plan = p.ForeignKeyField(MedicinePlan, on_delete="CASCADE", index=False)
        resident_id = p.IntegerField(index=True)
        due_at = p.BigIntegerField(index=True)
        medicines = p.BlobField()
        status = p.CharField(10)
        questions = p.IntegerField()
        laters = p.IntegerField()
        channel = p.CharField(12)
        identity_id = p.IntegerField(null=True)
        message_id = p.IntegerField(null=True)
        asked_at = p.BigIntegerField(null=True)
        next_at = p.BigIntegerField(null=True)
        settled_at = p.BigIntegerField(null=True)
        told_at = p.BigIntegerField(null=True)

        class Meta:
            indexes = ((("plan", "due_at"), True),)

    class Measurement(Base):
        resident_id = p.IntegerField()
        org_id = p.IntegerField()
        kind = p.CharField(12)
        at = p.BigIntegerField()
        values = p.BlobField()
        source = p.CharField(24)
        key = p.CharField(80, null=True, unique=True)
        outside = p.BooleanField()
        alarm_id = p.IntegerField(null=True)
        created_at = p.BigIntegerField()

    class HealthLimit(Base):
        resident_id = p.IntegerField()
        kind = p.CharField(12)
        bounds = p.BlobField()
        act = p.CharField(8)
        changed_at = p.BigIntegerField()

        class Meta:
            indexes = ((("resident_id", "kind"), True),)

    class Appointment(Base):
        resident_id = p.IntegerField(index=True)
        org_id = p.IntegerField()
        at = p.BigIntegerField(index=True)
        what = p.BlobField()
        place = p.BlobField(null=True)
        ride = p.CharField(8)
        request = p.IntegerField(null=True)
        status = p.CharField(10)
        day_told_at = p.BigIntegerField(null=True)
        soon_told_at = p.BigIntegerField(null=True)
        created_at = p.BigIntegerField()
        created_by = p.CharField(24)

    class ServiceRule(Base):
        org_id = p.IntegerField(index=True)
        name = p.CharField(80)
        view_id = p.IntegerField(null=True)
        facts = p.JSONField()
        during = p.CharField(10)
        act = p.CharField(8)
        words = p.CharField(300)
        period = p.IntegerField()
        active = p.BooleanField()
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        created_at = p.BigIntegerField()
        ran_at = p.BigIntegerField(null=True)
        ran_on = p.DateField(null=True)
        found = p.IntegerField()
        trouble = p.CharField(200)

    class ServiceSuggestion(Base):
        rule = p.ForeignKeyField(ServiceRule, on_delete="CASCADE", index=False)
        resident_id = p.IntegerField(index=True)
        org_id = p.IntegerField(index=True)
        status = p.CharField(10, index=True)
        made_at = p.BigIntegerField()
        by_id = p.IntegerField(null=True)
        decided_at = p.BigIntegerField(null=True)
        reason = p.BlobField(null=True)
        visit_id = p.IntegerField(null=True)

    class WeatherWarning(Base):
        org_id = p.IntegerField(index=True)
        kind = p.CharField(10)
        first = p.DateField()
        last = p.DateField()
        by_id = p.IntegerField()
        created_at = p.BigIntegerField()

    class VisitSent(Base):
        key = p.CharField(40, unique=True)
        staff_id = p.IntegerField()
        visit_id = p.IntegerField()
        kept_id = p.IntegerField()
        outcome = p.CharField(10)
        at = p.BigIntegerField(index=True)

    MedicinePlan.add_index(
        MedicinePlan.next_due_at,
        where=MedicinePlan.next_due_at.is_null(False),
        name="medicine_plan_next_due_at",
    )
    MedicineDose.add_index(
        MedicineDose.next_at, where=MedicineDose.next_at.is_null(False), name="medicine_dose_next_at"
    )
    Measurement.add_index(Measurement.resident_id, Measurement.kind, Measurement.at, name="measurement_of")
    ServiceSuggestion.add_index(
        ServiceSuggestion.rule,
        ServiceSuggestion.resident_id,
        unique=True,
        where=ServiceSuggestion.status == "open",
        name="service_suggestion_open",
    )
    ServiceSuggestion.add_index(
        ServiceSuggestion.rule,
        ServiceSuggestion.resident_id,
        ServiceSuggestion.made_at,
        name="service_suggestion_of",
    )
    return [
        *(MedicinePlan, Medicine, MedicineDose, Measurement, HealthLimit, Appointment),
        *(ServiceRule, ServiceSuggestion, WeatherWarning, VisitSent),
    ]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
