"""What pages ask about health."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.care.health import chart, kinds, limits, medicines
from backend.care.health.chart import Chart
from backend.care.health.models import (
    Appointment,
    HealthLimit,
    Measurement,
    Medicine,
    MedicineDose,
    MedicinePlan,
)
from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.errors import Forbidden
from backend.core.i18n import Msg, _, render
from backend.residents import privacy
from backend.residents import queries as residents
from backend.web.workbook import Cell, Sheet

ITEM = privacy.HEALTH
"""Its name among the items whose readers each resident chooses."""
DRAWN = 120
"""Values of one kind in a picture."""
DAYS = 14


@dataclass(frozen=True, slots=True)
class Told:
    """One measured value as a page shows it."""

    id: int
    kind: str
    at: datetime
    text: str
    source: str
    outside: bool
    alarm_id: int | None


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of one kind: its picture, the last values (the newest first), what was agreed."""

    kind: str
    title: Msg
    chart: Chart | None
    last: tuple[Told, ...]
    limit: HealthLimit | None
    bounds: dict[str, kinds.Bound]


def may_read(actor: Actor, org_id: int) -> bool:
    return access.may(actor, "care.health", org_id)


def hidden(resident_id: int) -> bool:
    """Whether she keeps her health to herself: reminders go on, and an alarm brings the value that raised it."""
    return ITEM in privacy.hidden(resident_id)


def medicines_of(resident_id: int) -> list[Medicine]:
    """Those that have not ended, in the order in which they were entered."""
    plan = medicines.plan_of(resident_id)
    if plan is None:
        return []
    open_ones = (Medicine.plan == plan.id) & (Medicine.status != "ended")
    return list(Medicine.select().where(open_ones).order_by(Medicine.id))


def reminded_on(resident_id: int) -> str:
    """The channels, comma-separated, on which she is reminded of medicines that she takes now; empty when she is not."""
    plan = MedicinePlan.get_or_none(MedicinePlan.resident_id == resident_id)
    return plan.channels if plan is not None and plan.next_due_at is not None else ""


def doses(resident_id: int, days: int = DAYS) -> list[MedicineDose]:
    """The reminders of these last days, the newest first."""
    mine = (MedicineDose.resident_id == resident_id) & (
        MedicineDose.due_at > clock.now() - timedelta(days=days)
    )
    return list(MedicineDose.select().where(mine).order_by(MedicineDose.due_at.desc()))


def courses(resident_id: int, *, last: int = 8) -> list[Course]:
    """Every kind that was measured, or for which limits were agreed, in the order of `kinds`."""
    agreed = limits.of(resident_id)
    found = []
    for kind, one in kinds.KINDS.items():
        rows = _rows(resident_id, kind)
        if not rows and kind not in agreed:
            continue
        bounds = limits.bounds(agreed.get(kind))
        told = [(row.at, json.loads(row.values)) for row in reversed(rows)]
        newest = tuple(_told(row) for row in rows[:last])
        found.append(
            Course(kind, one.title, chart.drawn(kind, told, bounds), newest, agreed.get(kind), bounds)
        )
    return found


def appointments(resident_id: int, *, limit: int = 10) -> list[Appointment]:
    """Those to come, the next first."""
    mine = (Appointment.resident_id == resident_id) & (Appointment.status == "planned")
    found = Appointment.select().where(mine & (Appointment.at > clock.now() - timedelta(hours=12)))
    return list(found.order_by(Appointment.at).limit(limit))


def sheet(actor: Actor, resident_id: int, locale: str) -> Sheet:
    """Every measured value of hers as a file; that it was taken along is on record. Raises Forbidden."""
    org_id = residents.org_of(resident_id)
    if not may_read(actor, org_id) or hidden(resident_id):
        raise Forbidden()
    audit.record(actor, "health.export", f"health:{resident_id}", org_id=org_id)
    headers = [render(label, locale) for label in (_("When"), _("What"), _("Value"), _("From"), _("Outside"))]
    return Sheet(render(_("Measured values"), locale), headers, _lines(resident_id, locale))


def _lines(resident_id: int, locale: str) -> Iterator[list[Cell]]:
    rows = Measurement.select().where(Measurement.resident_id == resident_id).order_by(Measurement.at)
    for row in rows:
        text = kinds.shown(row.kind, json.loads(row.values))
        source = render(source_of(row.source), locale)
        outside = render(_("yes"), locale) if row.outside else ""
        yield [clock.local(row.at), render(kinds.KINDS[row.kind].title, locale), text, source, outside]


def source_of(source: str) -> Msg:
    """Who said it: herself, her family, staff, a device."""
    return _SOURCES.get(source.partition(":")[0], _("Somebody"))


_SOURCES: dict[str, Msg] = {
    "resident": _("Herself"),
    "family": _("Family"),
    "staff": _("Staff"),
    "device": _("A device"),
}


def _told(row: Any) -> Told:
    text = kinds.shown(row.kind, json.loads(row.values))
    return Told(row.id, row.kind, row.at, text, row.source, row.outside, row.alarm_id)


def _rows(resident_id: int, kind: str) -> list[Measurement]:
    """The newest first."""
    mine = (Measurement.resident_id == resident_id) & (Measurement.kind == kind)
    return list(Measurement.select().where(mine).order_by(Measurement.at.desc()).limit(DRAWN))
