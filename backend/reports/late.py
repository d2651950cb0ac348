"""Whether reports go out: what /healthz tells."""

from __future__ import annotations

from datetime import timedelta

from backend.core import clock
from backend.core.i18n import Text, _, ngettext
from backend.reports.models import Report, ReportRun

LATE = timedelta(minutes=30)


def check() -> tuple[bool, Text]:
    """Red when one that is due, or begun, is not out after half an hour."""
    before = clock.now() - LATE
    waiting = (Report.next_at < before) & ~Report.paused & Report.removed_at.is_null()
    begun = (ReportRun.due_at < before) & ReportRun.done_at.is_null()
    n = Report.select().where(waiting).count() + ReportRun.select().where(begun).count()
    return n == 0, ngettext("{n} report is late.", "{n} reports are late.", n) if n else _("On time")
