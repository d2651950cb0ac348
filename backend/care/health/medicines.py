"""Medicines: entered by staff, by her, or by her family; each begins only when she has agreed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from backend.care import plan as plans
from backend.care import reach, record
from backend.care.absences import actor_of
from backend.care.health import consenting, dosing, wording
from backend.care.health.models import Medicine, MedicineDose, MedicinePlan
from backend.care.plan import WEEK, Schedule
from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import Text, _
from backend.fields.words import Words
from backend.messaging import Resident, say
from backend.residents import one_at_a_time
from backend.residents import queries as residents
from backend.settings import settings

MOST_TIMES = 6
MOST = 20
"""Medicines of one person."""
CHANNELS = "sms,voice,telegram,webchat"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A medicine; `dose` in words (1片), `days` digits of a week, `times` of day, from `first` to `last` (None: on and on), both too."""

    name: str
    dose: str
    times: Sequence[time]
    first: date
    last: date | None = None
    days: str = WEEK


@dataclass(frozen=True, slots=True)
class Manner:
    """How she is reminded; see `MedicinePlan`."""

    channels: Sequence[str]
    wait: int = 30
    tell: str = ""
    zone: str = ""


def add(actor: Actor, resident_id: int, wanted: Wanted, *, how: str = "") -> Medicine:
    """Staff enter a medicine, and how she agreed to health data where that is not known yet (see `consenting.HOW`). Raises Forbidden,
    Invalid."""
    access.check(actor, "care.change", residents.org_of(resident_id))
    values = _checked(wanted)
    with transaction():
        if not consenting.stands(resident_id):
            consenting.noted_by_staff(actor, resident_id, how)
        return _begin(actor, f"staff:{actor.id}", resident_id, values, "active")


def own(resident_id: int, wanted: Wanted, channel: str) -> Medicine:
    """She enters one herself, and so agrees that it is kept: she was told so before she confirmed."""
    values = _checked(wanted)
    actor = Actor("resident", resident_id, "")
    with transaction():
        consenting.give(actor, resident_id, channel)
        return _begin(actor, f"resident:{resident_id}", resident_id, values, "active")


def propose(by: str, who: Text, resident_id: int, wanted: Wanted) -> Medicine:
    """Somebody of hers enters one (`by`: family:9, an address; `who`: as she calls him): she is asked, and it begins with her yes."""
    values = _checked(wanted)
    with transaction():
        made = _begin(actor_of(by), by, resident_id, values, "asked")
        words = wording.may_i_remind(made.id, label(made), plans_times(made), who)
        say(Resident(resident_id), words, purpose="care", about=subject(resident_id))
        return made


def agree(resident_id: int, medicine_id: int, channel: str) -> Words:
    """She wishes to be reminded. Raises NotFound for what is nobody's or somebody else's."""
    with transaction():
        plan, medicine = _mine(resident_id, medicine_id)
        if medicine.status == "ended":
            return wording.not_reminded()
        consenting.give(Actor("resident", resident_id, ""), resident_id, channel)
        Medicine.update(status="active").where(Medicine.id == medicine.id).execute()
        _reschedule(plan)
        audit.record(
            Actor("resident", resident_id, ""), "medicine.agree", subject(resident_id), org_id=plan.org_id
        )
        record.changed(resident_id)
        return wording.reminded_from_now(plans_times(medicine))


def decline(resident_id: int, medicine_id: int) -> Words:
    """She does not wish it."""
    with transaction():
        plan, medicine = _mine(resident_id, medicine_id)
        _end(plan, medicine, Actor("resident", resident_id, ""), "medicine.decline")
        return wording.not_reminded()


def end(actor: Actor, medicine_id: int) -> int:
    """Staff end a medicine; returns whose it was. Raises NotFound, Forbidden."""
    with transaction():
        found: Medicine | None = Medicine.get_or_none(Medicine.id == medicine_id)
        if found is None:
            raise NotFound()
        plan = locked(found.plan_id)
        access.check(actor, "care.change", plan.org_id)
        _end(plan, found, actor, "medicine.end")
        return int(plan.resident_id)


