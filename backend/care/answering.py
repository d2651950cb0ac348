"""Her answer, on time or late, in her own words or by a tap; and what others say about her instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from backend.alarms import actions as alarms
from backend.alarms import queries as alarm_queries
from backend.alarms.summary import Summary
from backend.care import answers, checkin, record, wording
from backend.care.models import CarePlan, CheckIn, CheckInQuestion
from backend.core import access, audit, clock
from backend.core.access import SYSTEM, Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import _
from backend.fields.words import Words
from backend.messaging import At, people, say

_RUNG_BACK = Words(
    _(
        "Good to hear. Others have been asked to look in, and anybody could call with your number: so I ring you up now. Please hang up, and tell me there once more."
    )
)
Answer = Literal["well", "late", "again", "help", "slight", "unsure"]


@dataclass(frozen=True, slots=True)
class Voice:
    """Who answers: an address, and whose it is; not `sure`: in a call to us, whose number can be forged."""

    identity_id: int
    resident_id: int | None
    sure: bool = True
    knows_until: datetime | None = None
    """Her channel brought her words late: they say nothing of what she was asked after this."""

    def was_asked(self, check_in: CheckIn) -> bool:
        """Whether she can have known that she is asked."""
        asked = check_in.asked_at or check_in.due_at
        return self.knows_until is None or asked <= self.knows_until


@dataclass(frozen=True, slots=True)
class Heard:
    """What her answer did, and what she is told."""

    what: Answer
    words: Words


def well(by: Voice, check_in_id: int, said: str = "") -> Heard:
    """She is well. It ends this check-in and every other one of hers that is open, and the alarms that it raised. A call to us
    ends only what still waits for her answer: where people look for her already, she is rung up and asked. Raises NotFound for
    anybody else's."""
    with transaction():
        named = _hers(by, check_in_id)
        care = named.plan
        late = changed = False
        raised: set[int] = set()
        for other in record.waiting(named.resident_id):
            check_in = record.locked(other.id)
            if not checkin.may_end(check_in.status, "well") or not by.was_asked(check_in):
                continue
            if check_in.status == "missed" and not by.sure:
                return _ask_back(by, check_in)
            changed, late = True, late or check_in.status == "missed"
            raised |= {check_in.alarm_id} if check_in.alarm_id is not None else set()
            # What ails her stays written down; that nobody need come says no more about it.
            record.end(check_in, "well", "herself", "" if check_in.why == "slight" else said)
        for alarm_id in sorted(raised):
            alarms.clear(SYSTEM, alarm_id, wording.ANSWERED_HERSELF)
        if not changed:
            return Heard("again", wording.noted_already())
        return Heard("late", wording.good_after_all()) if late else Heard("well", wording.good(care))


def slight(by: Voice, check_in_id: int, said: str) -> Heard:
    """She is well, and something slight ails her: she is asked whether somebody should come. Without an answer within
    `checkin.DECIDES` it is a call for help; people who look for her already go on. Raises NotFound for anybody else's."""
    with transaction():
        named = _hers(by, check_in_id)
        for other in record.waiting(named.resident_id):
            check_in = record.locked(other.id)
            if check_in.status in checkin.WAITING and check_in.why != "slight":
                now = clock.now()
                check_in.nudged_at, check_in.next_at = now, now + checkin.DECIDES
            check_in.why, check_in.said = "slight", said[:500]
            check_in.save()
        return Heard("slight", wording.shall_somebody_come(named.id))


def unanswered(care: CarePlan, check_in: CheckIn, asked: Sequence[CheckInQuestion]) -> None:
    """She did not say whether somebody should come: people do. `check_in` is locked."""
    where = next((q.identity_id for q in reversed(asked) if q.identity_id is not None), None)
    alarm_id = _call(care, where, wording.ails_her(check_in.said or ""), check_in)
    if where is not None:
        words = wording.help_comes(alarm_id)
        say(At(where), words, purpose="checkin", queue="alerts", about=f"checkin:{check_in.id}")


