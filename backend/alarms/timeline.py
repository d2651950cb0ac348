"""An alarm's timeline in words."""

from __future__ import annotations

import json
from typing import Any

from backend.alarms import kinds, wording
from backend.alarms.models import AlarmNote
from backend.core.i18n import Text, _

PERSONAL = ("told", "called", "asked", "answered", "claimed", "again", "wrote", "cleared")
"""Acts whose lines name people or hold what they said."""


def said_of(note: AlarmNote) -> Text:
    """What happened, for staff."""
    if note.data is None and note.act in PERSONAL:
        return _("What stood here was erased with the resident's file.")
    return _WORDS[note.act](json.loads(note.data) if note.data else {})


def _names(data: dict[str, Any]) -> str:
    return "、".join(data.get("names", ()))


def _told(data: dict[str, Any]) -> Text:
    facts = {"who": kinds.RUNGS[data["who"]], "names": _names(data), "minutes": data["minutes"]}
    if data["round"] > 1:
        return _("Told {who} again: {names}; {minutes} minutes to answer.", **facts)
    return _("Told {who}: {names}; {minutes} minutes to answer.", **facts)


def _answered(data: dict[str, Any]) -> Text:
    facts = {"name": data["name"] or _("The caller"), "means": wording.MEANS[data["answer"]]}
    if data["text"]:
        return _("{name} {means}: “{text}”", **facts, text=data["text"])
    return _("{name} {means}.", **facts)


_WORDS = {
    "raised": lambda data: _(
        "Raised: {title} ({severity}).",
        title=kinds.KINDS[data["kind"]].title,
        severity=kinds.SEVERITIES[data["severity"]],
    ),
    "again": lambda data: _("Reported again: {words}", words=data["words"]),
    "told": _told,
    "home": lambda data: _("She was told at home as well."),
    "called": lambda data: _("No answer yet: rang up {names}.", names=_names(data)),
    "skipped": lambda data: _(
        "Nobody can be reached: {who}. The next is told.", who=kinds.RUNGS[data["who"]]
    ),
    "asked": lambda data: _("Asked {names} how it is.", names=_names(data)),
    "nobody": lambda data: _("Nobody on the whole ladder can be reached. Please act yourself."),
    "answered": _answered,
    "moved": lambda data: _(
        "Her file belongs to {org} now. The next who are told are the people there.", org=data["org"]
    ),
    "claimed": lambda data: _(
        "{name} {means}. Who said so is not certain, so it goes on climbing.",
        name=data["name"] or _("The caller"),
        means=wording.MEANS[data["answer"]],
    ),
    "photo": lambda data: _("The camera sent a picture. Whoever was told has it."),
    "storm": lambda data: _("One of many at the same place: staff are told of all of them together."),
    "remark": lambda data: data["words"],
    "wrote": lambda data: _("{name} wrote: “{text}”", name=data["name"], text=data["text"]),
    "cleared": lambda data: _("{name} has closed it: {why}", name=data["name"], why=data["why"]),
}
