"""Which option an answer picks, and what it answers: the open question, an offer, or something settled long ago."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from backend.core import clock
from backend.core.db import execute
from backend.core.i18n import _
from backend.fields.finder import index_in
from backend.fields.plain import folded
from backend.fields.words import Option, Said
from backend.messaging.content import Content
from conversations.flow import AT_ONCE
from conversations.inbound import Inbound
from conversations.memory import Memory
from conversations.registry import Registry
from conversations.store import Found

_OPTIONS_OF = "SELECT identity_id, resident_id, staff_id, content FROM message WHERE id = ?"
_BEFORE = (
    "SELECT content, about, inbound_id, created_at FROM message WHERE identity_id = ? AND id < ? AND created_at > ?"
    # What we answered to the last that she wrote, and what came unasked since.
    " AND (inbound_id = (SELECT MAX(id) FROM inbound WHERE identity_id = ?) OR (inbound_id IS NULL"
    " AND created_at > COALESCE((SELECT MAX(at) FROM inbound WHERE identity_id = ?), 0))) ORDER BY id DESC LIMIT 8"
)
_CAME = (
    "SELECT m.about, m.inbound_id, MIN(m.created_at), MAX(d.updated_at),"
    " MAX(CASE WHEN d.status IN ('pending', 'sending') THEN 1 ELSE 0 END),"
    " MAX(CASE WHEN d.channel = 'voice' THEN 1 ELSE 0 END), MAX(CASE WHEN d.channel = 'sms' AND d.status = 'sent' THEN 1 ELSE 0 END)"
    " FROM message m LEFT JOIN delivery d ON d.message_id = m.id WHERE m.id = ? GROUP BY m.id, m.about, m.inbound_id"
)
_LATELY = "SELECT content FROM message WHERE identity_id = ? AND created_at > ? ORDER BY id DESC LIMIT 8"
_UNASKED = "SELECT content FROM message WHERE identity_id = ? AND inbound_id IS NULL AND created_at > ? ORDER BY id DESC LIMIT 8"
WHICH = "?"
"""Not an option: two that were offered may be meant."""
URGENT = ("checkin.", "alarm.")
"""Commands whose options must not lose their answer to a notice that came later."""
UNANSWERED_MS = 24 * 3_600_000
TALKING_MS = 2 * 60_000
"""How long choices that came with an answer of ours are on her mind; those of a notice stay until she writes."""
UNREAD_MS = 12_000
"""Nobody has opened a text message, read it, and typed and sent an answer to it, so soon after it left or reached her phone."""
UNCONFIRMED_MS = 30 * 60_000
"""So long after it left a text message without a receipt may be on its way still."""
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
    offered = said.choice is None and found.offer_id is not None and not _said_before(inbound, found)
    if offered and said.text and len(said.text) <= LONGEST:
        value = _offered(said.text, found, memory, registry)
        if value is not None:
            return (said, "which") if value == WHICH else (replace(said, choice=value), "offer")
    return said, "form"


def _said_before(inbound: Inbound, found: Found) -> bool:
    """Whether she wrote this before she was offered anything: a channel kept it for us while we were away."""
    if inbound.said_at is None or clock.now() - inbound.said_at < AT_ONCE:
        return False
    row = execute("SELECT created_at FROM message WHERE id = ?", (found.offer_id,)).fetchone()
    return row is not None and clock.from_ms(int(row[0])) > inbound.said_at + AT_ONCE


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


def _offered(text: str, found: Found, memory: Memory, registry: Registry) -> str | None:
    """The option that the text picks from what she was offered last, or before that; WHICH when either may be meant."""
    content = _options_of(found.offer_id, found) if found.offer_id is not None else None
    if content is None:
        return None
    if _NUMBER.fullmatch(text):
        if rivals(text, found, memory):
            return WHICH
        if memory.form is not None and not _urgent(content) and _came(found).just_now:
            return None  # an answer to the open question: the notice that came just now cannot have been read
        if memory.form is None and _numbered(content, text) is None:
            earlier = (_numbered(before.content, text) for before in _before(found))
            return next((option.value for option in earlier if option is not None), None)
    picked = _picked(content, text) if len(text) <= LONGEST_PICK else None
    picked = picked or _heard(content, text, registry)
    return picked or (_urgently(text, found) if memory.form is None else None)


def _urgently(text: str, found: Found) -> str | None:
    """The answer to an alarm or a check-in of today that these are the very words of, whatever she was told since: she wrote something else first, and was
    shown the menu."""
    plain = folded(text) if len(text) <= LONGEST_PICK else ""
    if not plain:
        return None
    contents = (
        Content.unseal(sealed) for (sealed,) in execute(_UNASKED, (found.id, clock.now_ms() - UNANSWERED_MS))
    )
    named = (_named(content, plain) for content in contents if _urgent(content))
    return next(filter(None, named), None)


def rivals(text: str, found: Found, memory: Memory) -> tuple[Option, ...]:
    """What the bare number in `text` picks from the two Messages that may be meant, the earlier one first: a notice came after
    a check-in or an alarm, and she has written nothing since; or it came just now, and she may not have read it yet. Nothing
    while only one of the two has that number."""
    newest = _options_of(found.offer_id, found) if found.offer_id is not None else None
    if newest is None or (other := _numbered(newest, text)) is None:
        return ()
    before = _before(found)
    if not _urgent(newest):
        urgent = next((b.content for b in before if b.notice and _urgent(b.content)), None)
        if urgent is not None:
            meant = _numbered(urgent, text)
            return (meant, other) if meant is not None else ()
    came = _came(found)
    if came.unconfirmed and memory.form is None:
        # Of two alarms the first may be all that her telephone has shown her yet.
        before = [
            one
            for one in before
            if came.just_now or (one.notice and _urgent(one.content) and _urgent(newest))
        ]
    elif not came.just_now:
        return ()
    if memory.form is not None:
        # The open question's answer is taken for one, unless it would have answered an alarm.
        return (_to_the_question(text, found, memory), other) if _urgent(newest) else ()
    lately = clock.now_ms() - TALKING_MS
    for earlier in before:
        meant = _numbered(earlier.content, text)
        if meant is not None and (earlier.notice or earlier.said_at >= lately):
            same = meant.value == other.value or (came.about is not None and earlier.about == came.about)
            return () if same else (meant, other)
    return ()


def _to_the_question(text: str, found: Found, memory: Memory) -> Option:
    """What the number answers in the open Form; with no such choice there, to be asked that question again."""
    asked = _options_of(memory.asked, found) if memory.asked is not None else None
    option = _numbered(asked, text) if asked is not None else None
    return option or Option("!repeat", _("What you asked me before"), _("What you asked"))


class _Came(NamedTuple):
    """How the last offer came to her: what it is about, and whether she cannot have read it yet."""

    about: str | None
    just_now: bool
    unconfirmed: bool = False
    """A text message that left lately and of which the carrier has not said that it arrived."""


def _came(found: Found) -> _Came:
    row = execute(_CAME, (found.offer_id,)).fetchone()
    if row is None:
        return _Came(None, just_now=False)
    about, inbound_id, written, moved, on_its_way, spoken, sent = row
    if inbound_id is not None:
        return _Came(about, just_now=False)  # said to her in answer
    # In a call she answers what she has just heard.
    age = clock.now_ms() - int(moved or written)
    unread = not spoken and age < UNREAD_MS
    unconfirmed = bool(sent) and not spoken and age < UNCONFIRMED_MS
    return _Came(about, just_now=bool(on_its_way) or unread, unconfirmed=unconfirmed)


class _Before(NamedTuple):
    """An earlier offer; `notice`: said to her unasked, not in answer."""

    content: Content
    about: str | None
    notice: bool
    said_at: int


def _before(found: Found) -> list[_Before]:
    """What she was offered before the last offer, since she last wrote, newest first."""
    since = clock.now_ms() - UNANSWERED_MS
    rows = execute(_BEFORE, (found.id, found.offer_id, since, found.id, found.id)).fetchall()
    said = [
        _Before(Content.unseal(sealed), about, inbound_id is None, at)
        for sealed, about, inbound_id, at in rows
    ]
    return [before for before in said if before.content.options]


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
    return _named(content, plain) if plain else None


def _named(content: Content, plain: str) -> str | None:
    """The option that bears this name."""
    return next((o.value for o in content.options if plain in (folded(o.label), folded(o.short))), None)


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
