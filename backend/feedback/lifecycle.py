"""How a piece of feedback goes from one status to the next. Pure."""

from __future__ import annotations

from backend.core.i18n import Text, _

STATUSES: dict[str, Text] = {
    "new": _("New"),
    "in_work": _("In work"),
    "answered": _("Answered"),
    "closed": _("Closed"),
}
OPEN = ("new", "in_work", "answered")
KINDS: dict[str, Text] = {
    "suggestion": _("Suggestion"),
    "complaint": _("Complaint"),
    "praise": _("Praise"),
}
TOPICS: dict[str, Text] = {
    "clean": _("Cleanliness and greenery"),
    "property": _("Property management"),
    "safety": _("Safety"),
    "facilities": _("Facilities and parking"),
    "noise": _("Noise and neighbours"),
    "staff": _("Somebody who works here"),
    "other": _("Something else"),
}
_AFTER: dict[str, tuple[tuple[str, ...], str]] = {
    "begin": (("new",), "in_work"),
    "answer": (OPEN, "answered"),
    "close": (OPEN, "closed"),
    "reopen": (("closed",), "in_work"),
}


def after(act: str, status: str) -> str | None:
    """The status that `act` leads to; None where it does not fit."""
    sources, target = _AFTER[act]
    return target if status in sources else None
