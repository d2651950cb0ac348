"""Answers to surveys that were closed long ago belong to nobody any more: what was answered is counted still."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.core import retention
from backend.core.i18n import _
from backend.surveys import form, personal
from backend.surveys.models import Survey, SurveyAnswer, SurveyAnswerBefore, SurveyInvitation


def _closed(before: datetime) -> Any:
    return Survey.select(Survey.id).where((Survey.status == "closed") & (Survey.closed_at < before))


def _answers(before: datetime) -> Any:
    whose = SurveyAnswer.resident_id.is_null(False) | SurveyAnswer.sealed.is_null(False)
    return SurveyAnswer.survey.in_(_closed(before)) & whose


def _invitations(before: datetime) -> Any:
    """A number below nought is nobody's, and keeps how many were asked."""
    return SurveyInvitation.survey.in_(_closed(before)) & (SurveyInvitation.resident_id > 0)


def _count(before: datetime) -> int:
    return int(
        SurveyAnswer.select().where(_answers(before)).count()
        + SurveyInvitation.select().where(_invitations(before)).count()
    )


def _clear(before: datetime, most: int) -> int:
    row = SurveyAnswer
    rows = list(row.select(row, Survey).join(Survey).where(_answers(before)).order_by(row.id).limit(most))
    for answer in rows:
        questions = form.questions(answer.survey)
        earlier = SurveyAnswerBefore.select().where(SurveyAnswerBefore.answer == answer)
        for one in (answer, *earlier):
            personal.forget_photos(questions, form.stored(one))
        photos = {f.name for f in questions.fields if f.kind == "photo"}
        kept = {name: value for name, value in answer.answers.items() if name not in photos}
        row.update(resident_id=None, sealed=None, channel="", answers=kept).where(
            row.id == answer.id
        ).execute()
        SurveyAnswerBefore.delete().where(SurveyAnswerBefore.answer == answer).execute()
    if rows:
        return len(rows)
    asked = SurveyInvitation
    ids = [i.id for i in asked.select(asked.id).where(_invitations(before)).order_by(asked.id).limit(most)]
    return int(asked.update(resident_id=-asked.id).where(asked.id.in_(ids)).execute()) if ids else 0


retention.register(
    retention.Kind(
        "surveys",
        _("Answers to closed surveys"),
        _("made anonymous: who answered, confidential answers and photos go; the other answers are counted still"),
        12,
        3,
        _("Kept only as long as somebody may come back to it (PIPL, article 19)."),
        _count,
        _clear,
    )
)  # fmt: skip
