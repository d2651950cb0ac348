"""Text as people send it, made fit to read: no control characters, no tricks of width or direction."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

FOLD_LIMIT = 400
"""Longest text that is compared with words and options; a longer one is prose."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_JOINERS = re.compile("[\u200c\u200d\ufe00-\ufe0f]")
_SPACES = re.compile(r"\s+")
_EDGES = " \t\r\n。.,，、!！;；:：~～…\"'“”‘’「」『』()（）[]【】"


def clean(text: str) -> str:
    """One line of text without what cannot be seen; runs of blanks become one space."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _SPACES.sub(" ", _UNSEEN.sub("", text)).strip()


def clean_lines(text: str) -> str:
    """Text of several lines without what cannot be seen."""
    if text.isprintable():
        return text.strip()
    lines = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n")).split(
        "\n"
    )
    return "\n".join(line.rstrip() for line in lines).strip()


def folded(text: str) -> str:
    """The text for comparing: half width, lower case, no punctuation at its edges. Cut at `FOLD_LIMIT`."""
    return _folded(text[:FOLD_LIMIT])


@lru_cache(maxsize=1_000)
def _folded(text: str) -> str:
    """One turn asks it of the same words again and again: is it a command, an option, a wish?"""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if not text.isprintable() or not text.isascii():
        text = _JOINERS.sub("", _UNSEEN.sub("", text))
    return _SPACES.sub(" ", text).strip(_EDGES).casefold()


def made_of(piece: re.Pattern[str], text: str, longest: int) -> bool:
    """Whether all of `text` is pieces that this pattern fits, each of `longest` characters at most. One pattern with a star says the
    same, and tries every way to cut the text: for 谢谢谢谢谢谢, with 谢 and 谢谢, twice as many with every letter.
    """
    reached = {0}
    for start in range(len(text)):
        if start in reached:
            ends = range(start + 1, min(start + longest, len(text)) + 1)
            reached.update(end for end in ends if end not in reached and piece.fullmatch(text, start, end))
    return bool(text) and len(text) in reached


def half_width(text: str) -> str:
    """The text with half-width letters, digits and signs, otherwise as typed. Cut at `FOLD_LIMIT`."""
    text = text[:FOLD_LIMIT]
    if not text.isascii():
        text = _JOINERS.sub("", unicodedata.normalize("NFKC", text))
    return clean(text)


def shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
