"""The names that a condition may use, what kind of value each is, and what it means: the whole vocabulary. Pure.

A bare point is what this very message says; `last.`, `before.`, `since.` and `ago.` ask what is known of a point; `device.` and `home.` are about the
device and about whoever's home it is in.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from backend.core.i18n import LOCALES, Msg, _, render
from iot.points import POINTS

Kind = Literal["yes_no", "number", "text"]
PLACES: dict[str, Msg] = {
    "last": _("its last known value, also when this message does not say it"),
    "before": _("its value before this message"),
    "since": _("for how many seconds it has had its value"),
    "ago": _("how many seconds ago it was said"),
}
"""What may stand before a point, with a dot."""
ABOUT: dict[str, tuple[Kind, Msg]] = {
    "device.name": ("text", _("the device’s name")),
    "device.model": ("text", _("the name of its model")),
    "device.building": ("text", _("the building where it is, like “3”")),
    "device.unit": ("text", _("the unit of that building")),
    "device.room": ("text", _("the room number")),
    "home.alone": ("yes_no", _("nobody else is registered in this home")),
    "home.age": ("number", _("the age of the resident whose device it is, in years")),
    "home.away": ("yes_no", _("she has told us that she is away")),
    "home.quiet": (
        "number",
        _("for how many seconds no device of this home has noticed anybody (motion, a door, a switch)"),
    ),
}
TIMES = ("since", "ago", "home.quiet")
"""These grow by themselves, without a message."""
_CEL_TAKES = {"yes_no": "yes_no", "event": "yes_no", "number": "number", "text": "text"}


@dataclass(frozen=True, slots=True)
class Name:
    """`place` is "" for a bare point, else the word before the dot; `word` the point, or what is asked of device or home."""

    place: str
    word: str
    kind: Kind

    @property
    def text(self) -> str:
        return f"{self.place}.{self.word}" if self.place else self.word

    @property
    def variable(self) -> str:
        """What it is called in CEL."""
        return f"{self.place}_{self.word}" if self.place else self.word

    @property
    def grows(self) -> bool:
        return self.place in TIMES or self.text in TIMES

    @property
    def point(self) -> str:
        """The point that it is about; "" for device and home."""
        return "" if self.text in ABOUT else self.word


def find(text: str) -> Name | None:
    """None when there is no such name."""
    if text in ABOUT:
        place, _dot, word = text.partition(".")
        return Name(place, word, ABOUT[text][0])
    place, dot, word = text.partition(".") if "." in text else ("", "", text)
    if word not in POINTS or (dot and place not in PLACES):
        return None
    kind: Kind = "number" if place in TIMES else _CEL_TAKES[POINTS[word].kind]  # type: ignore[assignment]
    return Name(place, word, kind)


def nearest(text: str) -> str:
    """The name that was probably meant; "" when none is near."""
    place, dot, word = text.rpartition(".")
    for point in POINTS.values():
        # As it is called in somebody's language, or its beginning.
        if word in {render(point.title, locale) for locale in LOCALES} or (
            len(word) > 2 and point.name.startswith(word)
        ):
            return f"{place}.{point.name}" if place in PLACES else point.name
    for known in ABOUT:
        if known.rpartition(".")[0] == place and difflib.get_close_matches(
            word, [known.rpartition(".")[2]], 1, 0.6
        ):
            return known
    found = difflib.get_close_matches(word, list(POINTS), 1, 0.6)
    if not found:
        return next(iter(difflib.get_close_matches(text, list(_all()), 1, 0.6)), "")
    if not dot:
        return found[0]
    before = difflib.get_close_matches(place, list(PLACES), 1, 0.5)
    return f"{before[0] if before else 'last'}.{found[0]}"


def _all() -> Iterator[str]:
    yield from POINTS
    yield from ABOUT
