"""Reports kept under a name: written, changed, paused, sent at once, removed. Who may see them, and who may get them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Forbidden, Invalid, NotFound
from backend.core.i18n import Msg, _
from backend.records import asked, tables
from backend.records.list_web import org_of
from backend.records.tables import Table
from backend.reports import days_off
from backend.reports.models import Report, ReportRecipient, ReportRun
from backend.reports.schedule import Schedule, next_after
from backend.staff import queries as staff

EVERY: dict[str, Msg] = {
    "": _("only when I open or send it"),
    "day": _("every day"),
    "week": _("every week"),
    "month": _("every month"),
}
COMPARE: dict[str, Msg] = {
    "": _("with nothing"),
    "day": _("with a day before"),
    "week": _("with a week before"),
    "month": _("with a month before"),
    "year": _("with a year before"),
}
FILES = {"pdf": "PDF", "excel": "Excel"}
COUNTED_BY = ("by", "by_period", "across", "across_period")
_LAST_DAY = {"": 0, "day": 0, "week": 7, "month": 31}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report as its page says it. `day` as in `schedule`, `recipients` staff ids."""

    name: str
    asked: Mapping[str, Sequence[str]]
    compare: str = ""
    files: tuple[str, ...] = ("pdf",)
    every: str = ""
    day: int = 0
    at: str = "08:00"
    working_days: bool = False
    recipients: tuple[int, ...] = ()


def save(actor: Actor, table: Table, wanted: Wanted, locale: str, report_id: int | None = None) -> int:
    """Keep the report, or change the one that is kept; its id. Who gets it beside oneself takes the right to send reports.
    Raises Invalid, Forbidden, NotFound."""
    access.check(actor, "report.read")
    access.check(actor, table.permission("read"))
    with transaction():
        before = None if report_id is None else changed_by(actor, report_id)
        org_id = org_of(actor, table) if before is None else before.org_id
        had = set() if before is None else set(recipients(before))
        values = _values(wanted, locale) | _timed(wanted, org_id)
        if before is not None and before.asked == values["asked"]:
            values["asked_in"] = before.asked_in
        _check_recipients(actor, table, wanted, had)
        if before is None:
            row = Report.create(
                table_id=table.id, org_id=org_id, by_id=actor.id, by_name=actor.name[:80], created_at=clock.now(), **values
            )  # fmt: skip
            saved = int(row.id)
        else:
            saved = before.id
            Report.update(**values).where(Report.id == saved).execute()
        ReportRecipient.delete().where(ReportRecipient.report == saved).execute()
        for staff_id in sorted(set(wanted.recipients)):
            ReportRecipient.create(report=saved, staff_id=staff_id)
        told = {name: values[name] for name in ("name", "asked", "every", "day", "at", "files")}
        audit.record(
            actor, "report.save", f"report:{saved}", org_id=org_id, after={**told, "to": sorted(wanted.recipients)}
        )  # fmt: skip
    return saved


def pause(actor: Actor, report_id: int, *, paused: bool) -> None:
    """Stop the clock for it, or start it again from now: what came due meanwhile is not sent."""
    with transaction():
        report = changed_by(actor, report_id)
        following = None if paused else next_after(schedule_of(report), clock.now())
        Report.update(paused=paused, next_at=following).where(Report.id == report_id).execute()
        audit.record(
            actor, "report.pause" if paused else "report.go_on", f"report:{report_id}", org_id=report.org_id
        )


def send_now(actor: Actor, report_id: int) -> int:
    """Have it sent within seconds, beside its schedule; the id of the sending. Raises Invalid when nobody gets it."""
    with transaction():
        report = changed_by(actor, report_id)
        if not recipients(report):
            raise Invalid(_("Nobody gets this report yet. Please choose somebody first."))
        waiting = (ReportRun.report == report_id) & ReportRun.done_at.is_null() & (ReportRun.asked_by != "")
        run = ReportRun.get_or_none(waiting)
        if run is None:
            run = ReportRun.create(report=report_id, due_at=clock.now(), asked_by=actor.name[:80])
            audit.record(actor, "report.send", f"report:{report_id}", org_id=report.org_id)
    return int(run.id)


def remove(actor: Actor, report_id: int) -> None:
    """No more of it; what was sent stays in the history."""
    with transaction():
        report = changed_by(actor, report_id)
        Report.update(removed_at=clock.now(), next_at=None).where(Report.id == report_id).execute()
        audit.record(
            actor, "report.remove", f"report:{report_id}", org_id=report.org_id, before={"name": report.name}
        )


# --- asked by pages and by the clock ---------------------------------------------------------------------------


