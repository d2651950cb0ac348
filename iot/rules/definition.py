"""A rule as data: what staff write down, and what is kept of each version. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import cached_property
from string import Formatter
from typing import Any, Literal

from backend.alarms import kinds
from backend.core import clock
from backend.core.errors import Invalid
from backend.core.i18n import LOCALES, Msg, _
from iot.rules import condition
from iot.rules.condition import Condition
from iot.rules.facts import LIFE
from iot.rules.schedule import ALWAYS, Schedule
from iot.rules.step import Timing

Where = Literal["all", "devices", "models", "building"]
WHERE: dict[str, Msg] = {
    "all": _("All devices that say what the condition asks for"),
    "devices": _("These devices alone"),
    "models": _("All devices of these models"),
    "building": _("All devices in these buildings"),
}
KINDS = (
    "door_left_open",
    "manhole",
    "tilt",
    "no_movement",
    "water_use",
    "battery_low",
    "too_hot",
    "device_notice",
)
"""Kinds of alarm that a rule may raise. Smoke, gas, water, help buttons and falls wait for no rule (`iot.alarming`)."""
LONGEST = timedelta(days=7)
MOST_TIMES = 50
MOST_NAMED = 200
PLACES = ("name", "value")
"""What the words may hold in braces: the device's name, the first value that the condition asks for."""


@dataclass(frozen=True)
class Definition:
    """`lasts` and `within` in seconds, `times` messages; see `step.Timing`. `where` with `which`: ids of devices or models, or buildings. `words` by
    locale. `ends`: the alarm ends when the clear condition holds; else a person has to close it."""

    name: str
    condition: str
    kind: str
    severity: str
    words: Mapping[str, str]
    clear: str = ""
    lasts: int = 0
    times: int = 1
    within: int = 0
    schedule: Schedule = ALWAYS
    where: Where = "all"
    which: tuple[str, ...] = ()
    ends: bool = True

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "which": list(self.which), "words": dict(self.words)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Definition:
        return cls(**{**data, "schedule": Schedule(**data["schedule"]), "which": tuple(data["which"])})

    @cached_property
    def holds(self) -> Condition:
        return condition.understood(self.condition)

    @cached_property
    def clears(self) -> Condition | None:
        return condition.understood(self.clear, "clear") if self.clear.strip() else None

    @cached_property
    def timing(self) -> Timing:
        return Timing(
            timedelta(seconds=self.lasts), self.times, timedelta(seconds=self.within), self.schedule, clock.zone()
        )  # fmt: skip

    @cached_property
    def names(self) -> tuple[Any, ...]:
        """Of both conditions, each once."""
        return tuple(dict.fromkeys(self.holds.names + (self.clears.names if self.clears else ())))

    @cached_property
    def points(self) -> frozenset[str]:
        """What a message must speak of for the rule to look at it."""
        return frozenset(name.point for name in self.names if name.point) or (
            LIFE if self.of_home else frozenset()
        )

    @cached_property
    def of_home(self) -> bool:
        """Whether it watches a home with all its devices, and not each device for itself."""
        return any(name.text == "home.quiet" for name in self.names)

    @cached_property
    def grows(self) -> bool:
        """Whether time alone may raise it, so that it must be remembered from the first message on."""
        return any(name.grows for name in self.names)

    @cached_property
    def asks_home(self) -> bool:
        return any(name.place == "home" for name in self.names)

    @cached_property
    def asks_place(self) -> bool:
        return self.where == "building" or any(
            name.text in ("device.building", "device.unit", "device.room") for name in self.names
        )


def checked(given: Definition) -> Definition:
    """The same, tidied. Raises Invalid at the field that makes no sense."""
    found = replace(
        given,
        name=given.name.strip()[:80],
        condition=given.condition.strip(),
        clear=given.clear.strip(),
        words={locale: text.strip()[:300] for locale, text in given.words.items() if text.strip() and locale in LOCALES},
        which=tuple(dict.fromkeys(one.strip()[:80] for one in given.which if one.strip()))[:MOST_NAMED],
    )  # fmt: skip
    if not found.name:
        raise Invalid(_("What shall the rule be called?"), "name")
    _ask(found)
    if found.kind not in KINDS:
        raise Invalid(_("Please choose one."), "kind")
    if found.severity not in kinds.SEVERITIES:
        raise Invalid(_("Please choose one."), "severity")
    if found.where not in WHERE:
        raise Invalid(_("Please choose one."), "where")
    if found.where != "all" and not found.which:
        raise Invalid(_("For which? Please choose one at least."), "which")
    if not 0 <= found.lasts <= LONGEST.total_seconds():
        raise Invalid(_("It can last a week at most."), "lasts")
    if not 0 <= found.within <= LONGEST.total_seconds():
        raise Invalid(_("It can last a week at most."), "within")
    if not 1 <= found.times <= MOST_TIMES:
        raise Invalid(_("How many messages? A number from 1 to {n}.", n=MOST_TIMES), "times")
    if not found.words:
        raise Invalid(_("What shall people read? Please write a sentence."), "words")
    for text in found.words.values():
        _places(text)
    return found


def _ask(found: Definition) -> None:
    holds, clears = found.holds, found.clears
    if found.of_home and (point := next((n for n in found.names if n.point), None)) is not None:
        raise Invalid(
            _("home.quiet watches a home with all its devices; “{name}” is one device’s. Please make two rules.", name=point.text),
            "condition",
        )  # fmt: skip
    if not found.of_home and not any(n.point for n in holds.names):
        raise Invalid(
            _("Please use a point too, like {example}: a rule looks when a device says something.", example="temperature"), "condition"
        )  # fmt: skip
    if clears is not None and found.clear == found.condition:
        raise Invalid(_("It would begin and end at the same moment. When is it over?"), "clear")


def _places(text: str) -> None:
    try:
        used = [name for _before, name, _spec, _conversion in Formatter().parse(text) if name is not None]
    except ValueError:
        used = ["{"]
    for name in used:
        if name not in PLACES:
            raise Invalid(
                _("In the words you can use {known} in braces, not “{name}”.", known=", ".join(PLACES), name=name), "words"
            )  # fmt: skip