def _ask_back(by: Voice, check_in: CheckIn) -> Heard:
    say(
        At(by.identity_id),
        wording.question(check_in.plan, check_in),
        purpose="checkin",
        queue="alerts",
        dedupe=f"checkin:{check_in.id}:back:{by.identity_id}",
        about=f"checkin:{check_in.id}",
    )
    return Heard("unsure", _RUNG_BACK)


def help_(by: Voice, check_in_id: int, said: str = "") -> Heard:
    """She needs help: people are told at once. Raises NotFound for anybody else's check-in."""
    with transaction():
        named = _hers(by, check_in_id)
        # An old question's button: what is open now is what it is about.
        open_ones = record.waiting(named.resident_id)
        return _cry(named.plan, by, said, record.locked((open_ones or [named])[0].id))


def troubled(by: Voice, said: str) -> Heard | None:
    """Words of trouble outside any question. None: she has no plan, and is somebody else's matter."""
    care = record.plan_of(by.resident_id) if by.resident_id is not None else None
    if care is None or care.status != "active":
        return None
    with transaction():
        open_ones = record.waiting(care.resident_id)
        return _cry(care, by, said, record.locked(open_ones[0].id) if open_ones else None)


def ails(by: Voice, said: str) -> Heard | None:
    """She speaks of something slight without having been asked here: she is asked whether somebody should come, as after a
    question of ours. None: she has no plan."""
    care = record.plan_of(by.resident_id) if by.resident_id is not None else None
    if care is None or care.status != "active":
        return None
    with transaction():
        record.locked_plan(care.id)
        if (called := record.being_helped(care)) is not None:
            return help_(by, called.id, said)
        open_ones = record.waiting(care.resident_id)
        check_in = open_ones[0] if open_ones else _of_her_own(care, by)
        return slight(by, check_in.id, said)


def _of_her_own(care: CarePlan, by: Voice) -> CheckIn:
    """A check-in that she began herself. The plan is locked."""
    at = clock.now()
    while CheckIn.select().where((CheckIn.plan == care.id) & (CheckIn.due_at == at)).exists():
        at += timedelta(milliseconds=1)
    check_in: CheckIn = CheckIn.create(
        plan=care.id, resident_id=care.resident_id, org_id=care.org_id, due_at=at, asked_at=at, status="asked"
    )
    CheckInQuestion.create(
        check_in=check_in.id, channel=people.get(by.identity_id).channel, identity_id=by.identity_id, at=at
    )
    return check_in


def friendly(by: Voice, said: str) -> Heard | None:
    """Friendly words that may answer a question asked elsewhere. None when nothing is open."""
    if by.resident_id is None:
        return None
    open_ones = [check_in for check_in in record.waiting(by.resident_id) if by.was_asked(check_in)]
    return well(by, open_ones[0].id, said) if open_ones else None


def unclear(by: Voice, said: str) -> Heard | None:
    """She was asked, and her words say neither that she is well nor that she is not: once more at once, and without an answer
    within `checkin.DECIDES` people look. None: nobody waits for her answer, or that was asked once already."""
    if by.resident_id is None or not said.strip():
        return None
    with transaction():
        open_ones = [
            c for c in record.waiting(by.resident_id) if c.status in checkin.WAITING and by.was_asked(c)
        ]
        if not open_ones or open_ones[0].asked_at is None:
            return None
        check_in = record.locked(open_ones[0].id)
        if check_in.status not in checkin.WAITING or check_in.nudged_at is not None:
            return None
        now = clock.now()
        check_in.why, check_in.said, check_in.heard_at = "unclear", said[:500], now
        check_in.nudged_at, check_in.next_at = now, now + checkin.DECIDES
        check_in.save()
        return Heard("unsure", wording.not_understood(check_in.plan, check_in))


