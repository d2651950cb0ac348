"""The words of a relation: its kinds, what a relative may be told about, and how a resident says yes."""

from __future__ import annotations

from collections.abc import Iterable

from backend.core.i18n import Msg, _

KINDS: dict[str, Msg] = {
    "family": _("Family"),
    "carer": _("Carer"),
    "volunteer": _("Volunteer"),
    "neighbour": _("Neighbour"),
}
TOPICS: dict[str, Msg] = {
    "checkin": _("How I am each day"),
    "alarm": _("When I need help"),
    "visit": _("Visits to me"),
    "request": _("My repairs"),
    "summary": _("A summary each month"),
    "medicine": _("Whether I take my medicines"),
}
DEFAULT_TOPICS: dict[str, tuple[str, ...]] = {
    "family": ("checkin", "alarm", "visit", "summary"),
    "carer": ("checkin", "alarm", "visit"),
    "volunteer": ("alarm",),
    "neighbour": ("alarm",),
}
"""What a relative is told about until the resident says otherwise."""
CONSENTS: dict[str, Msg] = {
    "code": _("gave a code"),
    "answer": _("said yes in chat"),
    "paper": _("signed on paper"),
    "phone": _("said yes on the phone"),
    "visit": _("said yes at a visit"),
}
BY_STAFF = ("paper", "phone", "visit")
"""How staff can have been given a consent."""


def packed(topics: Iterable[str]) -> str:
    """As stored: known topics only, in one order."""
    wanted = set(topics)
    return ",".join(t for t in TOPICS if t in wanted)


def unpacked(stored: str) -> tuple[str, ...]:
    return tuple(t for t in stored.split(",") if t in TOPICS)


CALLED: dict[str, Msg] = {
    "daughter": _("Daughter"),
    "son": _("Son"),
    "daughter_in_law": _("Daughter-in-law"),
    "son_in_law": _("Son-in-law"),
    "grandchild": _("Grandchild"),
    "spouse": _("Husband or wife"),
    "sibling": _("Brother or sister"),
    "friend": _("Friend"),
}
"""What a resident commonly calls a relative."""
ZONES: dict[str, Msg] = {
    "Asia/Shanghai": _("China"),
    "America/Los_Angeles": _("America, west coast"),
    "America/New_York": _("America, east coast"),
    "Europe/London": _("Britain"),
    "Europe/Berlin": _("Central Europe"),
    "Australia/Sydney": _("Australia, east coast"),
    "Asia/Tokyo": _("Japan"),
    "Asia/Singapore": _("Singapore"),
}
"""Where relatives commonly live, by IANA time zone."""
