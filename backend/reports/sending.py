"""Reports by the clock: which are due, and their letters, each of them once.

A sending is written down first, with the instant it was due at, which is also the moment that its figures are of. Then each
recipient's letter is counted and written in a transaction of its own: whoever goes on after a process has died finds those that
are missing. Figures are counted outside of the transactions, for on SQLite nobody could write meanwhile.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
import peewee
import structlog

from backend.core import clock, sweep
from backend.core.access import Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import LinliError, NotFound
from backend.core.wall import instant
from backend.records import tables
from backend.records.tables import Table
from backend.reports import figures, keeping, letters
from backend.reports.figures import Figures
from backend.reports.models import Report, ReportLetter, ReportRun
from backend.reports.schedule import last_until, next_after
from backend.staff import queries as staff

_MS = timedelta(milliseconds=1)
_BEFORE = {"day": timedelta(days=1), "week": timedelta(days=7)}
log = structlog.get_logger()
Known = dict[tuple[tuple[str, ...], str], Figures]
"""Figures that were counted in this sending, by the parts of the Org tree and the language: of the same parts, the same."""


def due() -> int:
    """Write down the sendings whose time has come; of several that were missed, the last alone."""
    now = clock.now()
    which = (Report.next_at <= now) & ~Report.paused & Report.removed_at.is_null()
    rows: Any = Report.select(Report.id).where(which).order_by(Report.id).tuples()
    ids = [row[0] for row in rows]
    return sweep.each("reports.due", ids, lambda report_id: _begin(report_id, now))


def _begin(report_id: int, now: datetime) -> int:
    with transaction():
        query = Report.select().where(Report.id == report_id)
        report = (query.for_update() if is_postgres() else query).first()
        if report is None or report.paused or report.next_at is None or report.next_at > now:
            return 0
        schedule = keeping.schedule_of(report)
        at = last_until(schedule, report.next_at - _MS, now)
        Report.update(next_at=next_after(schedule, now)).where(Report.id == report_id).execute()
        if at is None:  # its day has become a day off
            return 0
        ReportRun.insert(report=report_id, due_at=at, asked_by="").on_conflict_ignore().execute()
    return 1


def send() -> int:
    """Write the letters that are missing; how many were written."""
    rows: Any = ReportRun.select(ReportRun.id).where(ReportRun.done_at.is_null()).order_by(ReportRun.id)
    return sweep.each("reports.send", [row[0] for row in rows.tuples()], _run)


def _run(run_id: int) -> int:
    run = ReportRun.get_by_id(run_id)
    report = run.report
    rows: Any = ReportLetter.select(ReportLetter.staff_id).where(ReportLetter.run == run_id)
    have = {row[0] for row in rows.tuples()}
    known: Known = {}
    people = staff.by_ids(keeping.recipients(report))
    written = 0
    for staff_id in keeping.recipients(report):
        if staff_id not in have and (who := people.get(staff_id)) is not None:
            written += _letter(run, report, who, known)
    ReportRun.update(done_at=clock.now()).where(ReportRun.id == run_id).execute()
    return written


def _letter(run: ReportRun, report: Report, who: Any, known: Known) -> int:
    status, told = _told(run, report, who, known)
    try:
        with transaction():
            letter = ReportLetter.create(
                run=run.id,
                staff_id=who.id,
                status=status,
                figures=orjson.dumps(told.to_json()).decode() if told else None,
                at=clock.now(),
            )
            if told is not None:
                letters.say(report, letter, who, told)
    except peewee.IntegrityError:
        return 0  # another scheduler was faster
    return 1


def _told(run: ReportRun, report: Report, who: Any, known: Known) -> tuple[str, Figures | None]:
    """("sent", figures), or why there are none."""
    actor = staff.actor_of(who)
    if not who.active:
        return "left", None
    try:
        table = tables.by_id(report.table_id)
        if table.retired:
            return "gone", None
        if not keeping.may_read(actor, table):
            return "no_right", None
        if not who.email:
            return "no_address", None
        return "sent", _counted(run, report, table, actor, who.locale, known)
    except NotFound:
        return "gone", None
    except LinliError:
        return "unfit", None
    except (peewee.OperationalError, peewee.InterfaceError):
        raise
    except Exception:
        # Once: tried again every few seconds, it would fail every few seconds.
        log.exception("reports.not_counted", report=report.id, run=run.id)
        return "failed", None


def _counted(
    run: ReportRun, report: Report, table: Table, actor: Actor, locale: str, known: Known
) -> Figures:
    key = (tuple(sorted(set(actor.paths(table.permission("read"))))), locale)
    if key not in known:
        earlier = before(run.due_at, report.compare) if report.compare else None
        known[key] = figures.of_kept(
            actor, table, report.asked, report.asked_in, locale, run.due_at, earlier
        )  # fmt: skip
    return known[key]


def before(at: datetime, period: str) -> datetime:
    """The same time of day a day, week, month or year before; of a month without that day, its last."""
    here = clock.local(at)
    if period in _BEFORE:
        day = here.date() - _BEFORE[period]
    else:
        first = here.date().replace(day=1)
        months = 1 if period == "month" else 12
        year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
        start = first.replace(year=year, month=month + 1)
        last = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        day = start.replace(day=min(here.day, last.day))
    return instant(day, here.time().replace(tzinfo=None), clock.zone().key)
