"""The life of a request: which act leads from where to where, and whose act it is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.core.i18n import Msg, _

OPEN = ("new", "assigned", "accepted", "on_the_way", "in_progress")
"""Somebody still has something to do."""
OVER = ("done", "closed", "cancelled")
STATUSES = OPEN + OVER

LABELS: dict[str, Msg] = {
    "new": _("Waiting for a worker"),
    "assigned": _("Offered to a worker"),
    "accepted": _("Accepted"),
    "on_the_way": _("On the way"),
    "in_progress": _("In progress"),
    "done": _("Finished"),
    "closed": _("Closed"),
    "cancelled": _("Cancelled"),
}

REOPEN_DAYS = 7
"""How long a resident may say that it was not mended after all."""


@dataclass(frozen=True, slots=True)
class Act:
    """`by`: resident (whose request it is), worker (whose task it is), desk (staff who assign), system."""

    sources: tuple[str, ...]
    target: str | None
    by: frozenset[str]


def _act(sources: tuple[str, ...], target: str | None, *by: str) -> Act:
    return Act(sources, target, frozenset(by))


ACTS: dict[str, Act] = {
    "assign": _act(OPEN, "assigned", "desk", "system"),
    "accept": _act(("assigned",), "accepted", "worker"),
    "decline": _act(("assigned", "accepted"), "new", "worker"),
    # A worker on a ladder does not press every button: each later step implies the earlier ones.
    "go": _act(("assigned", "accepted"), "on_the_way", "worker"),
    "start": _act(("assigned", "accepted", "on_the_way"), "in_progress", "worker"),
    "progress": _act(("accepted", "on_the_way", "in_progress"), None, "worker"),
    "finish": _act(("accepted", "on_the_way", "in_progress"), "done", "worker"),
    "comment": _act(STATUSES, None, "desk", "resident", "worker"),
    "cancel": _act(OPEN, "cancelled", "desk", "resident"),
    "rate": _act(("done", "closed"), "closed", "resident"),
    "close": _act(("done",), "closed", "desk", "system"),
    "reopen": _act(("done", "closed"), "new", "desk", "resident"),
}
NO_LONGER_CANCELS = ("in_progress",)
"""Where a resident can no longer cancel by herself: somebody is working in her home."""


def allowed(act: str, status: str, role: str) -> bool:
    """Whether somebody in `role` may do `act` to a request in `status`."""
    rule = ACTS[act]
    if act == "cancel" and role == "resident" and status in NO_LONGER_CANCELS:
        return False
    return role in rule.by and status in rule.sources


def after(act: str, status: str) -> str:
    """The status that `act` leads to."""
    return ACTS[act].target or status


def repeated(act: str, status: str) -> bool:
    """Whether the act was done already, so that a second tap changes nothing and is answered kindly.

    `go` is also a repeat once the work has begun: a late tap does not turn the clock back.
    """
    order = ("assigned", "accepted", "on_the_way", "in_progress", "done", "closed")
    target = ACTS[act].target
    if act in ("accept", "go", "start", "finish"):
        return status in order and order.index(status) >= order.index(target or "")
    return act in ("cancel", "close") and status == target


def may_reopen(done_at: datetime | None, now: datetime) -> bool:
    """Within REOPEN_DAYS of the work's end."""
    return done_at is not None and now - done_at <= timedelta(days=REOPEN_DAYS)
