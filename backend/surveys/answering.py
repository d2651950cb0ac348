"""A resident and a survey: whether she may answer, her answer, her no."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.core import audit, clock, live
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, LinliError, NotFound
from backend.messaging.outbox import withdraw
from backend.residents import queries as residents
from backend.residents import selection
from backend.surveys import anonymity, form, holding, life, wording
from backend.surveys.anonymity import Groups
from backend.surveys.audience import Audience, age_group, birthdays
from backend.surveys.models import Survey, SurveyAnswer, SurveyAnswerBefore, SurveyInvitation


class NotOpen(LinliError):
    """It has closed, or is not open yet."""

    status = 409


def find(survey_id: int) -> Survey:
    """Raises NotFound."""
    survey = Survey.get_or_none(Survey.id == survey_id)
    if survey is None or survey.status == "draft":
        raise NotFound()
    return survey  # type: ignore[no-any-return]


def is_open(survey: Survey, now: datetime) -> bool:
    begun = survey.opens_at is not None and survey.opens_at <= now
    return survey.status == "open" and begun and (survey.closes_at is None or survey.closes_at > now)


def admit(survey: Survey, resident_id: int) -> SurveyInvitation:
    """Her invitation; made now for somebody who fits the audience. Raises NotOpen, Conflict when it is not for her."""
    now = clock.now()
    if not is_open(survey, now):
        over = survey.status == "closed" or (survey.closes_at is not None and survey.closes_at <= now)
        raise NotOpen(wording.closed(survey) if over else wording.not_yet(survey))
    where = (SurveyInvitation.survey == survey) & (SurveyInvitation.resident_id == resident_id)
    found = SurveyInvitation.get_or_none(where)
    if found is None:
        chosen = Audience.from_json(survey.audience).selection(clock.local(now).date())
        # Until the clock has looked the audience up, whoever fits is invited; afterwards only where newcomers are.
        welcome = survey.newcomers or survey.invited_at is None
        if not welcome or not selection.includes(chosen, resident_id):
            raise Conflict(wording.not_for_you(survey))
        with transaction():
            SurveyInvitation.insert(
                survey=survey, resident_id=resident_id, sent_at=now
            ).on_conflict_ignore().execute()
        found = SurveyInvitation.get(where)
    return found  # type: ignore[no-any-return]


def check(survey_id: int, resident_id: int) -> dict[str, Any] | None:
    """What she may begin with: her earlier answers (stored values) when she may change them, else None. Raises NotOpen,
    Conflict."""
    survey = find(survey_id)
    invited = admit(survey, resident_id)
    if not invited.answered:
        return None
    if not survey.editable:
        raise Conflict(wording.answered_already(survey))
    before = _of(survey, resident_id)
    return None if before is None else form.stored(before)


def answer(survey_id: int, resident_id: int, answers: Mapping[str, Any], channel: str) -> bool:
    """Keep her answer (parsed values by Field name); returns whether it replaced an earlier one. Raises NotOpen, Conflict."""
    with transaction():
        survey = find(survey_id)
        if survey.anonymous:
            # Who counts the answers that wait counts all of them; taken before any other lock.
            survey = life.locked(survey_id)
        invited = admit(survey, resident_id)
        values = {"answered": True} if survey.anonymous else {"answered": True, "answered_at": clock.now()}
        mine = SurveyInvitation.id == invited.id
        if not survey.editable:
            # Who presses twice at once: the row lets only one of them through.
            mine &= ~SurveyInvitation.answered
        if not SurveyInvitation.update(**values).where(mine).execute():
            raise Conflict(wording.answered_already(survey))
        _ask_no_more(invited)
        questions = form.questions(survey)
        shown, hidden = form.split(questions, answers)
        if survey.anonymous:
            _keep_anonymous(survey, resident_id, shown, hidden)
            again = False
        else:
            again = _keep_named(survey, resident_id, shown, hidden, channel)
        live.publish(live.ADMIN, {"kind": "survey", "id": survey.id})
    return again


def _keep_anonymous(survey: Survey, resident_id: int, shown: dict[str, Any], hidden: str | None) -> None:
    """Nothing in the row leads to her: see `SurveyAnswer`. Nor does the log tell who answered when."""
    opened = clock.local(survey.opens_at or clock.now())
    # Once its groups were looked at and it was opened again, none are kept (see `holding.merge_groups`).
    groups = _groups_kept(survey, resident_id) if survey.closed_at is None else Groups()
    SurveyAnswer.create(
        survey=survey,
        answers=shown,
        sealed=hidden,
        at=opened.replace(hour=0, minute=0, second=0, microsecond=0),
        words_version=survey.words_version,
        building=groups.building,
        age_group=groups.age_group,
        held=True,
    )
    holding.show_due(survey, over=False)
    audit.record(Actor("resident", 0, ""), "survey.answer", survey.subject, org_id=survey.org_id)


def _groups_kept(survey: Survey, resident_id: int) -> Groups:
    today = clock.local(clock.now()).date()
    hers = selection.traits([resident_id]).get(resident_id, selection.Traits("", None))
    asked = SurveyInvitation.select(SurveyInvitation.resident_id).where(SurveyInvitation.survey == survey)

    def count(groups: Groups) -> int:
        return selection.how_many(asked, groups.building, *birthdays(groups.age_group, today))

    return anonymity.kept(Groups(hers.building, age_group(today, hers.birthday)), count)


def _keep_named(
    survey: Survey, resident_id: int, shown: dict[str, Any], hidden: str | None, channel: str
) -> bool:
    before = _of(survey, resident_id)
    fresh = {
        "answers": shown,
        "sealed": hidden,
        "at": clock.now(),
        "channel": channel,
        "words_version": survey.words_version,
    }
    if before is None:
        SurveyAnswer.create(survey=survey, resident_id=resident_id, **fresh)
        edition = 1
    else:
        old = {name: getattr(before, name) for name in ("edition", "answers", "sealed", "at", "channel")}
        SurveyAnswerBefore.create(answer=before, **old)
        edition = before.edition + 1
        SurveyAnswer.update(**fresh, edition=edition).where(SurveyAnswer.id == before.id).execute()
    actor = Actor("resident", resident_id, residents.name_of(resident_id))
    audit.record(actor, "survey.answer", survey.subject, org_id=survey.org_id, after={"edition": edition})
    return before is not None


def _ask_no_more(invited: SurveyInvitation) -> None:
    """What is still on its way to her comes too late."""
    for which in ("invite", "remind"):
        withdraw(invited.message_key(which))


def _of(survey: Survey, resident_id: int) -> SurveyAnswer | None:
    return SurveyAnswer.get_or_none(  # type: ignore[no-any-return]
        (SurveyAnswer.survey == survey) & (SurveyAnswer.resident_id == resident_id)
    )


def decline(survey_id: int, resident_id: int) -> Survey:
    """She would rather not: she is not reminded. She may still answer later."""
    with transaction():
        survey = find(survey_id)
        invited = admit(survey, resident_id)
        SurveyInvitation.update(declined=True).where(SurveyInvitation.id == invited.id).execute()
        _ask_no_more(invited)
        live.publish(live.ADMIN, {"kind": "survey", "id": survey.id})
    return survey