def end_all(resident_id: int) -> bool:
    """She wishes to be reminded no more; False when she is reminded of nothing."""
    with transaction():
        known = plan_of(resident_id)
        if known is None:
            return False
        plan = locked(known.id)
        open_ones = list(Medicine.select().where((Medicine.plan == plan.id) & (Medicine.status != "ended")))
        for medicine in open_ones:
            _end(plan, medicine, Actor("resident", resident_id, ""), "medicine.decline")
        return bool(open_ones)


def arrange(actor: Actor, resident_id: int, manner: Manner) -> MedicinePlan:
    """How she is reminded, and what her family hears: her wish, as she told staff. Raises Forbidden, Invalid."""
    access.check(actor, "care.change", residents.org_of(resident_id))
    channels = [c for c in dict.fromkeys(manner.channels) if c in reach.CHANNELS]
    zone = manner.zone or settings().timezone
    if not channels:
        raise Invalid(_("Please choose at least one way to ask."), "channels")
    if manner.tell not in dosing.TELLS:
        raise Invalid(_("Please choose one."), "tell")
    if not 10 <= manner.wait <= 120:
        raise Invalid(_("Between 10 and 120 minutes."), "wait")
    if zone not in available_timezones():
        raise Invalid(_("Please choose a time zone of the list, like Asia/Shanghai."), "zone")
    with transaction():
        plan = _ensured(resident_id)
        plan.channels, plan.wait, plan.tell, plan.zone = ",".join(channels), manner.wait, manner.tell, zone
        plan.save()
        _reschedule(plan)
        after = {"channels": plan.channels, "wait": plan.wait, "tell": plan.tell, "zone": zone}
        audit.record(actor, "medicine.arrange", subject(resident_id), org_id=plan.org_id, after=after)
        record.changed(resident_id)
        return plan


def plan_of(resident_id: int) -> MedicinePlan | None:
    return MedicinePlan.get_or_none(MedicinePlan.resident_id == resident_id)  # type: ignore[no-any-return]


def locked(plan_id: int) -> MedicinePlan:
    """Nobody else's until the transaction ends. Raises NotFound."""
    whose = MedicinePlan.select(MedicinePlan.resident_id).where(MedicinePlan.id == plan_id).scalar()
    if whose is not None:
        one_at_a_time.hold(whose)
    query = MedicinePlan.select().where(MedicinePlan.id == plan_id)
    plan: MedicinePlan | None = (query.for_update() if is_postgres() else query).first()
    if plan is None:
        raise NotFound()
    return plan


def active(plan: MedicinePlan) -> list[Medicine]:
    mine = (Medicine.plan == plan.id) & (Medicine.status == "active")
    return list(Medicine.select().where(mine).order_by(Medicine.id))


def due_between(
    plan: MedicinePlan, medicines: Sequence[Medicine], after: datetime, until: datetime
) -> dict[datetime, list[Medicine]]:
    """Every instant after `after`, up to `until`, with what is due then; in order."""
    found: dict[datetime, list[Medicine]] = {}
    for medicine in medicines:
        schedule = Schedule(medicine.days, plans.times_read(medicine.times), plan.zone)
        for at in plans.due_between(schedule, after, until):
            if _covers(medicine, at, plan.zone):
                found.setdefault(at, []).append(medicine)
    return dict(sorted(found.items()))


def next_due(plan: MedicinePlan, after: datetime) -> datetime | None:
    """The first instant after `after` at which anything is due."""
    instants = []
    for medicine in active(plan):
        begins = plans.instant(medicine.starts_on, time(0), plan.zone) - timedelta(milliseconds=1)
        schedule = Schedule(medicine.days, plans.times_read(medicine.times), plan.zone)
        at = plans.next_after(schedule, max(after, begins))
        if at is not None and _covers(medicine, at, plan.zone):
            instants.append(at)
    return min(instants, default=None)


def _covers(medicine: Medicine, at: datetime, zone: str) -> bool:
    day = at.astimezone(ZoneInfo(zone)).date()
    return medicine.starts_on <= day and (medicine.ends_on is None or day <= medicine.ends_on)


