"""The ladder at work: what it says is due is done, once, in one transaction with where it stands after it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import structlog

from backend.alarms import bodies, gathered, kinds, ladder, record, rungs, surely, wording
from backend.alarms.ladder import State, Step
from backend.alarms.models import Alarm, AlarmStep
from backend.alarms.rungs import Person, Standing
from backend.alarms.speaking import speak, to_of
from backend.core import clock, sweep
from backend.core.db import transaction
from backend.fields.words import Words

log = structlog.get_logger()


def climb() -> int:
    """Take every alarm on that is due; returns how many steps were taken. Two schedulers at once take each step once. One that somebody
    else is about is looked at again the next time: no other alarm waits for it."""
    now = clock.now()
    latest = now + clock.CLOCKS_DIFFER
    # The ladder says what is due of those that a clock which was ahead has written down.
    going = (Alarm.status == "going") & (Alarm.wake_at > latest + ladder.GOING)
    ahead = (Alarm.wake_at > now) & ((Alarm.told_at > latest) | going)
    due = Alarm.select(Alarm.id).where((Alarm.wake_at <= now) | ahead).order_by(Alarm.wake_at)
    return sweep.each("alarms.climb", [alarm.id for alarm in due], _climb)


def _climb(alarm_id: int) -> int:
    with transaction(urgent=True):
        alarm = record.locked_if_free(alarm_id)
        return advance(alarm) if alarm is not None else 0


def advance(alarm: Alarm) -> int:
    """Do what is due for this locked alarm; returns the number of steps."""
    if alarm.status == "cleared":
        return 0
    there = rungs.standing(alarm)
    state, steps = ladder.climb(
        kinds.KINDS[alarm.kind].policy,
        record.state_of(alarm),
        clock.now(),
        reachable=rungs.reachable(alarm, there),
        critical=alarm.severity == "critical",
    )
    take(alarm, state, steps, there)
    return len(steps)


def take(alarm: Alarm, state: State, steps: tuple[Step, ...], there: Standing) -> None:
    """Do the steps, and write where the alarm stands after them."""
    record.keep(alarm, state)
    for step in steps:
        _DO[step.act](alarm, step, state, there)


def _tell(alarm: Alarm, step: Step, state: State, there: Standing) -> None:
    policy = kinds.KINDS[alarm.kind].policy
    rung = policy[step.rung]
    above = [r for r in rungs.reachable(alarm, there) if r > step.rung]
    following = policy[min(above)].who if above else ""
    storm = gathered.of(alarm, rung.who)

    def tell(person: Person) -> None:
        AlarmStep.create(
            alarm=alarm.id,
            round=state.round,
            rung=step.rung,
            who=rung.who,
            person=person.key,
            name=person.name,
            told_at=clock.now(),
            deadline_at=state.deadline,
            **rungs.columns(person.to),
        )
        key, to = f"{step.rung}:{person.key}", person.at or person.to
        if storm is not None:
            said = gathered.tell(storm, alarm, to, key, rung.minutes, following=following)
        else:
            words = _words(alarm, person, following, rung.minutes)
            said = speak(alarm, to, words, f"{state.round}:{key}")
        if said:
            names.append(person.name)

    names: list[str] = []
    told = [p for p in there[rung.who] if surely.attempt(alarm.id, f"tell:{p.key}", partial(tell, p))]
    if names:
        record.note(alarm, "told", who=rung.who, names=names, minutes=rung.minutes, round=state.round)
    if told:
        return
    record.note(alarm, "skipped", who=rung.who)
    if above:
        record.keep(alarm, replace(state, deadline=clock.now()))


def _words(alarm: Alarm, person: Person, following: str, minutes: int) -> Words:
    """What this person is told. Words that cannot be made are replaced by plainer ones."""
    relation_id = rungs.relation_of(person.key)
    if relation_id is not None and not person.confirmed:
        return wording.careful(alarm, relation_id, person.name)
    try:
        return wording.raised(
            alarm,
            zone=person.zone,
            staff=person.is_staff,
            following=following,
            minutes=minutes,
            body=bodies.told(alarm, person),
        )
    except Exception:
        log.exception("alarm.wordless", alarm=alarm.id, person=person.key)
        return wording.plain(alarm)


def _call(alarm: Alarm, step: Step, state: State, there: Standing) -> None:
    """Ring up those of the rung who have not answered."""
    silent = AlarmStep.select().where(
        (AlarmStep.alarm == alarm.id)
        & (AlarmStep.round == state.round)
        & (AlarmStep.rung == step.rung)
        & AlarmStep.answered_at.is_null()
    )
    names: list[str] = []
    found = rungs.still_told(silent)
    unconfirmed = rungs.unconfirmed(found)
    rung = kinds.KINDS[alarm.kind].policy[step.rung]
    storm = gathered.of(alarm, rung.who)

    def ring(told: AlarmStep) -> None:
        telephone = rungs.by_voice(to_of(told), alarm.org_id)
        if telephone is not None:
            person = Person(told.person, told.name, telephone, confirmed=told.person not in unconfirmed)
            key = f"{step.rung}:{told.person}:call"
            if storm is not None:
                said = gathered.tell(storm, alarm, telephone, key, rung.minutes)
            else:
                said = speak(alarm, telephone, _words(alarm, person, "", 0), f"{state.round}:{key}")
            AlarmStep.update(called_at=clock.now()).where(AlarmStep.id == told.id).execute()
            if said:
                names.append(told.name)

    for told in found:
        surely.attempt(alarm.id, f"call:{told.person}", partial(ring, told))
    if names:
        record.note(alarm, "called", names=names)


def _skip(alarm: Alarm, step: Step, state: State, there: Standing) -> None:
    record.note(alarm, "skipped", who=kinds.KINDS[alarm.kind].policy[step.rung].who)


def _ask(alarm: Alarm, step: Step, state: State, there: Standing) -> None:
    going = AlarmStep.select().where((AlarmStep.alarm == alarm.id) & AlarmStep.answer.in_(GOING))
    asked = {told.person: told for told in rungs.still_told(going)}
    words = wording.how_is_it(alarm)
    for told in asked.values():
        key = f"ask:{state.deadline}:{told.person}"
        storm = gathered.of(alarm, told.who)
        act = (
            partial(speak, alarm, to_of(told), words, key)
            if storm is None
            else partial(gathered.ask, storm, alarm, told)
        )
        surely.attempt(alarm.id, key, act)
    record.note(alarm, "asked", names=[told.name for told in asked.values()])


def _nobody(alarm: Alarm, step: Step, state: State, there: Standing) -> None:
    log.error("alarm.nobody_reachable", alarm=alarm.id, round=state.round)
    record.note(alarm, "nobody")


GOING = ("going", "called_120", "called_119")
"""Answers of somebody who does something about it."""
_DO = {"tell": _tell, "call": _call, "skip": _skip, "ask": _ask, "nobody": _nobody}
