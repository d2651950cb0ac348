"""Reports that a worker's phone kept while it had no connection: each is written once, whenever and however often it comes, and whoever
sent it is told what became of it.

The phone names each report by a key of its own making. What was taken under a key is answered the same again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backend.care.models import Visit, VisitSent
from backend.care.reports import check, finish
from backend.care.visiting import Report
from backend.core import clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import Msg, _

KEPT_FOR = timedelta(days=60)
OLDEST = timedelta(days=14)
AHEAD = timedelta(minutes=10)
"""A phone's clock may be so far ahead."""
_KEY = re.compile(r"[0-9a-zA-Z-]{16,40}")

OUTCOMES: dict[str, Msg] = {
    "kept": _("Reported. Thank you."),
    "beside": _("Somebody had reported this visit already: yours is kept beside it."),
    "over": _("The visit had been taken off the list meanwhile: your report is kept all the same."),
    "again": _("The others thought that it was over; they are told now that it is not."),
    "answered": _("Kept. She has answered herself meanwhile: she is well."),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of it: `outcome` see OUTCOMES; `visit_id` is the visit that holds the report."""

    outcome: str
    visit_id: int
    repeated: bool = False


def send(actor: Actor, key: str, visit_id: int, report: Report, at: datetime | None) -> Sent:
    """Keep what was reported `at` the door. Raises Invalid, NotFound, Conflict."""
    if not _KEY.fullmatch(key):
        raise Invalid(_("The report has no name of its own. Please send it once more."), "key")
    with transaction():
        before = check(actor, visit_id)
        if (known := known_as(actor, key)) is not None:
            return known
        status = before.status
        gone = finish(actor, visit_id, replace(report, at=_moment(before, at)))
        outcome = _outcome(status, gone.visit.id != visit_id, gone.then)
        VisitSent.create(
            key=key,
            staff_id=actor.id,
            visit_id=visit_id,
            kept_id=gone.visit.id,
            outcome=outcome,
            at=clock.now(),
        )
        return Sent(outcome, gone.visit.id)


def known_as(actor: Actor, key: str) -> Sent | None:
    """What became of what came under this key before. Raises Conflict for a key of somebody else's."""
    known = VisitSent.get_or_none(VisitSent.key == key)
    if known is None:
        return None
    if known.staff_id != actor.id:
        raise Conflict(
            _("This report was written by somebody else on this phone. Please let them sign in and send it.")
        )
    return Sent(known.outcome, known.kept_id, repeated=True)


def forget_old() -> int:
    """Keys that no phone sends any more."""
    old = VisitSent.at < clock.now() - KEPT_FOR
    return int(VisitSent.delete().where(old).execute())


def _moment(visit: Visit, at: datetime | None) -> datetime | None:
    """When it was reported, as the phone says; ours where that cannot be."""
    now = clock.now()
    if at is None or at > now + AHEAD or at < max(visit.created_at, now - OLDEST):
        return None
    return min(at, now)


def _outcome(before: str, another: bool, then: str) -> str:
    if then:
        return then
    if before == "cancelled":
        return "over"
    return "beside" if another or before == "done" else "kept"