def label(medicine: Medicine) -> str:
    """阿司匹林 1片."""
    return f"{medicine.name} {medicine.dose}".strip()


def plans_times(medicine: Medicine) -> str:
    return str(medicine.times).replace(",", ", ")


def subject(resident_id: int) -> str:
    return f"health:{resident_id}"


def _begin(actor: Actor, by: str, resident_id: int, values: dict[str, Any], status: str) -> Medicine:
    one_at_a_time.hold(resident_id)
    plan = _ensured(resident_id)
    known = Medicine.select().where((Medicine.plan == plan.id) & (Medicine.status != "ended")).count()
    if known >= MOST:
        raise Invalid(_("There are {n} medicines already. Please end one first.", n=MOST), "name")
    made: Medicine = Medicine.create(
        plan=plan.id, status=status, created_at=clock.now(), created_by=by, **values
    )
    _reschedule(plan)
    audit.record(
        actor, "medicine.add", subject(resident_id), org_id=plan.org_id,
        after={"medicine": label(made), "times": made.times, "status": status},
    )  # fmt: skip
    record.changed(resident_id)
    return made


def _ensured(resident_id: int) -> MedicinePlan:
    known = plan_of(resident_id)
    if known is not None:
        return locked(known.id)
    care = record.plan_of(resident_id)
    MedicinePlan.insert(
        resident_id=resident_id,
        org_id=residents.org_of(resident_id),
        zone=care.zone if care else settings().timezone,
        channels=care.channels if care else CHANNELS,
        created_at=clock.now(),
    ).on_conflict_ignore().execute()
    return MedicinePlan.get(MedicinePlan.resident_id == resident_id)  # type: ignore[no-any-return]


def _reschedule(plan: MedicinePlan) -> None:
    """What is due already, and only waits for the sweep, is still asked."""
    now = clock.now()
    since = now if plan.next_due_at is None else min(now, plan.next_due_at - timedelta(milliseconds=1))
    plan.next_due_at = next_due(plan, since)
    plan.save(only=("next_due_at",))


def _end(plan: MedicinePlan, medicine: Medicine, actor: Actor, action: str) -> None:
    medicine.status, medicine.ends_on = "ended", clock.local(clock.now()).date()
    medicine.save()
    _reschedule(plan)
    if not active(plan):
        waiting = (MedicineDose.plan == plan.id) & MedicineDose.status.in_(dosing.WAITING)
        now = clock.now()
        MedicineDose.update(status="excused", settled_at=now, next_at=None).where(waiting).execute()
    audit.record(
        actor, action, subject(plan.resident_id), org_id=plan.org_id, after={"medicine": label(medicine)}
    )
    record.changed(plan.resident_id)


def _mine(resident_id: int, medicine_id: int) -> tuple[MedicinePlan, Medicine]:
    known = plan_of(resident_id)
    found = Medicine.get_or_none(Medicine.id == medicine_id)
    if known is None or found is None or found.plan_id != known.id:
        raise NotFound()
    return locked(known.id), found


def _checked(wanted: Wanted) -> dict[str, Any]:
    """The columns. Raises Invalid, naming the field."""
    days = "".join(d for d in WEEK if d in wanted.days)
    if not wanted.name.strip():
        raise Invalid(_("What is the medicine called?"), "name")
    if not wanted.times or len(set(wanted.times)) > MOST_TIMES:
        raise Invalid(_("One to six times a day, like 08:00."), "times")
    if not days:
        raise Invalid(_("Please choose at least one day."), "days")
    if wanted.last is not None and wanted.last < max(wanted.first, clock.local(clock.now()).date()):
        raise Invalid(_("That day is over already. Until which day?"), "last")
    return {
        "name": wanted.name.strip()[:60],
        "dose": wanted.dose.strip()[:60],
        "days": days,
        "times": plans.times_stored(wanted.times),
        "starts_on": wanted.first,
        "ends_on": wanted.last,
    }
