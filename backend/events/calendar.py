"""The event as a file for a calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

from datetime import UTC, timedelta
from urllib.parse import urlsplit

from backend.core.i18n import render
from backend.events.models import Event
from backend.settings import settings

REMIND_BEFORE = timedelta(hours=1)


def file(event: Event, locale: str, link: str) -> bytes:
    """One VEVENT with a reminder; times in UTC, so that every calendar shows them in its own zone.

    Its UID stays the same and SEQUENCE grows, so that a file fetched again replaces the older entry.
    """
    from icalendar import Alarm, Calendar  # slow to load, and few processes give a file
    from icalendar import Event as Entry

    calendar = Calendar()
    calendar.add("prodid", "-//Linli//Events//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    entry = Entry()
    host = urlsplit(settings().base_url).hostname
    entry.add("uid", f"event-{event.id}@{host}")
    entry.add("dtstamp", event.updated_at.astimezone(UTC))
    entry.add("last-modified", event.updated_at.astimezone(UTC))
    entry.add("sequence", int((event.updated_at - event.created_at).total_seconds()))
    entry.add("dtstart", event.starts_at.astimezone(UTC))
    entry.add("dtend", event.ends_at.astimezone(UTC))
    entry.add("summary", render(event.title, locale))
    entry.add("location", render(event.place, locale))
    if event.body:
        entry.add("description", render(event.body, locale))
    entry.add("url", link)
    entry.add("status", "CANCELLED" if event.status == "cancelled" else "CONFIRMED")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", render(event.title, locale))
    alarm.add("trigger", -REMIND_BEFORE)
    entry.add_component(alarm)
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