def _cry(care: CarePlan, by: Voice, said: str, check_in: CheckIn | None) -> Heard:
    words = wording.asks_for_help(said)
    if check_in is not None and check_in.why == "slight":
        # What ails her was said before; a bare yes tells nobody anything.
        said = " ".join(part for part in (check_in.said, said) if part)
        words = wording.ails_her(said)
    alarm_id = _call(care, by.identity_id, words, check_in, said)
    return Heard("help", wording.help_comes(alarm_id))


def _call(
    care: CarePlan, identity_id: int | None, words: Words, check_in: CheckIn | None, said: str = ""
) -> int:
    """People are called to her; returns the alarm. `check_in` is locked, and ends with it."""
    key = f"checkin:{check_in.id}" if check_in is not None else f"plan:{care.id}"
    repeated = check_in is not None and check_in.status == "help" and check_in.settled_at is None
    missed = check_in.alarm_id if check_in is not None and check_in.status == "missed" else None
    alarm_id = alarms.raise_alarm(
        "asked_for_help",
        org_id=care.org_id,
        severity="critical",
        words=words,
        resident_id=care.resident_id,
        identity_id=identity_id,
        source=f"checkin:{check_in.id if check_in is not None else 0}",
        dedupe=f"help:{key}",
    )
    if check_in is not None and not repeated:
        record.end(check_in, "help", "herself", said)
        check_in.alarm_id, check_in.settled_at = alarm_id, None
        check_in.save()
    if missed is not None:
        # The louder alarm takes over; who was told that she is silent hears that she has answered.
        alarms.clear(SYSTEM, missed, _("she has answered: she needs help, and people are being called"))
    return alarm_id


def _hers(by: Voice, check_in_id: int) -> CheckIn:
    check_in: CheckIn | None = CheckIn.get_or_none(CheckIn.id == check_in_id)
    if check_in is None:
        raise NotFound()
    asked_here = CheckInQuestion.select().where(
        (CheckInQuestion.check_in == check_in.id) & (CheckInQuestion.identity_id == by.identity_id)
    )
    if by.resident_id != check_in.resident_id and not asked_here.exists():
        raise NotFound()
    return check_in


def decides(check_in_id: int) -> bool:
    """Whether she was asked if somebody should come, and has not said."""
    check_in = CheckIn.get_or_none(CheckIn.id == check_in_id)
    return check_in is not None and check_in.why == "slight" and checkin.may_end(check_in.status, "well")


def is_usual(check_in_id: int, text: str) -> bool:
    """Whether these are the words that she usually answers with, as staff noted in her plan."""
    check_in = CheckIn.get_or_none(CheckIn.id == check_in_id)
    return check_in is not None and answers.usual(text, check_in.plan.normal)


# --- what others say ------------------------------------------------------------------------------------------


def close(actor: Actor, check_in_id: int, why: str) -> None:
    """Staff know how she is (they called, or met her). Raises Conflict when it is over already."""
    if not why.strip():
        raise Invalid(_("Please say in a few words how she is."), "why")
    with transaction():
        check_in = record.locked(check_in_id)
        access.check(actor, "care.change", check_in.org_id)
        if not checkin.may_end(check_in.status, "closed"):
            raise Conflict(_("This check-in is over already."))
        alarm_id = check_in.alarm_id
        record.end(check_in, "closed", f"staff:{actor.id}", why.strip())
        if alarm_id is not None and alarm_queries.by_id(alarm_id).status != "cleared":
            alarms.clear(actor, alarm_id, why.strip())
        audit.record(actor, "care.close", f"checkin:{check_in.id}", org_id=check_in.org_id, why=why.strip())


def on_alarm(alarm: Summary) -> None:
    """An alarm of ours was answered or cleared: what it was about is over with it."""
    if alarm.status != "cleared":
        return
    for found in CheckIn.select().where(CheckIn.alarm_id == alarm.id):
        check_in = record.locked(found.id)
        if checkin.may_end(check_in.status, "closed"):
            record.end(check_in, "closed", "alarm", f"{alarm.answered_by or ''}".strip())
        elif check_in.status == "help" and check_in.settled_at is None:
            record.end(check_in, "help", "alarm")
