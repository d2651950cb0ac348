"""The sweep of the reminders: what is due is asked once, asked again as `dosing` says, and told to her family as she wishes.

Two schedulers, or one that was killed, ask once: the database allows each instant of a plan one row, and a question is said in the
transaction that notes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import cast

from backend.care import plan as plans
from backend.care import reach, record
from backend.care.health import consenting, dosing, medicines, wording
from backend.care.health.dosing import Ask, End, Plain, Status, Wait
from backend.care.health.models import Medicine, MedicineDose, MedicinePlan
from backend.core import clock, sweep
from backend.core.db import transaction
from backend.family import queries as family
from backend.messaging import At, deliveries, say
from backend.messaging.models import Identity
from backend.residents import queries as residents

PURPOSE = "medicine"
_MOMENT = timedelta(milliseconds=1)
_FAR = timedelta(hours=12)
"""A scheduler that was away for long makes no reminders of what was due before that."""


def sweep_due() -> int:
    """Begin what is due, and go on with what waits; returns how many steps were taken."""
    now = clock.now()
    due = MedicinePlan.select(MedicinePlan.id).where(MedicinePlan.next_due_at <= now)
    done = sweep.each("care.medicines", [p.id for p in due.order_by(MedicinePlan.next_due_at)], _due)
    waiting = MedicineDose.select(MedicineDose.id).where(MedicineDose.next_at <= now)
    ids = [d.id for d in waiting.order_by(MedicineDose.next_at)]
    done += sweep.each("care.doses", ids, follow)
    silent = MedicineDose.status.in_(("silent", "refused")) & MedicineDose.told_at.is_null()
    untold = MedicineDose.select(MedicineDose.id).join(MedicinePlan)
    fresh = untold.where(silent & (MedicinePlan.tell == "each") & (MedicineDose.due_at > now - 2 * _FAR))
    return done + sweep.each("care.dose_told", [d.id for d in fresh], _tell_family)


def _due(plan_id: int) -> int:
    with transaction():
        plan = medicines.locked(plan_id)
        now = clock.now()
        if plan.next_due_at is None or plan.next_due_at > now:
            return 0
        active = medicines.active(plan) if consenting.stands(plan.resident_id) else []
        since = max(plan.next_due_at, now - _FAR) - _MOMENT
        due = medicines.due_between(plan, active, since, now)
        plan.next_due_at = medicines.next_due(plan, now)
        plan.save(only=("next_due_at",))
        begun = [dose for at, what in due.items() if (dose := _begin(plan, at, what)) is not None]
        for dose in begun:
            _advance(plan, dose)
        if begun:
            record.changed(plan.resident_id)
        return len(begun)


def _begin(plan: MedicinePlan, at: object, what: Sequence[Medicine]) -> MedicineDose | None:
    """The reminder of this instant; None when there is one already."""
    if MedicineDose.select().where((MedicineDose.plan == plan.id) & (MedicineDose.due_at == at)).exists():
        return None
    away = plans.away(record.spans(plan.resident_id), clock.now())
    dose: MedicineDose = MedicineDose.create(
        plan=plan.id,
        resident_id=plan.resident_id,
        due_at=at,
        medicines="；".join(medicines.label(m) for m in what),
        status="excused" if away else "due",
        settled_at=clock.now() if away else None,
    )
    return dose


def follow(dose_id: int) -> int:
    """Do for this reminder whatever is due now."""
    with transaction():
        found = MedicineDose.get_or_none(MedicineDose.id == dose_id)
        if found is None:
            return 0
        plan = medicines.locked(found.plan_id)
        dose = MedicineDose.get_by_id(dose_id)
        if dose.next_at is None or dose.next_at > clock.now():
            return 0
        if plans.away(record.spans(plan.resident_id), clock.now()):
            return _settle(dose, "excused")
        return _advance(plan, dose)


def _advance(plan: MedicinePlan, dose: MedicineDose) -> int:
    """`dose` is held by its plan's lock."""
    addresses = reach.reachable_on(plan.resident_id, plan.channels)
    taken = 0
    while True:
        match dosing.step(_plain(plan, dose, tuple(addresses)), clock.now()):
            case Ask(channel):
                _ask(plan, dose, channel, addresses[channel])
            case End(status):
                return taken + _settle(dose, status)
            case Wait(until):
                dose.next_at = until
                dose.save()
                return taken
            case _:
                return taken
        taken += 1


def _plain(plan: MedicinePlan, dose: MedicineDose, channels: tuple[str, ...]) -> Plain:
    failed = dose.message_id is not None and bool(deliveries.failed([dose.message_id]))
    return Plain(
        cast(Status, dose.status),
        dose.due_at,
        timedelta(minutes=plan.wait),
        channels,
        dose.questions,
        dose.laters,
        dose.channel,
        dose.asked_at,
        failed,
        dosing.quiet(clock.now(), plan.zone),
    )


def _ask(plan: MedicinePlan, dose: MedicineDose, channel: str, to: Identity) -> None:
    again = dose.asked_at is not None
    dose.questions += 1
    dose.status, dose.channel, dose.identity_id, dose.asked_at = "asked", channel, to.id, clock.now()
    dose.message_id = say(
        At(to.id),
        wording.reminder(plan, dose, again=again),
        purpose=PURPOSE,
        dedupe=f"dose:{dose.id}:{dose.laters}:{dose.questions}",
        about=f"dose:{dose.id}",
    )
    dose.save()


def _settle(dose: MedicineDose, status: str) -> int:
    dose.status, dose.settled_at, dose.next_at = status, clock.now(), None
    dose.save()
    record.changed(dose.resident_id)
    return 1


def _tell_family(dose_id: int) -> int:
    """Gently, once, and not in the night where she lives."""
    with transaction():
        found = MedicineDose.get_by_id(dose_id)
        plan = medicines.locked(found.plan_id)
        dose = MedicineDose.get_by_id(dose_id)
        if dose.told_at is not None or dosing.quiet(clock.now(), plan.zone):
            return 0
        words = wording.no_answer(dose, residents.name_of(plan.resident_id))
        for contact in family.contacts(plan.resident_id, "medicine"):
            key = f"dose:{dose.id}:told:{contact.relation_id}"
            say(contact.to, words, purpose=PURPOSE, dedupe=key, about=f"dose:{dose.id}")
        dose.told_at = clock.now()
        dose.save()
        return 1
