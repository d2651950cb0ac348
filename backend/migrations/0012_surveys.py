"""Surveys, who is invited to them, and the answers."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Survey(Base):
        org_id = p.IntegerField(index=True)
        title = p.JSONField()
        intro = p.JSONField()
        questions = p.JSONField()
        audience = p.JSONField()
        anonymous = p.BooleanField()
        editable = p.BooleanField()
        newcomers = p.BooleanField()
        opens_at = p.BigIntegerField(null=True)
        closes_at = p.BigIntegerField(null=True)
        remind_days = p.IntegerField(null=True)
        status = p.CharField(8, index=True)
        token = p.CharField(32, unique=True)
        words_version = p.IntegerField(default=1)
        created_at = p.BigIntegerField()
        created_by = p.IntegerField()
        released_at = p.BigIntegerField(null=True)
        invited_at = p.BigIntegerField(null=True)
        swept_at = p.BigIntegerField(null=True)
        closed_at = p.BigIntegerField(null=True)

    class SurveyInvitation(Base):
        survey = p.ForeignKeyField(Survey, on_delete="CASCADE")
        resident_id = p.IntegerField(index=True)
        sent_at = p.BigIntegerField(null=True)
        reminded_at = p.BigIntegerField(null=True)
        unreachable = p.BooleanField(default=False)
        declined = p.BooleanField(default=False)
        answered = p.BooleanField(default=False)
        answered_at = p.BigIntegerField(null=True)

        class Meta:
            indexes = ((("survey", "resident_id"), True),)

    class SurveyAnswer(Base):
        id = p.BigIntegerField(primary_key=True)
        survey = p.ForeignKeyField(Survey, on_delete="CASCADE")
        resident_id = p.IntegerField(null=True, index=True)
        answers = p.JSONField()
        sealed = p.BlobField(null=True)
        at = p.BigIntegerField()
        channel = p.CharField(12, default="")
        words_version = p.IntegerField()
        edition = p.IntegerField(default=1)
        building = p.CharField(40, default="")
        age_group = p.CharField(8, default="")

        class Meta:
            indexes = ((("survey", "resident_id"), True),)

    class SurveyAnswerBefore(Base):
        answer = p.ForeignKeyField(SurveyAnswer, on_delete="CASCADE")
        edition = p.IntegerField()
        answers = p.JSONField()
        sealed = p.BlobField(null=True)
        at = p.BigIntegerField()
        channel = p.CharField(12)

    return [Survey, SurveyInvitation, SurveyAnswer, SurveyAnswerBefore]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
