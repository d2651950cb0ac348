"""By the clock: surveys open and close, people are invited once and reminded once, in waking hours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from backend.core import clock, live, sweep
from backend.core.access import SYSTEM
from backend.core.db import transaction
from backend.fields.words import Words
from backend.messaging import people, say
from backend.residents import selection
from backend.surveys import life, wording
from backend.surveys.audience import Audience
from backend.surveys.models import Survey, SurveyInvitation

WAKING = range(8, 21)
"""The hours, on the community's clocks, in which nobody minds being asked."""
AT_ONCE = 500
"""Messages of one run; the next follows half a minute later, so that a large survey takes no queue for itself."""
NEWCOMERS_EVERY = timedelta(hours=1)
TOO_LATE = timedelta(hours=2)
"""Nobody is reminded of what is about to close."""


def run(at_once: int = AT_ONCE) -> int:
    """All of it, of each kind `at_once` messages at most; returns how many were said."""
    sweep.each("surveys.close", _ids(_overdue()), lambda one: life.close(SYSTEM, one).id)
    sweep.each("surveys.invite", _ids(_to_look_up()), look_up)
    if clock.local(clock.now()).hour not in WAKING:
        return 0
    invited = sweep.in_turn("surveys.send", _unsent(), SurveyInvitation.id, at_once)
    done = sweep.each("surveys.send", invited, _send)
    return done + sum(_remind_of(survey, at_once) for survey in Survey.select().where(_running()))


def _ids(query: Any) -> list[int]:
    return [survey.id for survey in query]


def _running() -> Any:
    return (Survey.status == "open") & (Survey.opens_at <= clock.now())


def _overdue() -> Any:
    return Survey.select(Survey.id).where((Survey.status == "open") & (Survey.closes_at <= clock.now()))


def _to_look_up() -> Any:
    again = Survey.newcomers & (Survey.swept_at <= clock.now() - NEWCOMERS_EVERY)
    return Survey.select(Survey.id).where(_running() & (Survey.invited_at.is_null() | again))


def look_up(survey_id: int) -> int:
    """Invite everybody who fits the audience and is not invited yet; returns how many those are."""
    with transaction():
        survey = life.locked(survey_id)
        if survey.status != "open" or (survey.invited_at is not None and not survey.newcomers):
            return 0
        now = clock.now()
        before = {
            row.resident_id for row in SurveyInvitation.select().where(SurveyInvitation.survey == survey)
        }
        fitting = selection.ids(Audience.from_json(survey.audience).selection(clock.local(now).date()))
        fresh = [resident_id for resident_id in fitting if resident_id not in before]
        for begin in range(0, len(fresh), AT_ONCE):
            rows = [{"survey": survey, "resident_id": one} for one in fresh[begin : begin + AT_ONCE]]
            SurveyInvitation.insert_many(rows).on_conflict_ignore().execute()
        survey.invited_at, survey.swept_at = survey.invited_at or now, now
        survey.save()
        live.publish(live.ADMIN, {"kind": "survey", "id": survey_id})
    return len(fresh)


# --- messages -------------------------------------------------------------------------------------------------


def _unsent() -> Any:
    return (
        SurveyInvitation.select(SurveyInvitation.id)
        .join(Survey)
        .where(_running() & SurveyInvitation.sent_at.is_null())
    )


def _send(invitation_id: int) -> int:
    """Say it, once: whoever marks the row says it, in the same transaction."""
    with transaction():
        now = clock.now()
        marked = (
            SurveyInvitation.update(sent_at=now)
            .where((SurveyInvitation.id == invitation_id) & SurveyInvitation.sent_at.is_null())
            .execute()
        )
        if not marked:
            return 0
        invited = SurveyInvitation.get_by_id(invitation_id)
        return 0 if invited.answered else _say(invited, wording.invitation(invited.survey), "invite")


def _remind_of(survey: Survey, at_once: int) -> int:
    """Remind those who were invited `remind_days` ago, have not answered, and did not say no."""
    now = clock.now()
    if survey.remind_days is None or (survey.closes_at is not None and survey.closes_at - now < TOO_LATE):
        return 0
    due = SurveyInvitation.select(SurveyInvitation.id).where(
        (SurveyInvitation.survey == survey)
        & _silent()
        & (SurveyInvitation.sent_at <= now - timedelta(days=survey.remind_days))
    )
    chosen = sweep.in_turn(f"surveys.remind:{survey.id}", due, SurveyInvitation.id, at_once)
    return sweep.each("surveys.remind", chosen, _remind)


def _silent() -> Any:
    row = SurveyInvitation
    return row.reminded_at.is_null() & ~row.answered & ~row.declined & ~row.unreachable


def _remind(invitation_id: int) -> int:
    with transaction():
        marked = (
            SurveyInvitation.update(reminded_at=clock.now())
            .where((SurveyInvitation.id == invitation_id) & _silent())
            .execute()
        )
        if not marked:
            return 0
        invited = SurveyInvitation.get_by_id(invitation_id)
        return _say(invited, wording.reminder(invited.survey), "remind")


def _say(invited: SurveyInvitation, words: Words, which: str) -> int:
    to = people.Resident(invited.resident_id)
    if not people.identities(to):
        SurveyInvitation.update(unreachable=True).where(SurveyInvitation.id == invited.id).execute()
        return 0
    said = say(
        to,
        words,
        purpose="survey",
        queue="bulk",
        dedupe=invited.message_key(which),
        about=invited.survey.subject,
    )
    return int(said is not None)
