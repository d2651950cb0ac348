"""Questions to an audience, who was invited, and what they answered."""

from __future__ import annotations

import secrets

import peewee

from backend.core.db import Encrypted, Instant, Model


class Survey(Model):
    """Questions for the people of `audience` (JSON, see `audience`), asked from `opens_at` until `closes_at`.

    `title` and `intro` are by locale, `questions` is JSON of a Form whose structure stays once `released_at` is set;
    `words_version` counts the changes of its words since. `invited_at`: when the audience was looked up; `swept_at`: when it was
    last looked up again, for `newcomers`. `remind_days` None: nobody is reminded. `closed_at` stays where an anonymous survey
    was opened again after its groups could be looked at.
    """

    org_id = peewee.IntegerField(index=True)
    title = peewee.JSONField()
    intro = peewee.JSONField()
    questions = peewee.JSONField()
    audience = peewee.JSONField()
    anonymous = peewee.BooleanField()
    editable = peewee.BooleanField()
    newcomers = peewee.BooleanField()
    opens_at = Instant(null=True)
    closes_at = Instant(null=True)
    remind_days = peewee.IntegerField(null=True)
    status = peewee.CharField(8, index=True)  # draft | open | closed
    token = peewee.CharField(32, unique=True)
    words_version = peewee.IntegerField(default=1)
    created_at = Instant()
    created_by = peewee.IntegerField()
    released_at = Instant(null=True)
    invited_at = Instant(null=True)
    swept_at = Instant(null=True)
    closed_at = Instant(null=True)

    @property
    def subject(self) -> str:
        """What the audit log and messages call it."""
        return f"survey:{self.id}"


class SurveyInvitation(Model):
    """A resident who is asked. Of an anonymous survey only `answered` is known, never when: `answered_at` stays empty.

    `unreachable`: she had no address when she was to be invited.
    """

    survey_id: int
    survey = peewee.ForeignKeyField(Survey, on_delete="CASCADE")
    resident_id = peewee.IntegerField(index=True)
    sent_at = Instant(null=True)
    reminded_at = Instant(null=True)
    unreachable = peewee.BooleanField(default=False)
    declined = peewee.BooleanField(default=False)
    answered = peewee.BooleanField(default=False)
    answered_at = Instant(null=True)

    class Meta:
        indexes = ((("survey", "resident_id"), True),)

    def message_key(self, which: str) -> str:
        """Names the "invite" or the "remind" that is said to her once."""
        return f"survey:{self.survey_id}:{self.resident_id}:{which}"


SurveyInvitation.add_index(
    SurveyInvitation.survey, where=SurveyInvitation.sent_at.is_null(), name="survey_invitation_unsent"
)


def _any_id() -> int:
    """Ids in order would tell who answered before whom."""
    return secrets.randbelow(2**62) + 1


class SurveyAnswer(Model):
    """One answer to all questions: `answers` and, sealed, `sealed` are JSON of stored values by Field name.

    Of an anonymous survey: no resident, no channel, `at` is the day on which the survey opened (midnight in the community), the
    same for all, and `building` and `age_group` are kept only where so many were invited that they point at nobody (see
    `anonymity`); `held` while it is not shown (see `holding`). `edition` counts her changes.
    """

    id = peewee.BigIntegerField(primary_key=True, default=_any_id)
    survey_id: int
    survey = peewee.ForeignKeyField(Survey, on_delete="CASCADE")
    resident_id = peewee.IntegerField(null=True, index=True)
    answers = peewee.JSONField()
    sealed = Encrypted(null=True)
    at = Instant()
    channel = peewee.CharField(12, default="")
    words_version = peewee.IntegerField()
    edition = peewee.IntegerField(default=1)
    building = peewee.CharField(40, default="")
    age_group = peewee.CharField(8, default="")
    held = peewee.BooleanField(default=False)

    class Meta:
        indexes = ((("survey", "resident_id"), True),)


SurveyAnswer.add_index(SurveyAnswer.survey, where=SurveyAnswer.held, name="survey_answer_held")


class SurveyAnswerBefore(Model):
    """What a named answer said before it was changed."""

    answer = peewee.ForeignKeyField(SurveyAnswer, on_delete="CASCADE")
    edition = peewee.IntegerField()
    answers = peewee.JSONField()
    sealed = Encrypted(null=True)
    at = Instant()
    channel = peewee.CharField(12)
