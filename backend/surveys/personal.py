"""What surveys hold about a resident: exported for her, and forgotten with her file."""

from __future__ import annotations

from typing import Any

from backend.core import media
from backend.core.db import transaction
from backend.core.i18n import DEFAULT_LOCALE, render
from backend.fields.form import Form
from backend.surveys import form
from backend.surveys.models import Survey, SurveyAnswer, SurveyAnswerBefore, SurveyInvitation


def export(resident_id: int) -> list[dict[str, Any]]:
    """Every survey that she was asked, with her answers; of an anonymous one only whether she answered."""
    rows = (
        SurveyInvitation.select(SurveyInvitation, Survey)
        .join(Survey)
        .where(SurveyInvitation.resident_id == resident_id)
        .order_by(SurveyInvitation.id)
    )
    return [_exported(row, resident_id) for row in rows]


def _exported(invited: SurveyInvitation, resident_id: int) -> dict[str, Any]:
    survey: Survey = invited.survey
    told: dict[str, Any] = {
        "survey": render(form.title(survey), DEFAULT_LOCALE),
        "anonymous": survey.anonymous,
        "answered": invited.answered,
    }
    given = SurveyAnswer.get_or_none(
        (SurveyAnswer.survey == survey) & (SurveyAnswer.resident_id == resident_id)
    )
    if given is not None:
        questions = form.questions(survey)
        before = SurveyAnswerBefore.select().where(SurveyAnswerBefore.answer == given)
        told["answers"] = _shown(questions, given)
        told["earlier"] = [_shown(questions, row) for row in before.order_by(SurveyAnswerBefore.edition)]
    return told


def _shown(questions: Form, row: SurveyAnswer | SurveyAnswerBefore) -> dict[str, Any]:
    stored = form.stored(row)
    answers = {
        render(f.label, DEFAULT_LOCALE) or f.name: f.show(f.load(stored[f.name]), DEFAULT_LOCALE)
        for f in questions.fields
        if stored.get(f.name) is not None
    }
    return {"at": row.at.isoformat(), "channel": row.channel, "answers": answers}


def forget(resident_id: int) -> None:
    """Take her answers and her invitations away. What she answered anonymously is nobody's, and stays."""
    with transaction():
        for row in (
            SurveyAnswer.select(SurveyAnswer, Survey)
            .join(Survey)
            .where(SurveyAnswer.resident_id == resident_id)
        ):
            before: Any = SurveyAnswerBefore.select().where(SurveyAnswerBefore.answer == row)
            for stored in (form.stored(one) for one in (row, *before)):
                forget_photos(form.questions(row.survey), stored)
            row.delete_instance(recursive=True)
        SurveyInvitation.delete().where(SurveyInvitation.resident_id == resident_id).execute()


def forget_photos(questions: Form, stored: dict[str, Any]) -> None:
    for f in questions.fields:
        if f.kind == "photo" and stored.get(f.name) is not None:
            media.forget(f.load(stored[f.name]).key)
