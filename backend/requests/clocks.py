"""The promise as a clock on a page: by when, and how much is left or lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.core.i18n import Text, _
from backend.requests import lifecycle
from backend.requests.models import Request


@dataclass(frozen=True, slots=True)
class Clock:
    """`tone`: calm, attention (soon), urgent (late), good (kept)."""

    text: Text
    tone: str
    at: datetime


def deadline(request: Request, now: datetime) -> Clock:
    """The clock that matters next: the acknowledgement while nobody has it, then somebody on site."""
    if request.acknowledged_at is None and request.status in lifecycle.OPEN:
        return acknowledge(request, now)
    return on_site(request, now)


def acknowledge(request: Request, now: datetime) -> Clock:
    return _clock(request, request.acknowledged_at, request.due_ack_at, now)


def on_site(request: Request, now: datetime) -> Clock:
    return _clock(request, request.started_at, request.due_at, now)


def _clock(request: Request, kept_at: datetime | None, due: datetime, now: datetime) -> Clock:
    if kept_at is not None:
        if kept_at <= due:
            return Clock(_("in time"), "good", due)
        return Clock(_("{time} late", time=_span(kept_at - due)), "attention", due)
    if request.status not in lifecycle.OPEN:
        return Clock("–", "calm", due)
    if now >= due:
        return Clock(_("overdue by {time}", time=_span(now - due)), "urgent", due)
    soon = due - now <= timedelta(minutes=30)
    return Clock(_("{time} left", time=_span(due - now)), "attention" if soon else "calm", due)


def _span(length: timedelta) -> Text:
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < 100:
        return _("{n} min", n=minutes)
    if minutes < 48 * 60:
        return _("{n} h", n=round(minutes / 60))
    return _("{n} days", n=round(minutes / 1440))