def seen(actor: Actor) -> list[Report]:
    """The reports that the actor made, gets or may change, by name."""
    mine = ReportRecipient.select(ReportRecipient.report).where(ReportRecipient.staff_id == actor.id)
    there = Report.org_id.in_(access.org_ids(actor, "report.send"))
    which = Report.removed_at.is_null() & ((Report.by_id == actor.id) | there | Report.id.in_(mine))
    return list(Report.select().where(which).order_by(Report.name, Report.id))


def get(actor: Actor, report_id: int) -> Report:
    """Raises NotFound also for one that the actor may not see."""
    found = next((r for r in seen(actor) if r.id == report_id), None)
    if found is None:
        raise NotFound()
    return found


def may_change(actor: Actor, report: Report) -> bool:
    return report.by_id == actor.id or access.may(actor, "report.send", report.org_id)


def changed_by(actor: Actor, report_id: int) -> Report:
    """Raises NotFound, Forbidden."""
    report = get(actor, report_id)
    if not may_change(actor, report):
        raise Forbidden()
    return report


def recipients(report: Report) -> list[int]:
    rows: Any = ReportRecipient.select(ReportRecipient.staff_id).where(ReportRecipient.report == report.id)
    return sorted(row[0] for row in rows.tuples())


def names(report: Report) -> dict[int, Any]:
    """The recipients as staff, by id."""
    return staff.by_ids(recipients(report))


def may_read(actor: Actor, table: Table) -> bool:
    """Whether there is something in the table that this member of staff may count."""
    return (
        access.may(actor, "report.read")
        and access.may(actor, table.permission("read"))
        and tables.reaches(actor, table, table.org_id)
    )


def candidates(actor: Actor, table: Table) -> list[Any]:
    """Who may be chosen to get figures of this table: oneself, and with the right to send reports the colleagues of one's area
    and those above it."""
    found = staff.by_ids([actor.id])
    if access.may(actor, "report.send"):
        found |= {s.id: s for s in staff.visible_to(actor)}
        found |= {s.id: s for s in staff.staff_with_permission("report.read", org_of(actor, table))}
    able = [s for s in found.values() if s.active and may_read(staff.actor_of(s), table)]
    return sorted(able, key=lambda s: (s.name, s.id))


def schedule_of(report: Report) -> Schedule:
    """Its times on the community's clocks."""
    return _schedule(report.every, report.day, report.at, report.working_days, report.org_id)


def _schedule(every: str, day: int, at: str, working_days: bool, org_id: int) -> Schedule:
    off = days_off.at(org_id) if working_days else frozenset()
    return Schedule(every, day, time.fromisoformat(at), clock.zone().key, working_days, off)


def _values(wanted: Wanted, locale: str) -> dict[str, Any]:
    name = " ".join(wanted.name.split())[:80]
    if not name:
        raise Invalid(_("A report needs a name."), "name")
    if wanted.compare not in COMPARE:
        raise Invalid(_("Please choose one of the comparisons."), "compare")
    told = asked.kept(wanted.asked)
    # What is sent by the clock is as of that moment, and in no order.
    told.pop("as_of", None)
    told.pop("sort", None)
    told |= {n: [str(v) for v in wanted.asked[n]] for n in COUNTED_BY if any(wanted.asked.get(n, ()))}
    files = " ".join(f for f in FILES if f in wanted.files)
    return {
        "name": name,
        "asked": {"by": ["org"]} | told,
        "asked_in": locale,
        "compare": wanted.compare,
        "files": files,
    }


def _timed(wanted: Wanted, org_id: int) -> dict[str, Any]:
    try:
        at = f"{time.fromisoformat(wanted.at):%H:%M}"
    except ValueError:
        raise Invalid(_("Please give the time of day like 08:00."), "at") from None
    if wanted.every not in EVERY:
        raise Invalid(_("Please choose how often it is sent."), "every")
    last = _LAST_DAY[wanted.every]
    if last and not 1 <= wanted.day <= last:
        raise Invalid(_("Please choose the day on which it is sent."), "day")
    day = wanted.day if last else 0
    schedule = _schedule(wanted.every, day, at, wanted.working_days, org_id)
    return {
        "every": wanted.every,
        "day": day,
        "at": at,
        "working_days": wanted.working_days,
        "paused": False,
        "next_at": next_after(schedule, clock.now()),
    }


def _check_recipients(actor: Actor, table: Table, wanted: Wanted, had: set[int]) -> None:
    if wanted.every and not wanted.recipients:
        raise Invalid(_("Who gets it? Please choose at least one colleague."), "recipients")
    new = set(wanted.recipients) - had
    if new - {s.id for s in candidates(actor, table)}:
        raise Invalid(_("Somebody you chose may not read this table, or is not of your area."), "recipients")
