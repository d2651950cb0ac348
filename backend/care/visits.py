"""Visits: made by an alarm or by staff, gone to, taken off the list; see `reports` for how each ends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from backend.alarms import actions as alarms
from backend.alarms import queries as alarm_queries
from backend.alarms.summary import Summary
from backend.care import checkin, record, visit_wording, wording
from backend.care.models import Absence, CheckIn, Visit
from backend.core import access, audit, clock, sweep
from backend.core.access import SYSTEM, Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import LOCALES, Text, _
from backend.fields.address import Home
from backend.messaging import StaffMember, say
from backend.residents import one_at_a_time
from backend.residents import queries as residents
from backend.staff import queries as staff

OPEN = ("open", "going")
WITHIN = timedelta(minutes=60)
"""By when somebody is at the door after an alarm: the same day, as the practice is, and sooner when we can."""
PATIENCE = timedelta(minutes=30)
"""How long after its time a visit without a report is late."""

Then = Literal["", "again", "answered"]


@dataclass(frozen=True, slots=True)
class Gone:
    """The visit as it stands; `repeated`: it was so already. `then`: what a report did besides, see `reports.finish`."""

    visit: Visit
    repeated: bool = False
    then: Then = ""


def create(
    actor: Actor, resident_id: int, reason: str, due_at: datetime, assignee_id: int | None = None
) -> Visit:
    """Staff ask for a visit. Without an assignee everybody who does visits there is told."""
    resident = residents.by_id(resident_id)
    access.check(actor, "care.change", resident.org_id)
    if not reason.strip():
        raise Invalid(_("Please say what to look for."), "reason")
    if due_at < clock.now() - timedelta(days=1):
        raise Invalid(_("That day is over already. By when?"), "due")
    if assignee_id is not None and assignee_id not in {s.id for s in visitors(resident.org_id)}:
        raise Invalid(_("This person does no visits there."), "assignee")
    return ask(actor, resident_id, reason.strip()[:500], due_at, assignee_id)


def ask(
    actor: Actor, resident_id: int, reason: str, due_at: datetime, assignee_id: int | None = None
) -> Visit:
    """Put a visit on the list, and tell who does it: the assignee, or everybody who does visits there."""
    with transaction():
        visit = insert(actor, resident_id, reason, None, due_at, assignee_id)
        _tell(visit, [assignee_id] if assignee_id is not None else [s.id for s in visitors(visit.org_id)])
        return visit


def open_for(resident_id: int) -> Visit | None:
    """A visit to her that is still to be done."""
    hers = (Visit.resident_id == resident_id) & Visit.status.in_(OPEN)
    return Visit.select().where(hers).order_by(Visit.due_at).first()  # type: ignore[no-any-return]


def insert(
    actor: Actor,
    resident_id: int,
    reason: str,
    alarm_id: int | None = None,
    due_at: datetime | None = None,
    assignee_id: int | None = None,
) -> Visit:
    visit: Visit = Visit.create(
        resident_id=resident_id,
        org_id=residents.org_of(resident_id),
        status="open",
        reason=reason,
        alarm_id=alarm_id,
        assignee_id=assignee_id,
        created_at=clock.now(),
        created_by=f"{actor.kind}:{actor.id}",
        due_at=due_at or clock.now() + WITHIN,
    )
    audit.record(actor, "visit.create", subject(visit), org_id=visit.org_id, after={"due": visit.due_at})
    record.changed(resident_id)
    return visit


def _tell(visit: Visit, staff_ids: list[int]) -> None:
    words = visit_wording.asked(
        visit, residents.name_of(visit.resident_id), place(visit.resident_id), about(visit)
    )
    for staff_id in staff_ids:
        say(
            StaffMember(staff_id),
            words,
            purpose="visit",
            queue="alerts" if visit.alarm_id is not None else "default",
            dedupe=f"{subject(visit)}:{visit.status}:{staff_id}",
            about=subject(visit),
        )


def go(actor: Actor, visit_id: int) -> Gone:
    """ "I go there.\" Raises Conflict when somebody else does, or it is over."""
    with transaction():
        visit = locked(actor, visit_id)
        if visit.status == "going" and visit.assignee_id == actor.id:
            return Gone(visit, repeated=True)
        if visit.status == "going":
            raise Conflict(_("{name} is on the way already.", name=staff.by_id(visit.assignee_id or 0).name))
        _check_open(visit)
        visit.status, visit.assignee_id, visit.going_at = "going", actor.id, clock.now()
        visit.save()
        audit.record(actor, "visit.go", subject(visit), org_id=visit.org_id)
        if visit.alarm_id is not None and alarm_queries.by_id(visit.alarm_id).status != "cleared":
            alarms.answer(actor, visit.alarm_id, "going")
        record.changed(visit.resident_id)
        return Gone(visit)


def cancel(actor: Actor, visit_id: int, why: str) -> None:
    """Not needed any more. Raises Invalid without a reason."""
    if not why.strip():
        raise Invalid(_("Please say why it is not needed."), "why")
    with transaction():
        visit = locked(actor, visit_id)
        _check_open(visit)
        _cancel(visit)
        audit.record(actor, "visit.cancel", subject(visit), org_id=visit.org_id, why=why.strip())


