"""The report of a visit: what was found is kept whenever it comes, and the matter ends or goes on by it.

The rules:

* Whoever was at the door may report: after the alarm was called off, after the visit was taken off the list, and after somebody
  else's report, too. A report that comes after another one of the same visit is a visit of its own.
* Who found her ends the matter. Who found trouble after the matter was thought to be over has people called again.
* When nobody opened, the ladder climbs at once, and another visit waits for the same alarm, to be done within the hour; only
  not when she has answered herself meanwhile.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time

from backend.alarms import actions as alarms
from backend.alarms import queries as alarm_queries
from backend.alarms.summary import Summary
from backend.care import checkin, record, visit_wording, visiting, visits
from backend.care.models import CheckIn, Visit
from backend.care.visiting import Report
from backend.care.visits import OPEN, Gone, Then
from backend.core import audit, clock
from backend.core.access import SYSTEM, Actor
from backend.core.db import transaction
from backend.core.errors import Conflict
from backend.core.i18n import Text, _
from backend.family import queries as family
from backend.messaging import say
from backend.residents import queries as residents


def check(actor: Actor, visit_id: int) -> Visit:
    """Before the report is asked for: that it is possible. Raises as `finish` would."""
    with transaction():
        return _reportable(actor, visit_id)


def finish(actor: Actor, visit_id: int, report: Report) -> Gone:
    """Keep the report and do what follows from it. `Gone.then`: "again" when people are called again about a matter that was
    thought to be over, "answered" when nobody opened but she has answered herself. Raises NotFound, Conflict."""
    with transaction():
        first = _reportable(actor, visit_id)
        if _is_the_same(first, actor, report):
            return Gone(first, repeated=True)
        was_over = first.status not in OPEN
        visit = _another(actor, first) if first.status == "done" else first
        _keep(actor, visit, report)
        alarm = _open_alarm(visit)
        words = _ending(report)
        then: Then = ""
        if report.condition in visiting.FOUND:
            if was_over and report.condition in visiting.TROUBLE and not _open_alarms(visit):
                then = "again"
            _end_matter(actor, visit, words)
            _tell_family(visit, report)
            if then:
                _trouble_after_all(visit, report)
        elif alarm is not None:
            alarms.answer(actor, alarm.id, "cannot", str(words))
            _somebody_again(visit, alarm.id)
        elif was_over and _has_answered(visit):
            then = "answered"
        else:
            then = "again" if was_over else ""
            _somebody_again(visit, _nobody_opened(actor, visit, words))
        if report.next is not None:
            visit.next_id = _on_that_day(actor, visit, report.next).id
        visit.save()
        if visit.id != first.id and first.next_id is None:
            Visit.update(next_id=visit.id).where(Visit.id == first.id).execute()
        record.changed(visit.resident_id)
        return Gone(visit, then=then)


def _reportable(actor: Actor, visit_id: int) -> Visit:
    visit = visits.locked(actor, visit_id)
    if residents.status_of(visit.resident_id) == "erased":
        raise Conflict(_("This visit is over already."))
    return visit


def _is_the_same(first: Visit, actor: Actor, report: Report) -> bool:
    """A second tap, not a second look: nobody opened first, and then she did, are two reports."""
    mine = Visit.id.in_([first.id, first.next_id or 0]) & (Visit.done_by == actor.id)
    return any(
        (v.condition, v.report or "") == (report.condition, report.report)
        for v in Visit.select().where(mine & (Visit.status == "done"))
    )


def _another(actor: Actor, first: Visit) -> Visit:
    """Somebody was there besides who has reported already: the visit that waits since nobody opened, or one of its own."""
    next_one = Visit.get_or_none((Visit.id == first.next_id) & Visit.alarm_id.is_null(False))
    alarm_id = first.alarm_id or (next_one.alarm_id if next_one is not None else None)
    waiting = visits.open_of(alarm_id) if alarm_id is not None else None
    return waiting or visits.insert(actor, first.resident_id, first.reason, alarm_id, clock.now(), actor.id)


def _keep(actor: Actor, visit: Visit, report: Report) -> None:
    visit.status, visit.condition, visit.report = "done", report.condition, report.report or None
    visit.done_at, visit.done_by, visit.photo = report.at or clock.now(), actor.id, report.photo
    visit.assignee_id = visit.assignee_id or actor.id
    visit.place = json.dumps([report.place.latitude, report.place.longitude]) if report.place else None
    visit.save()
    after = {"condition": report.condition}
    audit.record(actor, "visit.done", visits.subject(visit), org_id=visit.org_id, after=after)


def _open_alarm(visit: Visit) -> Summary | None:
    """The alarm that made the visit, while it goes on."""
    found = alarm_queries.by_id(visit.alarm_id) if visit.alarm_id is not None else None
    return found if found is not None and found.status != "cleared" else None


def _open_alarms(visit: Visit) -> list[Summary]:
    """Those that the visit is about: the one that made it, the one about its delay, and that nothing is heard of her."""
    return [
        alarm
        for alarm in alarm_queries.of_resident(visit.resident_id, limit=20)
        if alarm.status != "cleared"
        and (
            alarm.id == visit.alarm_id
            or alarm.source == visits.subject(visit)
            or alarm.kind in ("missed_checkin", "visit_trouble")
        )
    ]


def _end_matter(actor: Actor, visit: Visit, words: Text) -> None:
    """What was raised about her is over; so are her open check-ins."""
    for alarm in _open_alarms(visit):
        alarms.clear(actor, alarm.id, words)
    for known in record.waiting(visit.resident_id):
        check_in = record.locked(known.id)
        if checkin.may_end(check_in.status, "closed"):
            record.end(check_in, "closed", f"staff:{actor.id}", str(words))


def _tell_family(visit: Visit, report: Report) -> None:
    told = visit_wording.visited(residents.name_of(visit.resident_id), visiting.CONDITIONS[report.condition])
    for contact in family.contacts(visit.resident_id, "visit"):
        key = f"{visits.subject(visit)}:told:{contact.relation_id}"
        say(contact.to, told, purpose="visit", dedupe=key)


def _trouble_after_all(visit: Visit, report: Report) -> None:
    alarms.raise_alarm(
        "visit_trouble",
        org_id=visit.org_id,
        severity="warning",
        words=visit_wording.trouble_after_all(visiting.CONDITIONS[report.condition], report.report),
        resident_id=visit.resident_id,
        source=visits.subject(visit),
        dedupe=f"{visits.subject(visit)}:trouble",
    )


def _nobody_opened(actor: Actor, visit: Visit, words: Text) -> int:
    """No ladder is at work (yet, or any more): one begins, with her family. It says more than the delay did."""
    alarm_id = alarms.raise_alarm(
        "missed_checkin",
        org_id=visit.org_id,
        severity="warning",
        words=visit_wording.nobody_opened(),
        resident_id=visit.resident_id,
        source=visits.subject(visit),
        dedupe=f"{visits.subject(visit)}:no_answer",
    )
    for alarm in _open_alarms(visit):
        if alarm.kind == "visit_overdue":
            alarms.clear(actor, alarm.id, words)
    return alarm_id


def _has_answered(visit: Visit) -> bool:
    """Her check-in, which the visit was about, has ended by her own word."""
    hers = (CheckIn.alarm_id == visit.alarm_id) & (CheckIn.status == "well") & (CheckIn.by == "herself")
    return visit.alarm_id is not None and CheckIn.select().where(hers).exists()


def _somebody_again(visit: Visit, alarm_id: int) -> None:
    """Another visit for the same alarm: whoever goes next has something to report. The alarm tells people of it."""
    if alarm_queries.by_id(alarm_id).status == "cleared":
        return
    following = visits.open_of(alarm_id) or visits.insert(SYSTEM, visit.resident_id, visit.reason, alarm_id)
    visit.next_id = following.id


def _on_that_day(actor: Actor, visit: Visit, day: date) -> Visit:
    due_at = datetime.combine(day, time(17), clock.zone())
    return visits.insert(actor, visit.resident_id, visit.reason, None, due_at, actor.id)


def _ending(report: Report) -> Text:
    condition = visiting.CONDITIONS[report.condition]
    if not report.report:
        return condition
    return _("{condition}: {report}", condition=condition, report=report.report)
