"""What surveys know: for the pages, for a resident, for a conversation. Others see plain values, never models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import peewee

from backend.core import access, clock
from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.core.i18n import Text
from backend.fields.form import Form
from backend.surveys import answering, form, wording
from backend.surveys.models import Survey, SurveyAnswer, SurveyAnswerBefore, SurveyInvitation


@dataclass(frozen=True, slots=True)
class Open:
    """A survey as a conversation asks it; `form` has no questions once it is closed, `questions` are the words of all of them."""

    id: int
    title: Text
    form: Form
    questions: tuple[Text, ...]
    anonymous: bool
    editable: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """How far it is: `reached` were told of it, `answered` of the `asked` did answer."""

    asked: int = 0
    reached: int = 0
    unreachable: int = 0
    declined: int = 0
    reminded: int = 0
    answered: int = 0

    @property
    def percent(self) -> int:
        return round(100 * self.answered / self.asked) if self.asked else 0


def to_ask(survey_id: int) -> Open | None:
    """None when there never was one."""
    try:
        survey = answering.find(survey_id)
    except NotFound:
        return None
    named = form.title(survey)
    going = answering.is_open(survey, clock.now())
    return Open(
        survey.id,
        named,
        form.asked(survey) if going else form.over(survey.id, named),
        tuple(f.question for f in form.questions(survey).fields),
        survey.anonymous,
        survey.editable,
    )


def open_for(resident_id: int) -> list[tuple[int, Text]]:
    """The open surveys that she is invited to and has not answered, or may change, the latest first."""
    now = clock.now()
    rows = (
        Survey.select(Survey, SurveyInvitation.answered.alias("answered"))
        .join(SurveyInvitation)
        .where(
            (SurveyInvitation.resident_id == resident_id)
            & (Survey.status == "open")
            & (Survey.opens_at <= now)
            & (Survey.closes_at.is_null() | (Survey.closes_at > now))
            & (~SurveyInvitation.answered | Survey.editable)
        )
        .order_by(Survey.opens_at.desc(), Survey.id.desc())
        .objects()
    )
    return [(row.id, form.title(row)) for row in rows]


def by_token(token: str) -> Survey:
    """What a public link shows. Raises NotFound; a draft has no public side."""
    survey = Survey.get_or_none((Survey.token == token) & (Survey.status != "draft"))
    if survey is None:
        raise NotFound()
    return survey  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the public page tells. `state`: open, soon, closed."""

    title: Text
    intro: Text | None
    questions: int
    anonymous: bool
    state: str
    words: Text
    """When it opens or closes, in a sentence; empty when nothing is to be said."""


def shown(survey: Survey, now: datetime) -> Shown:
    going = answering.is_open(survey, now)
    over = survey.status == "closed" or (survey.closes_at is not None and survey.closes_at <= now)
    words: Text = wording.until(survey) or ""
    if not going:
        words = wording.closed(survey) if over else wording.not_yet(survey)
    return Shown(
        form.title(survey),
        form.intro(survey),
        len(form.questions(survey).fields),
        survey.anonymous,
        "open" if going else "closed" if over else "soon",
        words,
    )


# --- for staff ------------------------------------------------------------------------------------------------


def listed(actor: Actor, status: str = "", text: str = "") -> Any:
    """A peewee query of the surveys that the actor may see, the latest first."""
    query = (
        Survey.select()
        .where(Survey.org_id.in_(access.org_ids(actor, "survey.read")))
        .order_by(Survey.id.desc())
    )
    if status:
        query = query.where(Survey.status == status)
    if text:
        query = query.where(Survey.id.in_(_titled(query, text) or [-1]))
    return query


def _titled(query: Any, text: str) -> list[int]:
    """A community has dozens of surveys, not thousands: the titles are read as they are."""
    return [s.id for s in query if any(text.casefold() in t.casefold() for t in s.title.values())]


def seen_by(actor: Actor, survey_id: int) -> Survey:
    """Raises NotFound, Forbidden."""
    survey = Survey.get_or_none(Survey.id == survey_id)
    if survey is None:
        raise NotFound()
    access.check(actor, "survey.read", survey.org_id)
    return survey  # type: ignore[no-any-return]


def rate(survey: Survey) -> Rate:
    return rates([survey]).get(survey.id, Rate())


def rates(surveys: list[Survey]) -> dict[int, Rate]:
    """Of several, by id, in one question to the database."""
    row = SurveyInvitation

    def count(condition: Any) -> Any:
        return peewee.fn.SUM(peewee.Case(None, [(condition, 1)], 0))

    found: Any = (
        row.select(
            row.survey,
            peewee.fn.COUNT(row.id),
            count(row.sent_at.is_null(False) & ~row.unreachable),
            count(row.unreachable),
            count(row.declined),
            count(row.reminded_at.is_null(False)),
            count(row.answered),
        )
        .where(row.survey.in_([s.id for s in surveys] or [-1]))
        .group_by(row.survey)
        .tuples()
    )
    return {one[0]: Rate(*(int(n) for n in one[1:])) for one in found}


def answers(survey: Survey) -> list[SurveyAnswer]:
    """Those that may be shown: in no order that tells when they came, where they are anonymous; else by time."""
    query = SurveyAnswer.select().where((SurveyAnswer.survey == survey) & ~SurveyAnswer.held)
    return list(query.order_by(SurveyAnswer.id if survey.anonymous else SurveyAnswer.at))


# --- for a resident's page ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Given:
    """What she answered to a named survey, and what she had answered before she changed it, the latest first."""

    survey_id: int
    title: Text
    form: Form
    row: SurveyAnswer
    before: list[SurveyAnswerBefore]


def given_by(resident_id: int) -> list[Given]:
    rows = (
        SurveyAnswer.select(SurveyAnswer, Survey)
        .join(Survey)
        .where(SurveyAnswer.resident_id == resident_id)
        .order_by(SurveyAnswer.at.desc())
    )
    return [
        Given(
            row.survey.id,
            form.title(row.survey),
            form.questions(row.survey),
            row,
            list(
                SurveyAnswerBefore.select()
                .where(SurveyAnswerBefore.answer == row)
                .order_by(SurveyAnswerBefore.edition.desc())
            ),
        )
        for row in rows
    ]
