"""How an event and a sign-up stand: the words for it, and what is possible then. Pure."""

from __future__ import annotations

from backend.core.i18n import Msg, _

LABELS: dict[str, Msg] = {
    "draft": _("Draft"),
    "awaiting": _("Waits for approval"),
    "published": _("Published"),
    "cancelled": _("Called off"),
    "over": _("Over"),
}
TONES = {
    "draft": "calm",
    "awaiting": "attention",
    "published": "good",
    "cancelled": "urgent",
    "over": "calm",
}
SIGNUP_LABELS: dict[str, Msg] = {
    "signed": _("Signed up"),
    "waiting": _("On the waiting list"),
    "offered": _("Has been offered a place"),
    "declined": _("Did not get or take a place"),
    "cancelled": _("Took the sign-up back"),
    "attended": _("Was there"),
    "absent": _("Did not come"),
}
SIGNUP_TONES = {
    "signed": "good",
    "waiting": "attention",
    "offered": "attention",
    "declined": "calm",
    "cancelled": "calm",
    "attended": "good",
    "absent": "calm",
}
CHANGEABLE = ("draft", "awaiting", "published")
"""An event that is over or called off is history."""
