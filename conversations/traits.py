"""What a sentence looks like to the learnt part: its characters, its sounds, its words and their kinds, as short strings. Pure.

保修, 报修 and “baoxiu” share the traits of their sound, and 屋头 those of 家里: what is rare in the examples borrows from what is
frequent. A trait is `kind:value`; a sentence has each at most once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from backend.fields.plain import folded
from backend.fields.spelling import respelt
from conversations import topics
from conversations.sounds import southern, spelt, standardised, syllables

LONGEST = 200
"""Characters that are looked at."""
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z']+|\d+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SIGN = re.compile(r"[^\w\s]")
_CHARACTERS, _SOUNDS, _WORDS = 3, 3, 2
"""How many stand together in a trait, at most."""
_STEM = 4
"""Letters of an English word that its forms and most of its slips share."""


def traits(text: str) -> frozenset[str]:
    """All traits of `text`."""
    return frozenset(_all(folded(text[:LONGEST]).replace("\u2019", "'")))


def _all(plain: str) -> Iterator[str]:
    chinese = _HAN.search(plain) is not None
    for written in {plain, standardised(respelt(plain))} if chinese else ():
        yield from _together(
            "h", "", ["0" if u.isdigit() else u for u in written if u.isalnum()], _CHARACTERS
        )
    standard = standardised(respelt(plain)) if chinese else plain
    words = [run for run in _RUN.findall(standard) if run.isascii() and run.isalpha()]
    spelt_out = {word: spelt(word) for word in words}
    if chinese or None not in spelt_out.values():
        sounds = ["<"]
        for run in _RUN.findall(standard):
            split = spelt_out.get(run) or ("0",)
            sounds += [southern(s) for s in split] if run.isascii() else syllables(run)
        yield from _together("s", " ", [*sounds, ">"], _SOUNDS)
    yield from _together("w", " ", words, _WORDS)
    for word in words:
        yield from (f"l:{word[at : at + _STEM]}" for at in range(max(0, len(word) - _STEM + 1)))
    yield from (f"k:{kind}" for kind in topics.kinds(plain))
    yield from (f"t:{topic}" for topic, points in topics.about(plain).items() if points >= topics.CLEAR)
    yield from (f"p:{sign}" for sign in _SIGN.findall(plain))
    yield f"n:{min(len(plain) // 4, 8)}"
    yield "b:han" if chinese else "b:latin"


def _together(kind: str, between: str, units: Sequence[str], most: int) -> Iterator[str]:
    for size in range(1, most + 1):
        for at in range(len(units) - size + 1):
            yield f"{kind}:{between.join(units[at : at + size])}"
