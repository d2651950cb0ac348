"""Check-ins and plans as they are read and written: locked, turned into plain data, ended."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, cast

from backend.care import checkin, plan
from backend.care.checkin import Plain, Question, Status
from backend.care.models import Absence, CareHoliday, CarePlan, CheckIn, CheckInQuestion
from backend.care.plan import Schedule, Span
from backend.core import clock, live, orgs
from backend.core.db import is_postgres
from backend.core.errors import NotFound
from backend.residents import one_at_a_time

LIVE = "care"
"""The kind of live event after which pages about care are drawn anew."""


def locked(check_in_id: int) -> CheckIn:
    """The check-in, kept from everybody else until the transaction ends. Raises NotFound."""
    return _locked(CheckIn, check_in_id)  # type: ignore[no-any-return]


def locked_plan(plan_id: int) -> CarePlan:
    """Raises NotFound."""
    return _locked(CarePlan, plan_id)  # type: ignore[no-any-return]


def _locked(model: Any, row_id: int) -> Any:
    about = model.select(model.resident_id).where(model.id == row_id).scalar() if is_postgres() else None
    if about is not None:
        one_at_a_time.hold(about)
    query = model.select().where(model.id == row_id)
    row = (query.for_update() if is_postgres() else query).first()
    if row is None:
        raise NotFound()
    return row


def plan_of(resident_id: int) -> CarePlan | None:
    return CarePlan.get_or_none(CarePlan.resident_id == resident_id)  # type: ignore[no-any-return]


def schedule_of(care: CarePlan) -> Schedule:
    """The plan's times, without the days that the office takes off where she lives."""
    skip: frozenset[Any] = frozenset()
    if care.skip_holidays:
        skip = days_off(care.org_id)
    return Schedule(care.days, plan.times_read(care.times), care.zone, skip)


def days_off(org_id: int) -> frozenset[date]:
    """The days that the office takes off at the Org."""
    above = [int(i) for i in orgs.get(org_id).path.strip("/").split("/")]
    return frozenset(h.day for h in CareHoliday.select().where(CareHoliday.org_id.in_(above)))


def schedule_next(care: CarePlan, after: datetime) -> None:
    """When the plan asks next after that instant; nothing while it is not active."""
    care.next_due_at = plan.next_after(schedule_of(care), after) if care.status == "active" else None


def spans(resident_id: int) -> list[Span]:
    """Her absences that have not ended."""
    now = clock.now()
    found = Absence.select().where(
        (Absence.resident_id == resident_id)
        & (Absence.ends_at.is_null() | (Absence.ends_at > now - timedelta(days=40)))
    )
    return [Span(a.starts_at, a.ends_at) for a in found]


def plain(
    check_in: CheckIn, care: CarePlan, asked: list[CheckInQuestion], channels: tuple[str, ...]
) -> Plain:
    """The check-in as `checkin.step` sees it."""
    return Plain(
        cast(Status, check_in.status),
        check_in.due_at,
        timedelta(minutes=care.wait),
        timedelta(minutes=care.window),
        channels,
        tuple(Question(q.channel, q.at, q.failed) for q in asked),
        check_in.heard_at,
        check_in.nudged_at,
        check_in.why == "slight",
        check_in.why == "unclear",
    )


def questions(check_in: CheckIn) -> list[CheckInQuestion]:
    return list(
        CheckInQuestion.select()
        .where(CheckInQuestion.check_in == check_in.id)
        .order_by(CheckInQuestion.at, CheckInQuestion.id)
    )


def waiting(resident_id: int) -> list[CheckIn]:
    """Her check-ins that wait for her answer or for people, the newest first."""
    return list(
        CheckIn.select()
        .where((CheckIn.resident_id == resident_id) & CheckIn.status.in_((*checkin.WAITING, "missed")))
        .order_by(CheckIn.due_at.desc())
    )


def being_helped(care: CarePlan) -> CheckIn | None:
    """The check-in for which people are on their way to her."""
    return (  # type: ignore[no-any-return]
        CheckIn.select()
        .where((CheckIn.plan == care.id) & (CheckIn.status == "help") & CheckIn.settled_at.is_null())
        .order_by(CheckIn.due_at.desc())
        .first()
    )


def end(check_in: CheckIn, status: str, by: str, said: str = "") -> None:
    """How it ended, and by whom. Belongs in a transaction that holds it."""
    in_vain = check_in.status == "missed" and check_in.asked_at is not None
    check_in.late = check_in.late or (in_vain and by == "herself")
    check_in.status, check_in.by = status, by
    check_in.settled_at, check_in.next_at = clock.now(), None
    if said:
        check_in.said = said[:500]
    check_in.save()
    changed(check_in.resident_id)


def changed(resident_id: int) -> None:
    """Tell the pages that are open."""
    live.publish(live.ADMIN, {"kind": LIVE, "id": resident_id})
