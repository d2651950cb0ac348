"""An answer to an alarm: who gave it, what it changes, and who hears of it.

The rule. An answer quietens people, so it counts only from who is certainly one of those who were told. Not certain are a relative
whom staff have entered and who has not said that it is him (`family.confirming`), and whoever calls us: the number that a call
shows can be forged. Theirs is noted and stops nothing; a caller is rung up and asked again, for who takes that call is at the
number. “I cannot” always counts: it only makes it faster.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from backend.alarms import (
    climbing,
    face,
    kinds,
    ladder,
    listeners,
    queries,
    record,
    rungs,
    speaking,
    summary,
    surely,
    wording,
)
from backend.alarms.models import Alarm, AlarmStep
from backend.alarms.summary import Summary
from backend.core import access, audit, clock
from backend.core.access import SYSTEM, Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import Text, _
from backend.messaging import people
from backend.messaging.people import At, Resident, To
from backend.staff import queries as staff

UNTOLD = "untold"
"""The `who` of an AlarmStep of somebody who came before her rung was told."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who answers in her own chat, by text message or telephone; not `sure`: in a call to us."""

    identity_id: int
    resident_id: int | None = None
    staff_id: int | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Answered:
    """How the alarm stands now; `repeated`: this person had said so already, and nothing changed; not `counts`: it was noted, and
    the alarm climbs on."""

    summary: Summary
    repeated: bool = False
    counts: bool = True


def answer(by: Actor | Caller, alarm_id: int, answer: str, text: str = "") -> Answered:
    """Take an answer (see `kinds.ANSWERS`) from staff, or from somebody who was told. Raises NotFound for anybody else, Conflict
    when the alarm is over."""
    if answer not in kinds.ANSWERS:
        raise Invalid(_("Please use one of the buttons."))
    with transaction():
        alarm = record.locked(alarm_id)
        steps = told_to(alarm, by)
        actor, name = who_says(by, alarm, steps)
        if alarm.status == "cleared":
            raise Conflict(_("This alarm is over already: {name} {means}.",
                             name=alarm.answered_by or "", means=wording.MEANS[alarm.answer]))  # fmt: skip
        if steps and steps[-1].answer == answer:
            _her_others(alarm, by, answer, text, frozenset())
            return Answered(summary.of(alarm), repeated=True)
        if answer != "cannot" and not is_certain(by, steps):
            return note_only(alarm, by, actor, name, answer)
        heard = take_effect(alarm, actor, name, steps, answer, text)
        _her_others(alarm, by, answer, text, heard)
        return Answered(summary.of(alarm))


def take_effect(
    alarm: Alarm,
    actor: Actor,
    name: str,
    steps: list[AlarmStep],
    answer: str,
    text: str,
    *,
    heard: frozenset[str] | None = None,
) -> frozenset[str]:
    """The answer takes effect on this alarm, and others hear of it; not again those who `heard` it of another alarm, nor the
    one in need. Returns who has heard it now."""
    knows = (heard or frozenset()) | {s.person for s in steps}
    was_going = any(s.answer in climbing.GOING for s in steps)
    if steps:
        mine = AlarmStep.id.in_([s.id for s in steps])
        AlarmStep.update(answer=answer, answered_at=clock.now()).where(mine).execute()
    elif answer in climbing.GOING:
        _joins(alarm, actor, name, answer)
    record.note(alarm, "answered", name=name, answer=answer, text=text[:500])
    audit.record(actor, f"alarm.{answer}", f"alarm:{alarm.id}", org_id=alarm.org_id, after=answer, why=text)
    _effect(alarm, answer, name, steps, was_going)
    if answer != "cannot" or was_going:
        knows |= _tell_all(alarm, name, answer, text, but=knows, her=heard is None)
    listeners.tell(summary.of(alarm))
    return knows


def _her_others(alarm: Alarm, by: Actor | Caller, answer: str, text: str, heard: frozenset[str]) -> None:
    """Who goes to her, has reached her, or cannot come, says so once: it counts for every open alarm about the same person that
    he was told of. That one of them was a false alarm says nothing about the others; that she is well says nothing about one that
    came later: he may not have seen it when he said so."""
    if alarm.resident_id is None or alarm.kind not in kinds.ABOUT_HER or answer == "false_alarm":
        return
    others = Alarm.select(Alarm.id).where(
        (Alarm.resident_id == alarm.resident_id)
        & (Alarm.id != alarm.id)
        & (Alarm.status != "cleared")
        & Alarm.kind.in_(kinds.ABOUT_HER)
    )
    if answer in kinds.ENDS:
        others = others.where(Alarm.id < alarm.id)
    for found in others.order_by(Alarm.id):
        other = record.locked(found.id)
        steps = told_to(other, by)
        if other.status != "cleared" and steps and steps[-1].answer != answer and is_certain(by, steps):
            heard = take_effect(other, *who_says(by, other, steps), steps, answer, text, heard=heard)


