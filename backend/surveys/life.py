"""Making a survey, opening and closing it: what staff do with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backend.core import access, audit, clock, ids, live
from backend.core.access import SYSTEM, Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import _
from backend.fields.form import Form
from backend.messaging import forgetting, outbox
from backend.residents import selection
from backend.surveys import anonymity, form, holding
from backend.surveys.audience import Audience
from backend.surveys.models import Survey, SurveyInvitation
from backend.web.form_builder import same_questions

MOST_REMIND_DAYS = 60


@dataclass(frozen=True, slots=True)
class Plan:
    """A survey as staff want it. `title` and `intro` are by locale; `form` is named and titled anew when it is stored."""

    title: dict[str, str]
    intro: dict[str, str]
    form: Form
    audience: Audience
    anonymous: bool = False
    editable: bool = False
    newcomers: bool = False
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    remind_days: int | None = None


def locked(survey_id: int) -> Survey:
    """The survey, kept from other changes until the transaction ends. Raises NotFound."""
    query = Survey.select().where(Survey.id == survey_id)
    if is_postgres():
        query = query.for_update()
    survey = query.first()
    if survey is None:
        raise NotFound()
    return survey  # type: ignore[no-any-return]


def _for(actor: Actor, survey_id: int) -> Survey:
    survey = locked(survey_id)
    access.check(actor, "survey.change", survey.org_id)
    return survey


def _changed(actor: Actor, act: str, survey: Survey, **told: Any) -> Survey:
    audit.record(actor, f"survey.{act}", survey.subject, org_id=survey.org_id, **told)
    live.publish(live.ADMIN, {"kind": "survey", "id": survey.id})
    return survey


def create(actor: Actor, plan: Plan) -> Survey:
    """A draft. Raises Forbidden, Invalid."""
    with transaction():
        _check(actor, plan)
        survey = Survey.create(
            **_columns(plan), status="draft", token=ids.token(), created_at=clock.now(), created_by=actor.id
        )
        return _changed(actor, "create", survey, after={"title": plan.title})


def change(actor: Actor, survey_id: int, plan: Plan) -> Survey:
    """Of a draft everything; of an open survey the words, when it closes and whether it reminds. Raises Conflict, Invalid."""
    with transaction():
        survey = _for(actor, survey_id)
        if survey.status == "closed":
            raise Conflict(_("This survey is closed. Make a copy to ask again."))
        if survey.status == "open":
            plan = _within(survey, plan)
        _check(actor, plan)
        reworded = survey.status == "open" and survey.questions != _columns(plan)["questions"]
        for name, value in _columns(plan).items():
            setattr(survey, name, value)
        survey.words_version += int(reworded)
        survey.save()
        return _changed(
            actor, "change", survey, after={"title": plan.title, "words_version": survey.words_version}
        )


def _within(survey: Survey, plan: Plan) -> Plan:
    """What of the plan may still become true while people answer."""
    if not same_questions(Form.from_json(survey.questions), plan.form):
        raise Conflict(
            _("People are answering already, so only the words can change. Make a copy for other questions.")
        )
    return replace(
        plan,
        audience=Audience.from_json(survey.audience),
        anonymous=survey.anonymous,
        editable=survey.editable,
        opens_at=survey.opens_at,
    )


def _check(actor: Actor, plan: Plan) -> None:
    access.check(actor, "survey.change", plan.audience.org_id)
    if not plan.title:
        raise Invalid(_("Please give the survey a title."), "title")
    if plan.opens_at and plan.closes_at and plan.closes_at <= plan.opens_at:
        raise Invalid(_("It would close before it opens. Please look at the times."), "closes_at")
    if plan.remind_days is not None and not 1 <= plan.remind_days <= MOST_REMIND_DAYS:
        raise Invalid(_("A reminder comes after 1 to {n} days.", n=MOST_REMIND_DAYS), "remind_days")
    low, high = plan.audience.age_from, plan.audience.age_to
    if low is not None and high is not None and low > high:
        raise Invalid(_("The youngest age is above the oldest one."), "age_from")


def _columns(plan: Plan) -> dict[str, Any]:
    return {
        "org_id": plan.audience.org_id,
        "title": plan.title,
        "intro": plan.intro,
        "questions": Form("survey", "", plan.form.fields, review=False).to_json(),
        "audience": plan.audience.to_json(),
        "anonymous": plan.anonymous,
        "editable": plan.editable and not plan.anonymous,
        "newcomers": plan.newcomers,
        "opens_at": plan.opens_at,
        "closes_at": plan.closes_at,
        "remind_days": plan.remind_days,
    }


def release(actor: Actor, survey_id: int) -> Survey:
    """Open it: now, or at its own time; from now on its questions stay. People are invited by the clock. Raises Conflict,
    Invalid when nobody would be asked, or so few that an anonymous answer points at somebody."""
    with transaction():
        survey = _for(actor, survey_id)
        if survey.status == "open":
            return survey
        now = clock.now()
        if survey.status == "closed":
            raise Conflict(_("This survey is closed. Make a copy to ask again."))
        if survey.closes_at is not None and survey.closes_at <= now:
            raise Invalid(_("Its last day has passed. Please choose another."), "closes_at")
        asked = len(selection.ids(Audience.from_json(survey.audience).selection(clock.local(now).date())))
        if not asked:
            raise Invalid(_("Nobody fits this audience. Please make it wider."))
        if survey.anonymous and asked < anonymity.LEAST:
            raise Invalid(
                _("Only {asked} people fit. An anonymous survey needs {n} at least: of fewer one can guess who said what.",
                  asked=asked, n=anonymity.LEAST)
            )  # fmt: skip
        survey.status, survey.released_at = "open", now
        survey.opens_at = survey.opens_at or now
        survey.save()
        return _changed(actor, "open", survey, after={"asked": asked})


def close(actor: Actor, survey_id: int) -> Survey:
    """Nobody can answer any more, and what still waits to invite or remind somebody is taken back."""
    with transaction():
        survey = locked(survey_id) if actor is SYSTEM else _for(actor, survey_id)
        if survey.status == "closed":
            return survey
        if survey.status == "draft":
            raise Conflict(_("This survey was never open."))
        survey.status, survey.closed_at = "closed", clock.now()
        survey.save()
        holding.show_due(survey, over=True)
        forgetting.no_more_reminders(form.name_of(survey.id))
        _recall(survey)
        return _changed(actor, "close", survey)


def _recall(survey: Survey) -> None:
    """Whoever has not been told yet counts as untold: should it open again, it is said anew."""
    unheard = outbox.recall(survey.subject, "survey")
    if not unheard:
        return
    for one in SurveyInvitation.select().where(SurveyInvitation.survey == survey):
        if one.message_key("invite") in unheard:
            SurveyInvitation.update(sent_at=None).where(SurveyInvitation.id == one.id).execute()
        elif one.message_key("remind") in unheard:
            SurveyInvitation.update(reminded_at=None).where(SurveyInvitation.id == one.id).execute()


def reopen(actor: Actor, survey_id: int) -> Survey:
    """Undo a close: it is open again, without an end when its own has passed. An anonymous one whose results could be looked
    at loses its groups for good (see `holding.merge_groups`)."""
    with transaction():
        survey = _for(actor, survey_id)
        if survey.status != "closed":
            return survey
        survey.status = "open"
        if not (survey.anonymous and holding.merge_groups(survey)):
            survey.closed_at = None
        if survey.closes_at is not None and survey.closes_at <= clock.now():
            survey.closes_at = None
        survey.save()
        return _changed(actor, "reopen", survey)


def copy(actor: Actor, survey_id: int) -> Survey:
    """A new draft with the same questions, for the same people."""
    with transaction():
        survey = _for(actor, survey_id)
        same = {
            name: getattr(survey, name)
            for name in (
                "org_id",
                "title",
                "intro",
                "questions",
                "audience",
                "anonymous",
                "editable",
                "newcomers",
                "remind_days",
            )
        }
        made = Survey.create(
            **same, status="draft", token=ids.token(), created_at=clock.now(), created_by=actor.id
        )
        return _changed(actor, "copy", made, after={"of": survey.id})


def discard(actor: Actor, survey_id: int) -> None:
    """Throw a draft away. Raises Conflict for anything that people have seen."""
    with transaction():
        survey = _for(actor, survey_id)
        if survey.status != "draft":
            raise Conflict(_("People were asked already. It can be closed, but not thrown away."))
        _changed(actor, "discard", survey, before={"title": survey.title})
        survey.delete_instance(recursive=True)
