"""An event as plain fields of a page: what stands in them, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.core import clock
from backend.core.errors import Invalid
from backend.core.i18n import LOCALES, _
from backend.events.models import Event
from backend.events.planning import Draft

TEXTS = ("title", "place", "body")
TIMES = ("starts_at", "ends_at", "opens_at", "closes_at")


def typed(event: Event) -> dict[str, str]:
    """What stands in the fields of an event."""
    found = {f"{name}_{locale}": getattr(event, name).get(locale, "") for name in TEXTS for locale in LOCALES}
    for name in TIMES:
        at = getattr(event, name)
        found[name] = f"{clock.local(at):%Y-%m-%dT%H:%M}" if at is not None else ""
    found["capacity"] = str(event.capacity or "")
    found["companions"] = str(event.companions)
    found["confirm_minutes"] = str(event.confirm_minutes)
    found["org_id"] = str(event.org_id)
    return found


def read(given: Mapping[str, str], questions: Mapping[str, Any] | None) -> Draft:
    """The Draft of a filled-in page; the event's own questions are edited elsewhere. Raises Invalid with the field's name."""
    starts, ends = _moment(given, "starts_at"), _moment(given, "ends_at")
    if starts is None:
        raise Invalid(_("Please fill this in."), "starts_at")
    if ends is None:
        raise Invalid(_("Please fill this in."), "ends_at")
    org_id = _number(given, "org_id")
    if org_id is None:
        raise Invalid(_("Please fill this in."), "org_id")
    texts = {
        name: {locale: given.get(f"{name}_{locale}", "").strip() for locale in LOCALES} for name in TEXTS
    }
    minutes = _number(given, "confirm_minutes")
    return Draft(
        org_id=org_id,
        **texts,
        starts_at=starts,
        ends_at=ends,
        capacity=_number(given, "capacity"),
        companions=_number(given, "companions") or 0,
        opens_at=_moment(given, "opens_at"),
        closes_at=_moment(given, "closes_at"),
        confirm_minutes=120 if minutes is None else minutes,
        questions=questions,
    )


def _moment(given: Mapping[str, str], name: str) -> datetime | None:
    """A `datetime-local` input, on the community's clocks."""
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        if not 2000 <= at.year <= 2200:
            raise ValueError
    except ValueError:
        raise Invalid(_("A day and a time, please."), name) from None
    return at.replace(tzinfo=clock.zone())


def _number(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 6:
        raise Invalid(_("A whole number, please, like 3."), name)
    return int(text)
