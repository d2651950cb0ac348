"""One answer for all alarms of a storm, and their common end."""

from __future__ import annotations

from dataclasses import dataclass

from backend.alarms import answering, kinds, record, storms
from backend.alarms.answering import Caller
from backend.alarms.models import Alarm, AlarmStorm
from backend.core import access
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import Text, _


@dataclass(frozen=True, slots=True)
class ForAll:
    """For how many alarms it counts; how many of the storm are still open; not `certain`: it was noted and stops nothing (a call to us)."""

    counts: int
    still_open: int
    certain: bool = True


def answer(by: Actor | Caller, storm_id: int, answer: str, text: str = "") -> ForAll:
    """What staff who were told of the storm do about it counts for every alarm of it that is open and that they were told of, or, of an
    Actor, that she may answer. It ends none: that is said of each, or by `clear`. Raises NotFound, Invalid."""
    if answer not in kinds.ANSWERS or answer in kinds.ENDS:
        raise Invalid(_("Please use one of the buttons."))
    with transaction():
        # All of them first, in one order: nobody who answers for all waits for somebody who does the same.
        alarms = [record.locked(alarm_id) for alarm_id in storms.members(_known(storm_id).id, is_open=True)]
        counts, certain, heard = 0, True, frozenset[str]()
        for alarm in alarms:
            steps = answering.told_to(alarm, by)
            if alarm.status == "cleared" or not _may(by, alarm, answered=bool(steps)):
                continue
            if steps and steps[-1].answer == answer:
                continue
            actor, name = answering.who_says(by, alarm, steps)
            if answer != "cannot" and not answering.is_certain(by, steps):
                # Whoever called us is rung up once, not for each.
                answering.note_only(alarm, by, actor, name, answer)
                certain = False
                break
            told = answering.take_effect(alarm, actor, name, steps, answer, text, heard=heard)
            heard |= frozenset(person for person in told if person.startswith("staff:"))
            counts += 1
        return ForAll(counts, len(storms.members(storm_id, is_open=True)), certain)


def clear(actor: Actor, storm_id: int, why: Text) -> int:
    """They are all over, says staff, and why; returns how many ended. Raises Invalid without a reason, Forbidden, NotFound."""
    if not why:
        raise Invalid(_("Please say in a few words how it ended."), "why")
    with transaction():
        alarms = [record.locked(alarm_id) for alarm_id in storms.members(_known(storm_id).id, is_open=True)]
        heard: frozenset[str] = frozenset()
        for alarm in alarms:
            access.check(actor, "alarm.answer", alarm.org_id)
        for alarm in alarms:
            told = answering.close(alarm, actor, why, heard)
            heard |= frozenset(person for person in told if person.startswith("staff:"))
        return len(alarms)


def seen_by(actor: Actor, storm_id: int) -> AlarmStorm:
    """Raises NotFound, also for what the actor may not read."""
    found = _known(storm_id)
    if not access.may(actor, "alarm.read", found.org_id):
        raise NotFound()
    return found


def _known(storm_id: int) -> AlarmStorm:
    found = AlarmStorm.get_or_none(AlarmStorm.id == storm_id)
    if found is None:
        raise NotFound(_("We could not find this alarm."))
    return found  # type: ignore[no-any-return]


def _may(by: Actor | Caller, alarm: Alarm, *, answered: bool) -> bool:
    if isinstance(by, Actor):
        return access.may(by, "alarm.answer", alarm.org_id)
    return answered
