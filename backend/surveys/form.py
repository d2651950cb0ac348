"""The Form of a survey, as it is asked, and what of an answer is sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backend.core.i18n import Text, _, ngettext, text_from_json
from backend.fields.base import Field, join
from backend.fields.condition import holds
from backend.fields.form import Form
from backend.surveys.models import Survey, SurveyAnswer, SurveyAnswerBefore

SERIES = "survey"
NAMES_SOMEBODY: dict[str, Text] = {
    kind: _("An anonymous survey cannot ask for this: it shows who answered.")
    for kind in ("phone", "email", "photo", "location")
}
"""Kinds of question that an anonymous survey does not take."""
OWN_WORDS = ("text", "long_text", "phone", "email", "location")
"""Kinds whose answers are sealed, confidential or not: people write of themselves and of each other."""
EDITING = "editing"
"""The fact with which somebody opens the survey again to change her answers."""


def name_of(survey_id: int) -> str:
    return f"{SERIES}:{survey_id}"


def questions(survey: Survey) -> Form:
    """As staff wrote them."""
    return Form.from_json(survey.questions)


def title(survey: Survey) -> Text:
    return text_from_json(survey.title)


def intro(survey: Survey) -> Text | None:
    return text_from_json(survey.intro) if survey.intro else None


def asked(survey: Survey) -> Form:
    """As it is asked: with its promise before the first question; of an anonymous one every answer counts as confidential, so
    that it stands in no log. Whoever changes her answers looks them over first."""
    form = questions(survey)
    fields: tuple[Field, ...] = form.fields
    if survey.anonymous:
        fields = tuple(replace(f, sensitive=True) for f in fields)
    review = {"fact": EDITING, "op": "eq", "value": True}
    return Form(name_of(survey.id), title(survey), fields, review, _opening(survey, len(fields)))


def over(survey_id: int, named: Text) -> Form:
    """Of a survey that is closed: nothing is asked any more, so whoever is in the midst of it comes to its end at once."""
    return Form(name_of(survey_id), named, [], review=False)


def _opening(survey: Survey, n: int) -> Text | None:
    how_many = ngettext("{n} question.", "{n} questions at most.", n)
    promise = (
        _("Anonymous: nobody here learns who answered what.")
        if survey.anonymous
        else _("Your answers are kept with your name.")
    )
    return join(intro(survey), _("{how_many} {promise}", how_many=how_many, promise=promise))


# --- answers --------------------------------------------------------------------------------------------------


def sealed(field: Field) -> bool:
    return field.sensitive or field.kind in OWN_WORDS


def split(form: Form, answers: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """Parsed answers as (open JSON, JSON to be sealed)."""
    shown: dict[str, Any] = {}
    hidden: dict[str, Any] = {}
    for name, value in answers.items():
        field = form.by_name[name]
        (hidden if sealed(field) else shown)[name] = field.dump(value)
    return shown, json.dumps(hidden, ensure_ascii=False) if hidden else None


def stored(row: SurveyAnswer | SurveyAnswerBefore) -> dict[str, Any]:
    """Stored values by Field name, the sealed ones too."""
    return {**row.answers, **(json.loads(row.sealed) if row.sealed else {})}


def was_asked(form: Form, answers: Mapping[str, Any]) -> list[Field]:
    """The questions that came up on the way to these stored answers."""
    seen: dict[str, Any] = {}
    found = []
    for field in form.fields:
        if field.when is not None and not holds(field.when, seen, {}):
            continue
        found.append(field)
        seen[field.name] = answers.get(field.name)
    return found
