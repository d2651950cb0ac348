"""Those who are coming to events that begin on certain days: {"kind": "event_signup", "how": "begins", "event": one alone,
"days": {"dates": ["2026-11-05", …]}}. Without days: to all that are still to come."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from backend.core import clock
from backend.core.access import Actor
from backend.core.i18n import Text, _
from backend.core.wall import instant
from backend.events import participants, queries
from broadcasts.audiences import finding
from broadcasts.audiences.finding import Audience, Way

HOW = "begins"
_FURTHEST = timedelta(days=800)


def begins(actor: Actor, audience: Audience) -> dict[int, datetime]:
    """The sign-ups, each with the beginning of its event; what has begun is not there."""
    event = audience.get("event")
    now, zone = clock.now(), clock.zone().key
    spans = [(now, now + _FURTHEST)]
    if (days := audience.get("days")) is not None:
        some = [date.fromisoformat(d) for d in days["dates"]]
        spans = [(instant(d, time(), zone), instant(d + timedelta(days=1), time(), zone)) for d in some]
    found: dict[int, datetime] = {}
    for since, until in spans:
        found |= participants.expected(actor, max(since, now), until, None if event is None else int(event))
    return found


def _ids(actor: Actor, audience: Audience, after: int, limit: int) -> list[int]:
    return sorted(i for i in begins(actor, audience) if i > after)[:limit]


def _told(actor: Actor, audience: Audience) -> Text:
    if audience.get("event") is None:
        return _("Who is coming to an event")
    return _("Who is coming to “{event}”", event=queries.seen_by(actor, int(audience["event"])).title)


finding.register(
    HOW,
    Way(_("Who is coming to an event"), _ids, lambda actor, audience: len(begins(actor, audience)), _told),
)
