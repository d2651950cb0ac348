"""Care that cannot be done: a plan whose sweep fails again and again must reach a human, by ways that do not fail with it.

Failures are counted for each plan. After six, or when something of it has waited for a quarter of an hour, the duty desk has an
alarm and /healthz is red; while it lasts, people are called once a day. Only columns that are not sealed are read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

import peewee
import structlog

from backend.alarms import actions as alarms
from backend.alarms.summary import Summary
from backend.care import checkin, wording
from backend.care.models import CareFault, CarePlan, CheckIn
from backend.core import clock, sweep
from backend.core.access import SYSTEM
from backend.core.db import transaction
from backend.core.i18n import Text, _
from backend.residents import queries as residents

log = structlog.get_logger()
What = Literal["plan", "checkin"]
TRIES = 6
"""Failed sweeps, a minute of them, after which it is no passing trouble."""
LATE = timedelta(minutes=15)
"""How long something may be due without being dealt with."""
FIRST = timedelta(minutes=1)
"""After a scheduler was away everything is late; what still is a minute after it was first seen has been passed over."""
QUIET = timedelta(minutes=2)
"""Without a failure for so long, and with nothing overdue, it is over."""
AGAIN = timedelta(days=1)
NOT_REACHED = "not reached"
SHOWN = 3
"""Plans that /healthz names."""


def each(job: str, what: What, ids: Iterable[int], act: Callable[[int], int]) -> int:
    """`sweep.each` for plans or check-ins; what fails is counted, and people hear of it."""

    def watched(one: int) -> int:
        try:
            return act(one)
        except (peewee.OperationalError, peewee.InterfaceError):
            raise
        except Exception as error:
            plan_id = one if what == "plan" else _plan_of(one)
            if plan_id is not None:
                _failed(plan_id, f"{what}:{one}", type(error).__name__)
            raise

    return sweep.each(job, ids, watched)


def watch() -> int:
    """Count what no sweep reaches as failing, call people once more where it lasts, and forget what is mended. Returns how many
    plans fail."""
    for what, plan_id in _overdue(clock.now() - LATE).items():
        known = CareFault.get_or_none(CareFault.plan_id == plan_id)
        if known is None or known.error == NOT_REACHED:
            _failed(plan_id, what, NOT_REACHED)
    failing = [f.plan_id for f in CareFault.select(CareFault.plan_id)]
    return sweep.each("care.watch", failing, _look_at)


def _look_at(plan_id: int) -> int:
    now = clock.now()
    with transaction():
        fault = CareFault.get(CareFault.plan_id == plan_id)
        if fault.last_at <= now - QUIET and plan_id not in _overdue(now).values():
            fault.delete_instance()
            if fault.alarm_id is not None:
                alarms.clear(SYSTEM, fault.alarm_id, _("it works again, and goes on as the plan says"))
            return 0
    _call(plan_id)
    return 1


def check() -> tuple[bool, Text]:
    """For /healthz: the first plans that nobody gets on with, and what to do."""
    now = clock.now()
    grave = {f.plan_id: f.error for f in CareFault.select() if _is_grave(f, now)}
    grave |= {p: NOT_REACHED for p in _overdue(now - LATE).values() if p not in grave}
    if not grave:
        return True, ""
    named = ", ".join(f"{p} ({error})" for p, error in sorted(grave.items())[:SHOWN])
    return False, _(
        "{n} care plans stand still: plan {plans}. Look after these residents by telephone or at the door, and read"
        " “sweep.one_failed” in the scheduler's log; it goes on by itself once the cause is gone.",
        n=len(grave),
        plans=named,
    )


def on_alarm(alarm: Summary) -> None:
    """Somebody has looked after her: what stood still of her check-ins is over with it."""
    if alarm.status != "cleared" or not alarm.source.startswith("care:"):
        return
    stuck = (
        (CheckIn.plan == int(alarm.source.partition(":")[2]))
        & CheckIn.status.in_(checkin.WAITING)
        & (CheckIn.next_at <= clock.now())
    )
    now = clock.now()
    CheckIn.update(status="closed", by="alarm", settled_at=now, next_at=None).where(stuck).execute()


def _plan_of(check_in_id: int) -> int | None:
    row: Any = CheckIn.select(CheckIn.plan).where(CheckIn.id == check_in_id).tuples().first()
    return int(row[0]) if row else None


def _failed(plan_id: int, what: str, error: str) -> None:
    now = clock.now()
    with transaction():
        fresh = {"what": what, "error": error[:80], "since": now, "last_at": now, "failures": 1}
        CareFault.insert(plan_id=plan_id, **fresh).on_conflict(
            conflict_target=[CareFault.plan_id],
            update={"what": what, "error": error[:80], "last_at": now, CareFault.failures: CareFault.failures + 1},
        ).execute()  # fmt: skip
    _call(plan_id)


def _call(plan_id: int) -> None:
    """Tell the duty desk, once in `AGAIN`. The fault is counted already: this may fail as well."""
    now = clock.now()
    with transaction():
        fault = CareFault.get(CareFault.plan_id == plan_id)
        if not _is_grave(fault, now) or (fault.alarm_at is not None and now - fault.alarm_at < AGAIN):
            return
        care = _plain_plan(plan_id)
        if care is None:
            fault.delete_instance()
            return
        readable = _is_readable(care.resident_id)
        fault.alarm_id = alarms.raise_alarm(
            "care_stuck",
            org_id=care.org_id,
            severity="warning",
            words=wording.stuck(plan_id, care.resident_id, fault.since),
            resident_id=care.resident_id if readable else None,
            source=f"care:{plan_id}",
            dedupe=f"care_stuck:{plan_id}",
        )
        fault.alarm_at = now
        fault.save()
    log.error("care.stuck", plan=plan_id, what=fault.what, error=fault.error, failures=fault.failures)


def _plain_plan(plan_id: int) -> CarePlan | None:
    plain = (CarePlan.id, CarePlan.org_id, CarePlan.resident_id, CarePlan.next_due_at)
    return CarePlan.select(*plain).where(CarePlan.id == plan_id).first()  # type: ignore[no-any-return]


def _is_readable(resident_id: int) -> bool:
    """Whether her name and address can be told; it may be her file that cannot be read."""
    try:
        return residents.find(resident_id) is not None
    except Exception as error:
        log.warning("care.file_unreadable", resident=resident_id, error=type(error).__name__)
        return False


def _is_grave(fault: CareFault, now: datetime) -> bool:
    if fault.failures >= TRIES:
        return True
    return now - fault.since >= FIRST and fault.plan_id in _overdue(now - LATE).values()


def _overdue(before: datetime) -> dict[str, int]:
    """What has been due since before then, and its plan."""
    plans = CarePlan.select(CarePlan.id).where(CarePlan.next_due_at <= before)
    found = {f"plan:{care.id}": int(care.id) for care in plans}
    check_ins = CheckIn.select(CheckIn.id, CheckIn.plan).where(CheckIn.next_at <= before)
    return found | {f"checkin:{c.id}": int(c.plan_id) for c in check_ins}