def is_certain(by: Actor | Caller, steps: list[AlarmStep]) -> bool:
    return isinstance(by, Actor) or (by.sure and not rungs.unconfirmed(steps[-1:]))


def note_only(alarm: Alarm, by: Actor | Caller, actor: Actor, name: str, answer: str) -> Answered:
    record.note(alarm, "claimed", name=name, answer=answer)
    audit.record(actor, "alarm.claim", f"alarm:{alarm.id}", org_id=alarm.org_id, after=answer)
    if isinstance(by, Caller) and not by.sure:
        # Once for each answer on each rung: nobody has others rung up again and again.
        key = f"back:{alarm.round}:{alarm.rung}:{by.identity_id}:{answer}"
        speaking.speak(alarm, At(by.identity_id), wording.ring_back(alarm, answer), key)
    return Answered(summary.of(alarm), counts=False)


def clear(actor: Actor, alarm_id: int, why: Text) -> Summary:
    """It is over, says staff (or the system), and why. Everybody who was told hears it. Raises Invalid without a reason."""
    if not why:
        raise Invalid(_("Please say in a few words how it ended."), "why")
    with transaction():
        alarm = record.locked(alarm_id)
        access.check(actor, "alarm.answer", alarm.org_id)
        if alarm.status != "cleared":
            close(alarm, actor, why, frozenset())
        return summary.of(alarm)


def close(alarm: Alarm, actor: Actor, why: Text, heard: frozenset[str]) -> frozenset[str]:
    """End this locked alarm, and tell everybody who was told of it, save those who `heard` it of another. Returns who has heard it now."""
    _end(alarm, "cleared", actor.name)
    record.note(alarm, "cleared", name=actor.name, why=record.in_all(why))
    audit.record(actor, "alarm.clear", f"alarm:{alarm.id}", org_id=alarm.org_id, why=str(why))
    name: Text = _("Linli") if actor == SYSTEM else actor.name
    told = _tell_all(alarm, name, "cleared", record.in_all(why) or "", but=heard | {f"staff:{actor.id}"})
    listeners.tell(summary.of(alarm))
    return heard | told


def _joins(alarm: Alarm, actor: Actor, name: str, answer: str) -> None:
    """Staff who take it on untold hear how it goes on, and are asked how it was, as if they had been told."""
    now = clock.now()
    AlarmStep.create(
        alarm=alarm.id,
        round=alarm.round,
        rung=alarm.rung,
        who=UNTOLD,
        person=f"staff:{actor.id}",
        name=name,
        staff_id=actor.id,
        told_at=now,
        deadline_at=now,
        answered_at=now,
        answer=answer,
    )


def over(by: Caller, alarm_id: int) -> Answered:
    """Who called for help says that it was nothing: that ends all that she called for. In a call to us it is noted: somebody
    looks all the same. Raises NotFound for anybody else."""
    with transaction():
        alarm = record.locked(alarm_id)
        resident = alarm.resident_id is not None and alarm.resident_id == by.resident_id
        if not resident and alarm.identity_id != by.identity_id:
            raise NotFound(_("We could not find this alarm."))
        if alarm.status != "cleared":
            if not by.sure:
                name = wording.who(alarm)
                actor = Actor("resident", by.resident_id or 0, name)
                record.note(alarm, "claimed", name=name, answer="safe")
                audit.record(actor, "alarm.claim", f"alarm:{alarm.id}", org_id=alarm.org_id, after="safe")
                key = f"back:{alarm.round}:{alarm.rung}:{by.identity_id}:over"
                speaking.speak(alarm, At(by.identity_id), wording.really_well(alarm), key)
                return Answered(summary.of(alarm), counts=False)
            heard = _was_nothing(alarm, by, frozenset())
            for other_id in queries.called_by(by.identity_id, by.resident_id):
                heard = _was_nothing(record.locked(other_id), by, heard)
        return Answered(summary.of(alarm))


def _was_nothing(alarm: Alarm, by: Caller, heard: frozenset[str]) -> frozenset[str]:
    """It ends; others hear of it, save those who have `heard` so of another. Returns who has heard it now."""
    if alarm.status == "cleared":
        return heard
    name = wording.who(alarm)
    _end(alarm, "safe", name)
    record.note(alarm, "answered", name=name, answer="safe", text="")
    audit.record(
        Actor("resident", by.resident_id or 0, name),
        "alarm.over",
        f"alarm:{alarm.id}",
        org_id=alarm.org_id,
    )
    heard |= _tell_all(alarm, name or _("The caller"), "safe", "", but=heard, her=False)
    listeners.tell(summary.of(alarm))
    return heard


