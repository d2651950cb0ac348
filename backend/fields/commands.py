"""The words that work anywhere in a conversation, in both languages. Only a whole short message is a command."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, cast, get_args

from backend.fields import command_words
from backend.fields.phrasing import pattern
from backend.fields.plain import folded
from backend.fields.spelling import respelt
from backend.fields.words import Said

Command = Literal["help", "back", "skip", "cancel", "menu", "language", "person", "repeat", "review"]

_BY_PHRASE: dict[str, Command] = {
    phrase.replace("_", " "): cast("Command", name)
    for phrases in (command_words.PHRASES_HAN, command_words.PHRASES_LATIN)
    for name, words in phrases.items()
    for phrase in words.split()
}
_KEYED: dict[str, Command] = {"*": "repeat", "0": "person"}
_TYPED: dict[str, Command] = {
    "0": "menu",
    "*": "repeat",
    "?": "help",
    "??": "help",
    "？": "help",
    "？？": "help",
}
_BY_CHOICE: dict[str, Command] = {f"!{name}": name for name in get_args(Command)}
_HAN = re.compile(r"[\u3400-\u9fff]")
_IN_HAN = tuple(
    (cast("Command", name), pattern(lines, command_words.HAN_LISTS))
    for name, lines in command_words.HAN_SENTENCES.items()
)
_IN_LATIN = tuple(
    (cast("Command", name), pattern(lines, command_words.LATIN_LISTS, " "))
    for name, lines in command_words.LATIN_SENTENCES.items()
)
"""Whole sentences; the first that matches is meant. Latin ones are looked for with a blank behind the last word."""
_BEFORE, _AFTER = (
    "|".join(
        re.escape(word.replace("_", " ")) for word in sorted(f"{han} {latin}".split(), key=len, reverse=True)
    )
    for han, latin in zip(command_words.AROUND_HAN, command_words.AROUND_LATIN, strict=True)
)
_POLITE = re.compile(rf"^(?:{_BEFORE})+(?=..)|(?:{_AFTER})+$")
"""What people say around a word of command."""
LONGEST = 48


def command(said: Said) -> Command | None:
    """The command that the whole message is, if it is one.

    It does not know the question: "0" may be a number that was asked for and "English" an option. Where a Form is
    open, ask `Form.command`, which lets the open question claim its own answers first.
    """
    if said.choice is not None:
        return _BY_CHOICE.get(said.choice)
    if not said.text or len(said.text) > LONGEST:
        return None
    bare = said.text.strip()
    return _KEYED.get(bare) if said.keyed else _typed(bare)


@lru_cache(maxsize=512)
def _typed(bare: str) -> Command | None:
    """What these words are; both the router and the Form's step ask it, in every turn."""
    phrase = folded(bare)
    known = _TYPED.get(bare) or _BY_PHRASE.get(phrase) or _TYPED.get(phrase)
    if known is not None or not phrase:
        return known
    han = _HAN.search(phrase) is not None
    for name, sentence in _IN_HAN if han else _IN_LATIN:
        if sentence.fullmatch(phrase if han else f"{phrase} "):
            return name
    return _BY_PHRASE.get(respelt(phrase)) or _BY_PHRASE.get(_POLITE.sub("", phrase))
