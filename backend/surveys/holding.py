"""Anonymous answers wait until several can be shown at once: a look before an answer came and one after it would tell it."""

from __future__ import annotations

from typing import Any

from backend.surveys import anonymity
from backend.surveys.anonymity import LEAST
from backend.surveys.models import Survey, SurveyAnswer


def show_due(survey: Survey, *, over: bool) -> None:
    """Show as many of those that wait as may be, whichever of them; under the survey's lock."""
    waiting = [row.id for row in _waiting(survey).order_by(SurveyAnswer.id)]
    due = waiting[: anonymity.shown_now(len(waiting), over=over)]
    if due:
        shown = SurveyAnswer.id <= due[-1]
        SurveyAnswer.update(held=False).where((SurveyAnswer.survey == survey) & shown).execute()


def merge_groups(survey: Survey) -> bool:
    """Forget who of them is in which group where the groups could be looked at; whether they could. A group looked at before
    one more answer came and after it would tell that answer, however many come in between elsewhere."""
    shown = (SurveyAnswer.survey == survey) & ~SurveyAnswer.held
    if SurveyAnswer.select().where(shown).count() < LEAST:
        return False
    SurveyAnswer.update(building="", age_group="").where(SurveyAnswer.survey == survey).execute()
    return True


def count(survey: Survey) -> int:
    """How many wait."""
    return int(_waiting(survey).count())


def _waiting(survey: Survey) -> Any:
    return SurveyAnswer.select(SurveyAnswer.id).where((SurveyAnswer.survey == survey) & SurveyAnswer.held)