def _effect(alarm: Alarm, answer: str, name: str, steps: list[AlarmStep], was_going: bool) -> None:
    if answer in kinds.ENDS:
        _end(alarm, answer, name)
        return
    state = record.state_of(alarm)
    if answer != "cannot":
        alarm.answer, alarm.answered_at, alarm.answered_by = answer, clock.now(), name
        record.keep(alarm, ladder.going(state, clock.now()))
        return
    # Who said so before the last rung was told was asked how it went, and was silent.
    others_go = bool(
        AlarmStep.select()
        .where(
            (AlarmStep.alarm == alarm.id)
            & AlarmStep.answer.in_(climbing.GOING)
            & (AlarmStep.answered_at >= alarm.told_at)
        )
        .exists()
    )
    # Staff whom nobody told, but who were at her door, send it on as well.
    mine = not steps or any((s.round, s.rung) == (alarm.round, alarm.rung) for s in steps)
    if (was_going and not others_go) or (mine and not state.going):
        policy = kinds.KINDS[alarm.kind].policy
        there = rungs.standing(alarm)
        after, due = ladder.refuse(policy, state, clock.now(), reachable=rungs.reachable(alarm, there))
        climbing.take(alarm, after, due, there)


def _end(alarm: Alarm, answer: str, name: str) -> None:
    now = clock.now()
    alarm.status, alarm.cleared_at, alarm.wake_at, alarm.open_key = "cleared", now, None, None
    alarm.answer, alarm.answered_at, alarm.answered_by = answer, now, name
    record.keep(alarm, record.state_of(alarm))
    surely.attempt(alarm.id, "face", lambda: face.show([alarm], SYSTEM))


def _tell_all(
    alarm: Alarm, name: Text, answer: str, text: Text, *, but: Set[str], her: bool = True
) -> frozenset[str]:
    """Tell whoever was told of it, save `but`, and the one in need, if `her`. Returns who was told of it."""
    steps = rungs.still_told(AlarmStep.select().where(AlarmStep.alarm == alarm.id))
    told = {s.person: s for s in steps}
    words = wording.answered(alarm, name, answer, text)
    unconfirmed = rungs.unconfirmed(told.values())
    for person, step in told.items():
        if person in unconfirmed and alarm.status == "cleared":
            speaking.speak(alarm, speaking.to_of(step), wording.careful_end(alarm))
        elif person not in but and person not in unconfirmed:
            speaking.speak(alarm, speaking.to_of(step), words)
    waits = her and alarm.kind in kinds.CALLS and answer not in ("cannot", "cleared")
    if waits and (where := _her(alarm)) is not None:
        speaking.speak(alarm, where, wording.for_her(name, answer))
    return frozenset(told)


def _her(alarm: Alarm) -> To | None:
    if alarm.identity_id is not None:
        return At(alarm.identity_id, elsewhere=True)
    return Resident(alarm.resident_id) if alarm.resident_id is not None else None


# --- who answers ----------------------------------------------------------------------------------------------


def told_to(alarm: Alarm, by: Actor | Caller) -> list[AlarmStep]:
    """What this person was told of the alarm, the latest last."""
    steps = AlarmStep.select().where(AlarmStep.alarm == alarm.id).order_by(AlarmStep.id)
    if isinstance(by, Actor):
        return list(steps.where(AlarmStep.staff_id == by.id)) if by.kind == "staff" else []
    identities = people.same_telephone(by.identity_id)
    ids = {i.id for i in identities}
    residents = {i.resident_id for i in identities} | {by.resident_id}
    staff_ids = {i.staff_id for i in identities} | {by.staff_id}
    return [
        s
        for s in rungs.still_told(steps)
        if s.identity_id in ids
        or (s.resident_id is not None and s.resident_id in residents)
        or (s.staff_id is not None and s.staff_id in staff_ids)
    ]


def who_says(by: Actor | Caller, alarm: Alarm, steps: list[AlarmStep]) -> tuple[Actor, str]:
    """The actor for the audit log, and the name for everybody. Raises NotFound, Forbidden."""
    if isinstance(by, Actor):
        access.check(by, "alarm.answer", alarm.org_id)
        return by, by.name
    if steps:
        step = steps[-1]
        if step.staff_id is not None:
            return staff.actor_by_id(step.staff_id), step.name
        return Actor("resident", step.resident_id or 0, step.name), step.name
    if by.staff_id is not None:
        actor = staff.actor_by_id(by.staff_id)
        if access.may(actor, "alarm.answer", alarm.org_id):
            return actor, actor.name
    raise NotFound(_("We could not find this alarm."))