def on_alarm(alarm: Summary) -> None:
    """An alarm of a check-in or a visit, or a cry for help, was answered: staff who go there have a visit to report, until they
    cannot; one that ended needs none."""
    visit = open_of(alarm.id)
    if alarm.status == "cleared":
        if visit is not None:
            _cancel(visit)
        return
    if alarm.resident_id is None or alarm.kind == "visit_overdue":
        return
    goes = alarm_queries.staff_going(alarm.id)
    if visit is not None and visit.status == "going":
        if visit.assignee_id in goes:
            return
        visit.status, visit.assignee_id, visit.going_at = "open", None, None
        visit.save()
    if not goes:
        return
    if visit is None:
        visit = insert(SYSTEM, alarm.resident_id, _note(alarm.resident_id), alarm.id)
    visit.status, visit.assignee_id, visit.going_at = "going", goes[-1], clock.now()
    visit.save()
    _tell(visit, [goes[-1]])


def open_of(alarm_id: int) -> Visit | None:
    """The visit that is still to be done for this alarm."""
    mine = (Visit.alarm_id == alarm_id) & Visit.status.in_(OPEN)
    return Visit.get_or_none(mine)  # type: ignore[no-any-return]


def make_due() -> int:
    """A visit for every open alarm of ours that has climbed to the grid workers. Returns how many."""
    waiting = CheckIn.select(CheckIn.alarm_id).where(
        CheckIn.status.in_(("missed", "help"))
        & CheckIn.alarm_id.is_null(False)
        & CheckIn.alarm_id.not_in(Visit.select(Visit.alarm_id).where(Visit.alarm_id.is_null(False)))
        & (CheckIn.due_at > clock.now() - timedelta(days=3))
    )
    return sweep.each("care.visits", {int(c.alarm_id or 0) for c in waiting}, _make_due)


def _make_due(alarm_id: int) -> int:
    with transaction():
        alarm = alarm_queries.by_id(alarm_id)
        if alarm.status == "cleared" or alarm.resident_id is None:
            return 0
        if "grid_worker" not in alarm_queries.rungs_told(alarm_id):
            return 0
        # The alarm itself has told them: it waits on their list, and is offered to whoever goes.
        insert(SYSTEM, alarm.resident_id, _note(alarm.resident_id), alarm_id)
        return 1


def overdue() -> int:
    """Raise an alarm for each visit that nobody has reported from in time, once. Returns how many."""
    before = clock.now() - PATIENCE
    late = Visit.select(Visit.id).where(
        Visit.status.in_(OPEN)
        & (Visit.due_at <= before)
        & ~Visit.overdue
        & Visit.alarm_id.is_null()  # the alarm that made it climbs by itself
    )
    return sweep.each("care.overdue", [v.id for v in late], _overdue)


def _overdue(visit_id: int) -> int:
    with transaction():
        visit = _row(visit_id)
        if visit.overdue or visit.status not in OPEN:
            return 0
        Visit.update(overdue=True).where(Visit.id == visit_id).execute()
        alarms.raise_alarm(
            "visit_overdue",
            org_id=visit.org_id,
            severity="warning",
            words=visit_wording.overdue(visit),
            resident_id=visit.resident_id,
            source=f"visit:{visit.id}",
            dedupe=f"visit:{visit.id}",
        )
        record.changed(visit.resident_id)
        return 1


def _cancel(visit: Visit) -> None:
    Visit.update(status="cancelled", done_at=clock.now()).where(Visit.id == visit.id).execute()
    record.changed(visit.resident_id)


def about(visit: Visit) -> Text:
    """What the visit is about: the check-in of its alarm, and what staff wrote."""
    check_in = CheckIn.get_or_none(CheckIn.alarm_id == visit.alarm_id) if visit.alarm_id else None
    if check_in is None:
        return str(visit.reason)
    words = _(
        "{status} ({time})", status=checkin.LABELS[check_in.status], time=wording.clock_text(check_in.due_at)
    )
    return _("{what}. {note}", what=words, note=visit.reason) if visit.reason else words


def _note(resident_id: int) -> str:
    care = record.plan_of(resident_id)
    return (care.note or "") if care else ""


def visitors(org_id: int) -> list[staff.Staff]:
    """The grid workers there, the nearest first; without any, everybody who may do visits."""
    return staff.staff_with_role("grid_worker", org_id) or staff.staff_with_permission("visit.do", org_id)


def place(resident_id: int, *, in_need: bool = True) -> Text:
    """Where she lives: for who must find her also when she keeps it to herself."""
    home = residents.home_of(resident_id) if in_need else residents.by_id(resident_id).home
    return {locale: Home.from_json(home).show(locale) for locale in LOCALES} if home else _("place not known")


def point(visit: Visit) -> str | None:
    """Where it was reported from, as latitude and longitude."""
    if not visit.place:
        return None
    latitude, longitude = json.loads(visit.place)
    return f"{latitude:.5f}, {longitude:.5f}"


def last_day(absence: Absence) -> date | None:
    """The last day on which nobody asks."""
    return clock.local(absence.ends_at - timedelta(minutes=1)).date() if absence.ends_at else None


def subject(visit: Visit) -> str:
    return f"visit:{visit.id}"


def _check_open(visit: Visit) -> None:
    if visit.status not in OPEN:
        raise Conflict(_("This visit is over already."))


def locked(actor: Actor, visit_id: int) -> Visit:
    """For staff who do visits at its Org; NotFound otherwise."""
    visit = _row(visit_id)
    if not access.may(actor, "visit.do", visit.org_id):
        raise NotFound()
    return visit


def _row(visit_id: int) -> Visit:
    about = Visit.select(Visit.resident_id).where(Visit.id == visit_id).scalar() if is_postgres() else None
    if about is not None:
        one_at_a_time.hold(about)
    query = Visit.select().where(Visit.id == visit_id)
    visit: Visit | None = (query.for_update() if is_postgres() else query).first()
    if visit is None:
        raise NotFound()
    return visit
