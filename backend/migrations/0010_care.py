"""Daily check-ins and their plans, absences, days off, visits, and the monthly summaries told."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class CarePlan(Base):
        resident_id = p.IntegerField(unique=True)
        org_id = p.IntegerField(index=True)
        status = p.CharField(8)
        days = p.CharField(7)
        times = p.CharField(60)
        zone = p.CharField(40)
        channels = p.CharField(60)
        wait = p.IntegerField(default=30)
        window = p.IntegerField(default=180)
        skip_holidays = p.BooleanField(default=False)
        called = p.BlobField(null=True)
        normal = p.BlobField(null=True)
        note = p.BlobField(null=True)
        next_due_at = p.BigIntegerField(null=True)
        created_at = p.BigIntegerField()
        created_by = p.CharField(24)
        confirmed_at = p.BigIntegerField(null=True)

    class CheckIn(Base):
        plan = p.ForeignKeyField(CarePlan, on_delete="CASCADE", index=False)
        resident_id = p.IntegerField(index=True)
        org_id = p.IntegerField()
        due_at = p.BigIntegerField(index=True)
        status = p.CharField(12)
        asked_at = p.BigIntegerField(null=True)
        next_at = p.BigIntegerField(null=True)
        heard_at = p.BigIntegerField(null=True)
        nudged_at = p.BigIntegerField(null=True)
        missed_at = p.BigIntegerField(null=True)
        settled_at = p.BigIntegerField(null=True)
        by = p.CharField(24, default="")
        why = p.CharField(16, default="")
        late = p.BooleanField(default=False)
        said = p.BlobField(null=True)
        alarm_id = p.IntegerField(null=True, index=True)

        class Meta:
            indexes = ((("plan", "due_at"), True),)

    class CheckInQuestion(Base):
        check_in = p.ForeignKeyField(CheckIn, on_delete="CASCADE", index=False)
        channel = p.CharField(12)
        identity_id = p.IntegerField(null=True)
        message_id = p.IntegerField(null=True)
        at = p.BigIntegerField()
        failed = p.BooleanField(default=False)

        class Meta:
            indexes = ((("check_in", "channel"), True),)

    class Absence(Base):
        resident_id = p.IntegerField(index=True)
        org_id = p.IntegerField()
        starts_at = p.BigIntegerField()
        ends_at = p.BigIntegerField(null=True)
        said = p.BlobField(null=True)
        told_by = p.CharField(24)
        created_at = p.BigIntegerField()

    class CareHoliday(Base):
        org_id = p.IntegerField()
        day = p.DateField()
        name = p.CharField(80)

        class Meta:
            indexes = ((("org_id", "day"), True),)

    class Visit(Base):
        resident_id = p.IntegerField(index=True)
        org_id = p.IntegerField(index=True)
        status = p.CharField(10, index=True)
        reason = p.BlobField()
        alarm_id = p.IntegerField(null=True, unique=True)
        assignee_id = p.IntegerField(null=True, index=True)
        created_at = p.BigIntegerField()
        created_by = p.CharField(24)
        due_at = p.BigIntegerField()
        overdue = p.BooleanField(default=False)
        going_at = p.BigIntegerField(null=True)
        done_at = p.BigIntegerField(null=True)
        done_by = p.IntegerField(null=True)
        condition = p.CharField(12, default="")
        report = p.BlobField(null=True)
        photo = p.CharField(32, null=True)
        place = p.BlobField(null=True)
        next_id = p.IntegerField(null=True)

    class CareSummary(Base):
        resident_id = p.IntegerField()
        month = p.CharField(7)
        told = p.IntegerField()
        at = p.BigIntegerField()

        class Meta:
            indexes = ((("resident_id", "month"), True),)

    CarePlan.add_index(
        CarePlan.next_due_at, where=CarePlan.next_due_at.is_null(False), name="care_plan_next_due_at"
    )
    CheckIn.add_index(CheckIn.next_at, where=CheckIn.next_at.is_null(False), name="check_in_next_at")
    return [CarePlan, CheckIn, CheckInQuestion, Absence, CareHoliday, Visit, CareSummary]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
