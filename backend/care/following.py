"""The sweep that follows check-ins: asked again elsewhere, asked gently, or handed to people. Each step happens once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from backend.alarms import actions as alarms
from backend.alarms import queries as alarm_queries
from backend.care import answering, checkin, faults, reach, record, wording
from backend.care.checkin import Ask, Help, Miss, Nudge, Wait, Why
from backend.care.models import CarePlan, CheckIn, CheckInQuestion
from backend.core import clock
from backend.core.db import transaction
from backend.fields.words import Words
from backend.messaging import At, deliveries, say
from backend.messaging.models import Identity

PURPOSE = "checkin"
_CRIES = ("sos", "asked_for_help")
_SEVERITY: dict[Why, str] = {"silent": "warning", "could_not_ask": "warning", "unclear": "info"}


def remind() -> int:
    """Take on every check-in whose time has come or whose question visibly failed; returns how many steps were taken."""
    now = clock.now()
    timely = CheckIn.select(CheckIn.id).where(CheckIn.next_at <= now).order_by(CheckIn.next_at)
    ids = dict.fromkeys([c.id for c in timely] + _undelivered())
    return faults.each("care.remind", "checkin", ids, _follow)


def _undelivered() -> list[int]:
    """Check-ins that wait for an answer to a question that got nowhere."""
    rows: Any = (
        CheckInQuestion.select(CheckInQuestion.check_in, CheckInQuestion.message_id)
        .join(CheckIn)
        .where(
            CheckIn.next_at.is_null(False)
            & ~CheckInQuestion.failed
            & CheckInQuestion.message_id.is_null(False)
        )
        .tuples()
    )
    asked: dict[int, int] = {message_id: check_in_id for check_in_id, message_id in rows}
    return [asked[message_id] for message_id in sorted(deliveries.failed(list(asked)))]


def _follow(check_in_id: int) -> int:
    with transaction():
        check_in = record.locked(check_in_id)
        if check_in.next_at is None:
            return 0
        return advance(check_in.plan, check_in)


def advance(care: CarePlan, check_in: CheckIn) -> int:
    """Do for this locked check-in whatever is due now; returns the number of steps taken."""
    if check_in.status not in checkin.WAITING:
        return 0
    asked: list[CheckInQuestion] = []
    word = None
    if check_in.asked_at is not None:
        if (cry := _cried(check_in, check_in.asked_at)) is not None:
            check_in.alarm_id = cry
            record.end(check_in, "help", "herself")
            return 1
        asked = record.questions(check_in)
        _mark_failed(asked)
        word = reach.heard(check_in, asked)
        check_in.heard_at = reach.at_of(word) if word is not None else check_in.heard_at
    addresses = reach.reachable(care)
    taken = 0
    while True:
        match checkin.step(record.plain(check_in, care, asked, tuple(addresses)), clock.now()):
            case Ask(channel):
                asked.append(_ask(care, check_in, channel, addresses[channel]))
                check_in.status = checkin.after_question(asked)
            case Nudge():
                where = word.identity_id if word else next(iter(addresses.values())).id
                _say(check_in, where, wording.gently(care, check_in), "gently")
                check_in.nudged_at = clock.now()
            case Help():
                answering.unanswered(care, check_in, asked)
            case Miss(why):
                miss(care, [check_in], why)
            case Wait(until):
                check_in.next_at = until
                check_in.save()
                break
            case _:
                break
        taken += 1
    if taken:
        record.changed(check_in.resident_id)
    return taken


def _ask(care: CarePlan, check_in: CheckIn, channel: str, to: Identity) -> CheckInQuestion:
    now = clock.now()
    message_id = _say(check_in, to.id, wording.question(care, check_in), channel)
    check_in.asked_at = check_in.asked_at or now
    return CheckInQuestion.create(
        check_in=check_in.id, channel=channel, identity_id=to.id, message_id=message_id, at=now
    )


def _say(check_in: CheckIn, identity_id: int, words: Words, key: str) -> int | None:
    return say(
        At(identity_id),
        words,
        purpose=PURPOSE,
        dedupe=f"checkin:{check_in.id}:{key}",
        about=f"checkin:{check_in.id}",
    )


def _mark_failed(asked: list[CheckInQuestion]) -> None:
    failed = deliveries.failed([q.message_id for q in asked if q.message_id and not q.failed])
    for question in asked:
        if question.message_id in failed:
            question.failed = True
            question.save()


def _cried(check_in: CheckIn, since: datetime) -> int | None:
    """The alarm that she raised herself since she was asked."""
    for alarm in alarm_queries.of_resident(check_in.resident_id, limit=5):
        if alarm.kind in _CRIES and alarm.raised_at >= since:
            return alarm.id
    return None


def miss(care: CarePlan, check_ins: Sequence[CheckIn], why: Why) -> None:
    """People have to look: one alarm for these check-ins of one plan, which are locked."""
    newest = max(check_ins, key=lambda c: c.due_at)
    # Whose answer nobody understood may lie on the floor; who wrote of something else is about.
    alarm_id = alarms.raise_alarm(
        "missed_checkin",
        org_id=care.org_id,
        severity="warning" if newest.why == "unclear" else _SEVERITY[why],
        words=_why_words(newest, why),
        resident_id=care.resident_id,
        source=f"checkin:{newest.id}",
        dedupe=f"checkin:{newest.id}",
    )
    for check_in in check_ins:
        check_in.status, check_in.why, check_in.alarm_id = "missed", why, alarm_id
        check_in.missed_at, check_in.next_at = clock.now(), None
        check_in.save()


def _why_words(check_in: CheckIn, why: Why) -> Words:
    if why == "silent":
        asked = record.questions(check_in)
        return wording.silent(check_in.asked_at or check_in.due_at, [q.channel for q in asked])
    if why == "unclear":
        return wording.unclear(check_in.heard_at or check_in.due_at)
    return wording.could_not_ask(check_in.due_at)
