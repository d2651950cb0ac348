"""A conversation as the webchat's page draws it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.core.i18n import EASY, LANGUAGES
from backend.messaging import threads
from backend.messaging.threads import Heard, Line, Told
from bots.webchat import told_item

CHOSEN = {
    value: name
    for locale, spoken in LANGUAGES.items()
    for value, name in ((f"lang:{locale}", spoken.name), (f"lang:{locale}{EASY}", spoken.easy))
}
"""How a choice of language is shown: in that language."""


def lines(conversation: Sequence[Line]) -> list[dict[str, Any]]:
    """Items in order. Of ours: `closed` when the options are gone. Of hers: `event`, and `text`, `photo` (address) or `place`."""
    items: list[dict[str, Any]] = []
    asked: list[tuple[Told, dict[str, Any]]] = []
    for place, line in enumerate(conversation):
        if isinstance(line, Told):
            item = told_item(line.id, line.message_id, line.content, line.at)
            asked.append((line, item))
        else:
            item = _heard_item(line, conversation[:place])
            _answered(line, asked)
        items.append(item)
    return items


def _heard_item(line: Heard, before: Sequence[Line]) -> dict[str, Any]:
    item: dict[str, Any] = {"event": line.event_id, "at": line.at, "text": line.text}
    if line.choice is not None and not line.text:
        item["text"] = CHOSEN.get(line.choice) or threads.label_of(line.choice, before) or "✓"
    if line.media is not None:
        item["photo"] = f"/chat/photo/{line.media}"
    if line.location is not None:
        item["place"] = True
    return item


def _answered(line: Heard, asked: list[tuple[Told, dict[str, Any]]]) -> None:
    """Questions before an answer are over, and so is what she picked from."""
    for told, item in reversed(asked):
        if line.choice in [option.value for option in told.content.options]:
            item["closed"] = True
            break
    for _told, item in asked:
        if not item["keep"]:
            item["closed"] = True
