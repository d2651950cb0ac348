"""Which option an answer picks, and what it answers: the open question, an offer, or something settled long ago."""

from __future__ import annotations

import re
from dataclasses import replace

from backend.core import clock
from backend.core.db import execute
from backend.fields.finder import index_in
from backend.fields.plain import folded
from backend.fields.words import Option, Said
from backend.messaging.content import Content
from conversations.inbound import Inbound
from conversations.memory import Memory
from conversations.registry import Registry
from conversations.store import Found

_OPTIONS_OF = "SELECT identity_id, resident_id, staff_id, content FROM message WHERE id = ?"
_UNANSWERED = (
    "SELECT content FROM message WHERE identity_id = ? AND id < ? AND inbound_id IS NULL AND created_at > ?"
    " AND created_at > COALESCE((SELECT MAX(at) FROM inbound WHERE identity_id = ?), 0) ORDER BY id DESC LIMIT 8"
)
_LATELY = "SELECT content FROM message WHERE identity_id = ? AND created_at > ? ORDER BY id DESC LIMIT 8"
URGENT = ("checkin.", "alarm.")
"""Commands whose options must not lose their answer to a notice that came later."""
UNANSWERED_MS = 24 * 3_600_000
_NUMBER = re.compile(r"\s*(?:回复?|选|按)?\s*([0-9０-９]{1,2})\s*[.。、,，)）]?\s*")

LONGEST_NUMBERED, LONGEST_PICK, LONGEST = 16, 40, 200
"""Characters of an answer that has the number of an option and what the list is of, of one that names it, and of one that means
it in words of its own."""


def resolve(inbound: Inbound, found: Found, memory: Memory, registry: Registry) -> tuple[Said, str]:
    """What was said, with a picked option looked up, and what it answers: "form", "offer", "stale", or "which" of two
    Messages."""
    said = inbound.said
    if inbound.message_id is not None:
        content = _options_of(inbound.message_id, found)
        if content is None or not 0 <= (inbound.option or 0) < len(content.options):
            return said, "stale"
        picked = content.options[inbound.option or 0].value
        said = replace(said, choice=picked)
        if inbound.message_id == memory.asked:
            return said, "form"
        return said, "offer" if ":" in picked or picked.startswith("!") else "stale"
    if said.choice is None and memory.form is None and (named := _of_a_list(said.text, found, registry)):
        return replace(said, choice=named), "offer"
    if said.choice is None and found.offer_id is not None and said.text and len(said.text) <= LONGEST:
        if _NUMBER.fullmatch(said.text) and rivals(said.text, found):
            return said, "which"
        content = _options_of(found.offer_id, found)
        value = None
        if content is not None:
            value = _picked(content, said.text) if len(said.text) <= LONGEST_PICK else None
            value = value or _heard(content, said.text, registry)
        if value is not None:
            return replace(said, choice=value), "offer"
    return said, "form"


def _of_a_list(text: str, found: Found, registry: Registry) -> str | None:
    """The option that 活动回2 picks, of the newest list of events that she was shown today, whatever came after it."""
    if not 2 <= len(text) <= LONGEST_NUMBERED:
        return None
    for command in registry.commands.values():
        if command.beside is None or not command.beside.search(text):
            continue
        number = index_in(command.beside.sub(" ", text))
        if number is None:
            continue
        since = clock.now_ms() - UNANSWERED_MS
        for (sealed,) in execute(_LATELY, (found.id, since)).fetchall():
            options = Content.unseal(sealed).options
            if 0 < number <= len(options) and options[number - 1].value.startswith(f"{command.name}:"):
                return f"{options[number - 1].value}:{text}"
    return None


def rivals(text: str, found: Found) -> tuple[Option, ...]:
    """What the bare number in `text` picks from the two Messages that may be meant, the urgent one first: a notice came after a
    check-in or an alarm, and she has written nothing since. Nothing while only one of the two has that number."""
    newest = _options_of(found.offer_id, found) if found.offer_id is not None else None
    if newest is None or _urgent(newest):
        return ()
    since = clock.now_ms() - UNANSWERED_MS
    for (sealed,) in execute(_UNANSWERED, (found.id, found.offer_id, since, found.id)).fetchall():
        earlier = Content.unseal(sealed)
        if _urgent(earlier):
            urgent, other = _numbered(earlier, text), _numbered(newest, text)
            return (urgent, other) if urgent is not None and other is not None else ()
    return ()


def _urgent(content: Content) -> bool:
    return any(option.value.startswith(URGENT) for option in content.options)


def _options_of(message_id: int, found: Found) -> Content | None:
    """The Message's content when it was said to this person; nobody answers what others were asked."""
    row = execute(_OPTIONS_OF, (message_id,)).fetchone()
    if row is None:
        return None
    identity_id, resident_id, staff_id, content = row
    same_person = (found.resident_id is not None and resident_id == found.resident_id) or (
        found.staff_id is not None and staff_id == found.staff_id
    )
    return Content.unseal(content) if identity_id == found.id or same_person else None


def _numbered(content: Content, text: str) -> Option | None:
    match = _NUMBER.fullmatch(text)
    if match is None or not 0 < int(match.group(1)) <= len(content.options):
        return None
    option = content.options[int(match.group(1)) - 1]
    return Option(option.value, option.label, option.short or None)


def _picked(content: Content, text: str) -> str | None:
    """The option that the text picks: by its number, or by its words."""
    if (numbered := _numbered(content, text)) is not None:
        return numbered.value
    plain = folded(text)
    return next(
        (o.value for o in content.options if plain and plain in (folded(o.label), folded(o.short))), None
    )


def _heard(content: Content, text: str, registry: Registry) -> str | None:
    """The option that its Command hears in these words, as the value to choose. A cry for help answers nothing else."""
    for option in content.options:
        name, _colon, argument = option.value.partition(":")
        command = registry.commands.get(name)
        if command is None or command.hears is None:
            continue
        heard = command.hears(argument, text)
        if heard is not None and registry.cry(text) is None:
            return f"{name}:{heard}"
    return None
