"""Plans: wished for by a resident or her family, made and confirmed by staff, paused, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from backend.care import checkin, plan, reach, record, wording
from backend.care.models import CarePlan
from backend.care.plan import WEEK
from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.family import queries as family
from backend.messaging import Resident, StaffMember, people, say
from backend.residents import queries as residents
from backend.settings import settings
from backend.staff import queries as staff

MOST_TIMES = 6
MOST_TOLD = 3
"""How many of the staff are told that somebody wishes for a plan."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a plan is to be; see `CarePlan`. `wait` and `window` in minutes. `locale`: in which language she is asked; empty: as
    she writes."""

    days: str
    times: Sequence[time]
    channels: Sequence[str]
    zone: str = ""
    wait: int = 30
    window: int = 180
    skip_holidays: bool = False
    called: str = ""
    normal: str = ""
    note: str = ""
    locale: str = ""


def save(actor: Actor, resident_id: int, wanted: Wanted) -> CarePlan:
    """Make her plan, or change it; it is active from now on. Raises Invalid, Forbidden, NotFound."""
    resident = residents.by_id(resident_id)
    access.check(actor, "care.change", resident.org_id)
    values = _checked(wanted)
    with transaction():
        known = record.plan_of(resident_id)
        care = record.locked_plan(known.id) if known else CarePlan(
            resident_id=resident_id, created_at=clock.now(), created_by=_by(actor), status="pending",
        )  # fmt: skip
        before = shown(care) if known else None
        fresh = care.status != "active"
        for key, value in values.items():
            setattr(care, key, value)
        care.org_id, care.status = resident.org_id, "active"
        care.confirmed_at = care.confirmed_at or clock.now()
        record.schedule_next(care, _owed_since(care))
        care.save(force_insert=known is None)
        if wanted.locale:
            for identity in people.identities(Resident(resident_id)):
                people.set_locale(identity.id, wanted.locale)
        audit.record(
            actor,
            "care.plan",
            subject(care),
            org_id=care.org_id,
            before=before,
            after=shown(care),
        )
        if fresh:
            say(
                Resident(resident_id),
                wording.plan_confirmed(care, first_day(care)),
                purpose="care",
                about=subject(care),
            )
        record.changed(resident_id)
        return care


def _owed_since(care: CarePlan) -> datetime:
    """After when the plan asks: a question that is due already, and only waits for the sweep, is still asked."""
    now = clock.now()
    return now if care.next_due_at is None else min(now, care.next_due_at - timedelta(milliseconds=1))


def wish(by: str, resident_id: int, times: Sequence[time], channels: Sequence[str]) -> CarePlan:
    """She, or her family (`by`: resident:7, family:9), would like a plan: staff confirm it. Replaces an earlier wish."""
    values = _checked(Wanted(WEEK, times, channels))
    with transaction():
        resident = residents.by_id(resident_id)
        known = record.plan_of(resident_id)
        if known is None:
            known = CarePlan.create(
                resident_id=resident_id,
                org_id=resident.org_id,
                status="pending",
                created_at=clock.now(),
                created_by=by,
                **values,
            )
        elif known.status != "active":
            CarePlan.update(**values, status="pending", created_by=by).where(
                CarePlan.id == known.id
            ).execute()
        audit.record(
            Actor("resident", resident_id, ""),
            "care.wish",
            subject(known),
            org_id=known.org_id,
            after={"times": values["times"], "channels": values["channels"], "by": by},
        )
        words = wording.plan_wished(resident.name, wording.spoken_times(values["times"]))
        for member in staff.staff_with_permission("care.change", resident.org_id)[:MOST_TOLD]:
            say(StaffMember(member.id), words, purpose="care", about=subject(known))
        record.changed(resident_id)
        return known


def confirm(actor: Actor, resident_id: int) -> CarePlan:
    """Staff agree to what was wished for, or begin a paused plan again."""
    care = _held(actor, resident_id)
    return save(
        actor,
        resident_id,
        Wanted(
            care.days,
            plan.times_read(care.times),
            care.channels.split(","),
            care.zone,
            care.wait,
            care.window,
            care.skip_holidays,
            care.called or "",
            care.normal or "",
            care.note or "",
        ),
    )


def pause(actor: Actor, resident_id: int, why: str = "") -> None:
    """Nobody asks until it is begun again; what is being asked now ends."""
    with transaction():
        care = _held(actor, resident_id)
        _stop(care)
        audit.record(actor, "care.pause", subject(care), org_id=care.org_id, why=why)


def decline(resident_id: int) -> bool:
    """She does not wish to be asked any more: at once, and staff are told. False when there is nothing to stop."""
    with transaction():
        known = record.plan_of(resident_id)
        if known is None or known.status == "paused":
            return False
        care = record.locked_plan(known.id)
        _stop(care)
        actor = Actor("resident", resident_id, "")
        audit.record(actor, "care.decline", subject(care), org_id=care.org_id)
        words = wording.plan_paused(residents.name_of(resident_id))
        for member in staff.staff_with_permission("care.change", care.org_id)[:MOST_TOLD]:
            say(StaffMember(member.id), words, purpose="care", about=subject(care))
        for contact in family.contacts(resident_id, "checkin"):
            say(contact.to, words, purpose="care", about=subject(care))
        return True


def _stop(care: CarePlan) -> None:
    care.status, care.next_due_at = "paused", None
    care.save()
    for check_in in record.waiting(care.resident_id):
        if check_in.status in checkin.WAITING:
            record.end(record.locked(check_in.id), "excused", "plan")
    record.changed(care.resident_id)


def _held(actor: Actor, resident_id: int) -> CarePlan:
    known = record.plan_of(resident_id)
    if known is None:
        raise Invalid(_("There is no plan yet."))
    access.check(actor, "care.change", known.org_id)
    return record.locked_plan(known.id)


def _checked(wanted: Wanted) -> dict[str, Any]:
    """The columns. Raises Invalid, naming the field."""
    days = "".join(d for d in WEEK if d in wanted.days)
    channels = [c for c in dict.fromkeys(wanted.channels) if c in reach.CHANNELS]
    zone = wanted.zone or settings().timezone
    if not days:
        raise Invalid(_("Please choose at least one day."), "days")
    if not wanted.times or len(set(wanted.times)) > MOST_TIMES:
        raise Invalid(_("One to six times a day, like 08:00."), "times")
    if not channels:
        raise Invalid(_("Please choose at least one way to ask."), "channels")
    if zone not in available_timezones():
        raise Invalid(_("Please choose a time zone of the list, like Asia/Shanghai."), "zone")
    if not 5 <= wanted.wait <= 240:
        raise Invalid(_("Between 5 and 240 minutes."), "wait")
    if not wanted.wait <= wanted.window <= 720:
        raise Invalid(_("At least as long as an answer may take, at most 12 hours."), "window")
    return {
        "days": days,
        "times": plan.times_stored(wanted.times),
        "channels": ",".join(channels),
        "zone": zone,
        "wait": wanted.wait,
        "window": wanted.window,
        "skip_holidays": wanted.skip_holidays,
        "called": wanted.called.strip()[:40] or None,
        "normal": wanted.normal.strip()[:500] or None,
        "note": wanted.note.strip()[:1000] or None,
    }


def shown(care: CarePlan) -> dict[str, Any]:
    """What the audit log keeps of a plan."""
    names = ("status", "days", "times", "zone", "channels", "wait", "window", "skip_holidays")
    return {name: getattr(care, name) for name in names}


def first_day(care: CarePlan) -> date | None:
    """The day, where she lives, of the next question."""
    return care.next_due_at.astimezone(ZoneInfo(care.zone)).date() if care.next_due_at else None


def subject(care: CarePlan) -> str:
    return f"care:{care.resident_id}"


def _by(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}"
