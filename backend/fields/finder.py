"""One thing to choose, and how a phrase is found to mean it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.core.i18n import LOCALES, Text, render, text_from_json, text_to_json
from backend.fields.numerals import arabic
from backend.fields.plain import folded


@dataclass(frozen=True, slots=True)
class Choices:
    """One thing to choose: its value, its label, a short label for SMS, and other words that mean it."""

    value: str
    label: Text
    short: Text | None = None
    words: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"value": self.value, "label": text_to_json(self.label)}
        if self.short is not None:
            data["short"] = text_to_json(self.short)
        return data | ({"words": list(self.words)} if self.words else {})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Choices:
        short = data.get("short")
        return cls(
            str(data["value"]),
            text_from_json(data["label"]),
            None if short is None else text_from_json(short),
            tuple(data.get("words", ())),
        )


class Picked(str):
    """The value of an option that came from facts; it keeps its label, for when the facts have moved on."""

    __slots__ = ("label",)
    label: Text

    def __new__(cls, value: str, label: Text) -> Picked:
        self = super().__new__(cls, value)
        self.label = label
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (Picked, (str(self), self.label))


_INDEX = re.compile(
    r"(?:我?(?:就?选择?|要|按|回复?|option|number|no\.?|#|the)\s*)?第?\s*(\d{1,2})\s*(?:个|项|号|st|nd|rd|th)?(?: one)?(?:吧|啊|呀|嘛|呗|好了|就行|可以)?[.、)）]?"
)
_ORDINALS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
             "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "the first": 1, "the second": 2,
             "the third": 3, "first one": 1, "second one": 2, "third one": 3, "the first one": 1,
             "the second one": 2, "the third one": 3}  # fmt: skip


def index_in(text: str) -> int | None:
    """The number of an option: `2`, `２.`, `②`, `二`, `第二个`, `选2`, `option 2`, `the second`."""
    if len(text) > 24:
        return None
    said = folded(text)
    if said in _ORDINALS:
        return _ORDINALS[said]
    match = _INDEX.fullmatch(arabic(said))
    return int(match[1]) if match else None


class Finder:
    """Finds which of some Choices a phrase means."""

    def __init__(self, choices: Sequence[Choices]) -> None:
        self.choices = tuple(choices)
        self.exact: dict[str, str] = {}
        self.phrases: list[tuple[str, str]] = []
        for option in choices:
            labels = [t for t in (option.label, option.short) if t]
            words = [folded(render(text, locale)) for text in labels for locale in LOCALES]
            for word in dict.fromkeys([*words, *(folded(w) for w in option.words), folded(option.value)]):
                if word:
                    self.exact.setdefault(word, option.value)
                    if not word.isdigit():
                        self.phrases.append((word, option.value))

    def find(self, text: str) -> str | None:
        """The value that the whole text means: exactly, by number, by a prefix, a part, or the words in it."""
        said = folded(text)
        if not said:
            return None
        if said in self.exact:
            return self.exact[said]
        number = index_in(text)
        if number is not None:
            return self.choices[number - 1].value if 1 <= number <= len(self.choices) else None
        for test in (str.startswith, str.__contains__):
            found = {value for word, value in self.phrases if test(word, said)}
            if len(found) == 1:
                return found.pop()
        return self.mentioned(said)

    def mentioned(self, said: str) -> str | None:
        """The one option of which the text says most; None when two are equal."""
        scores: dict[str, int] = {}
        for word in self.within(said):
            scores[word[1]] = scores.get(word[1], 0) + len(word[0])
        best = sorted(scores.items(), key=lambda item: -item[1])[:2]
        if not best or (len(best) > 1 and best[0][1] == best[1][1]):
            return None
        return best[0][0]

    def within(self, said: str) -> list[tuple[str, str]]:
        """The (word, value) pairs whose word the text holds; a Latin word must stand by itself."""
        return [
            (word, value)
            for word, value in self.phrases
            if word in said
            and (not word.isascii() or re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", said))
        ]
