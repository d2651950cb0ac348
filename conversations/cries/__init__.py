"""Whether somebody cries for help: the words of `han.py` and `english.py`, and what takes their meaning away. Pure.

A lesson about fires is no fire, a fall of last year needs nobody today, and who dies of laughter is well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from conversations.cries import english, han, notation

_FIRST = "".join(sorted({word[0] for word in han.WHO.split()}))
# The first character is looked at before the words: most places of a story are passed over by it.
_WHO = f"(?=[{_FIRST}])(?:" + "|".join(sorted(han.WHO.split(), key=len, reverse=True)) + ")"
_PERSON = "(?:" + "|".join(english.PERSON.split()) + ")"
_CLAUSE = re.compile(r"[，。！？；,.!?;\n…]")
_NEAR, _LESSON = 6, 12
"""Characters before a cry that tell what it is, and after its beginning that may name a lesson."""
_HAN = re.compile(r"[\u3400-\u9fff0-9🆘]")
_LATIN = re.compile(r"[a-zA-Z]")


def _any(words: str) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, words.split()), key=len, reverse=True)))


_WORRY, _CERTAIN, _PAST, _NOW = _any(han.WORRY), _any(han.CERTAIN), _any(han.PAST), _any(han.NOW)
_SHOWN, _TOLD, _JEST = _any(han.SHOWN), _any(han.TOLD), _any(han.JEST)
_TAUGHT = re.compile(f"(?:{_any(han.TAUGHT).pattern})(?![{''.join(han.HAPPENS.split())}])")


class Cries:
    """Lines that are searched for together, as one pattern would be."""

    def __init__(self, happens: Iterable[str] = (), pleas: str = "", whole: str = "", latin: Iterable[str] = (), whole_latin: str = "") -> None:  # fmt: skip
        self._lines: list[tuple[re.Pattern[str], bool]] = []
        self._always: list[int] = []
        self._by_character: dict[str, list[int]] = {}
        for text, plea in [(text, False) for text in happens] + [(pleas, True)]:
            for line in notation.lines(text):
                self._add(notation.han(line, _WHO), plea)
        for line in notation.lines(whole):
            self._add(rf"^\W*{notation.han(line, _WHO)}", True)
        anywhere = "|".join(notation.english(x, _PERSON) for text in latin for x in notation.lines(text))
        first = "|".join(notation.english(line, _PERSON) for line in notation.lines(whole_latin))
        parts = [rf"\b(?:{anywhere})"] + ([rf"^\W*(?:{first})"] if first else [])
        self._latin = re.compile("|".join(parts))

    def _add(self, pattern: str, plea: bool) -> None:
        self._lines.append((re.compile(pattern), plea))
        for character in (needs := notation.needs(pattern)):
            self._by_character.setdefault(character, []).append(len(self._lines) - 1)
        if not needs:
            self._always.append(len(self._lines) - 1)

    def search(self, text: str) -> re.Match[str] | None:
        """The words that cry for help; None when none do."""
        if _HAN.search(text) and (found := self._in_han(text)) is not None:
            return found
        return self._latin.search(text.lower()) if _LATIN.search(text) else None

    def _in_han(self, text: str) -> re.Match[str] | None:
        lines = set(self._always)
        for character in set(text):
            lines.update(self._by_character.get(character, ()))
        for number in sorted(lines):
            pattern, plea = self._lines[number]
            for match in pattern.finditer(text):
                if not _harmless(text, match, plea):
                    return match
        return None


def _harmless(text: str, match: re.Match[str], plea: bool) -> bool:
    """Whether what stands around the words says that nobody is in danger."""
    clause = _CLAUSE.split(text[: match.start()])[-1]
    near = _CERTAIN.sub("", clause[-_NEAR:])
    lesson = _TAUGHT.search(text[match.start() : match.start() + _LESSON + 4])
    if lesson is not None or _SHOWN.search(clause) or _TOLD.match(text[match.end() : match.end() + _NEAR]):
        return True
    if plea:
        return bool(_JEST.search(text[max(0, match.start() - _LESSON) : match.end() + _LESSON]))
    return bool(_WORRY.search(near)) or (bool(_PAST.search(clause)) and not _NOW.search(text))


_HAPPENS = (han.FIRE, han.FALL, han.ILL, han.VIOLENCE, han.ACCIDENT)
_HAPPENS_EN = (english.HELP_EN, english.FIRE_EN, english.FALL_EN, english.ILL_EN, english.VIOLENCE_EN, english.ACCIDENT_EN)  # fmt: skip
_TOOLS, _TOOLS_EN = (han.GAS, han.TRAPPED), (english.GAS_EN, english.TRAPPED_EN)
CRY = Cries(_HAPPENS, han.HELP, han.WHOLE, _HAPPENS_EN, english.WHOLE_EN)
"""Heard at any time, even in the middle of a form."""
TOOLS = Cries(_TOOLS, latin=_TOOLS_EN)
"""Where the alarm is not all: somebody with tools has to come. Heard when nothing is open."""
TROUBLE = Cries((han.TROUBLE, *_TOOLS), latin=(english.TROUBLE_EN, *_TOOLS_EN))
"""Heard when nothing is open: in the middle of a form they may belong to a story."""
