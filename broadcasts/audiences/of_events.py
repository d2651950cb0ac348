"""People by an event: {"kind": "event_signup", "how": "event", "event": id, "which": signed, attended, waiting or absent}."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import Msg, Text, _
from backend.events import queries
from backend.events.printing import KIND
from broadcasts.audiences import finding
from broadcasts.audiences.finding import Audience, Way

WHICH: dict[str, Msg] = {
    "signed": _("who is signed up, or was there"),
    "attended": _("who was there"),
    "absent": _("who did not come"),
    "waiting": _("who is on the waiting list"),
}
_STATUSES = {
    "signed": ("signed", "attended"),
    "attended": ("attended",),
    "absent": ("absent",),
    "waiting": ("waiting", "offered"),
}


def _asked(actor: Actor, audience: Audience) -> tuple[Any, tuple[str, ...]]:
    which = audience.get("which", "signed")
    if which not in WHICH or audience.get("kind") != KIND:
        raise Invalid(_("Who of the event shall be told? Please choose."), "which")
    return queries.seen_by(actor, int(audience.get("event") or 0)), _STATUSES[which]


def _ids(actor: Actor, audience: Audience, after: int, limit: int) -> list[int]:
    return queries.signup_ids(*_asked(actor, audience), after, limit)


def _count(actor: Actor, audience: Audience) -> int:
    return queries.signup_count(*_asked(actor, audience))


def _whose(
    actor: Actor, audience: Audience, resident_ids: Sequence[int], _identity_ids: Sequence[int]
) -> list[int]:
    return queries.signups_of(*_asked(actor, audience), resident_ids)


def _told(actor: Actor, audience: Audience) -> Text:
    event, _statuses = _asked(actor, audience)
    return _("{event}: {which}", event=event.title, which=WHICH[audience.get("which", "signed")])


finding.register("event", Way(_("An event’s participants"), _ids, _count, _told, _whose))
