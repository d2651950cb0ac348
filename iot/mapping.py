"""From a device's own names to Points, as staff or a profile's author wrote it down and somebody looked over. Pure.

A Rule reads one name: as a number (`scale`, `offset`), or as a yes when the value is `equals` or at least `above`. What no Rule reads is kept by its own
name and can raise nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from typing import Any

from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.core.values import value
from iot.points import POINTS, SAFETY
from iot.uplink import Scalar

_TRUE = {"true", "on", "yes", "1", "alarm", "open", "detected", "leak", "y", "active", "triggered"}
_FALSE = {"false", "off", "no", "0", "normal", "closed", "clear", "none", "n", "inactive", "ok", ""}
_SAYS_NOTHING = {"unknown", "unavailable", "null", "nan"}
_WRITTEN = re.compile(
    r"(?P<point>\w+)=(?P<name>[^=<>*+]+?)(?:(?P<sign>==|!=|>=)(?P<value>.+)|\*(?P<scale>-?[\d.]+(?:e-?\d+)?))?"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """`point` says what `name` means. Of `equals` (any of these), `other` (none of these) and `above` at most one is set."""

    point: str
    name: str
    equals: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    above: float | None = None
    scale: float = 1.0
    offset: float = 0.0

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"point": self.point, "name": self.name}
        for key in ("equals", "other"):
            if values := getattr(self, key):
                data[key] = list(values)
        if self.above is not None:
            data["above"] = self.above
        if self.scale != 1.0:
            data["scale"] = self.scale
        if self.offset:
            data["offset"] = self.offset
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Rule:
        given = {**data, "equals": tuple(data.get("equals", ())), "other": tuple(data.get("other", ()))}
        return cls(**given)


def written(text: str) -> Rule:
    """door_open=DOOR_OPEN_STATUS==1, temperature=temp*0.1, smoke=alarm!=0, motion=count>=1. Raises Invalid."""
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise Invalid(
            _("“{text}” is no mapping: write point=name, point=name==value or point=name*0.1.", text=text)
        )
    sign, value = match["sign"], (match["value"] or "").strip()
    try:
        rule = Rule(
            match["point"],
            match["name"].strip(),
            equals=tuple(value.split("|")) if sign == "==" else (),
            other=tuple(value.split("|")) if sign == "!=" else (),
            above=float(value) if sign == ">=" else None,
            scale=float(match["scale"] or 1),
        )
    except ValueError:
        raise Invalid(_("“{value}” is no number.", value=value or match["scale"])) from None
    return checked(rule)


def as_written(rule: Rule) -> str:
    """The inverse of `written`."""
    if rule.equals or rule.other:
        return f"{rule.point}={rule.name}{'==' if rule.equals else '!='}{'|'.join(rule.equals or rule.other)}"
    if rule.above is not None:
        return f"{rule.point}={rule.name}>={rule.above:g}"
    return f"{rule.point}={rule.name}" + (f"*{rule.scale:g}" if rule.scale != 1 else "")


def checked(rule: Rule) -> Rule:
    """Raises Invalid when it makes no sense."""
    point = POINTS.get(rule.point)
    if point is None:
        near = get_close_matches(rule.point, POINTS, 1)
        raise Invalid(
            _("There is no name “{name}”. Did you mean {near}?", name=rule.point, near=near[0])
            if near
            else _("There is no point named “{name}”.", name=rule.point),
            "rules",
        )
    if point.kind == "number" and (rule.equals or rule.other or rule.above is not None):
        raise Invalid(
            _("“{point}” is a number: it is read as it stands, or with a factor.", point=point.title)
        )
    return rule


@value
class Read:
    """`values` by Point; `left` are the names that nothing reads; `wrong` those whose value could not be read, with what it was; `unheard` the safety
    Points among these."""

    values: dict[str, Scalar]
    left: tuple[str, ...]
    wrong: dict[str, Scalar]
    unheard: tuple[str, ...] = ()


def read(rules: Iterable[Rule], values: Mapping[str, Scalar]) -> Read:
    """What these values mean. Of two rules for one Point the first that finds its name counts; a yes of a safety Point goes before a no, for
    a detector with two chambers has smoke when one of them has."""
    found: dict[str, Scalar] = {}
    wrong: dict[str, Scalar] = {}
    unheard: list[str] = []
    used: set[str] = set()
    for rule in rules:
        if rule.name not in values:
            continue
        used.add(rule.name)
        given = values[rule.name]
        value = _value(rule, given)
        if value is None:
            if given is not None:
                wrong[rule.name] = given
                if rule.point in SAFETY and str(given).strip().casefold() not in _SAYS_NOTHING:
                    unheard.append(rule.point)
        elif rule.point not in found or (rule.point in SAFETY and value is True):
            found[rule.point] = value
    left = () if len(used) == len(values) else tuple([n for n in values if n not in used])
    return Read(found, left, wrong, tuple([point for point in unheard if found.get(point) is not True]))


def _value(rule: Rule, given: Scalar) -> Scalar:
    kind = POINTS[rule.point].kind
    if given is None:
        return None
    if kind == "text":
        return str(given)
    if kind == "number":
        number = given if given.__class__ is float and isfinite(given) else _number(given)
        return None if number is None else round(number * rule.scale + rule.offset, 6)
    return _yes(rule, given)


def _yes(rule: Rule, given: Scalar) -> bool | None:
    if rule.above is not None:
        number = _number(given)
        return None if number is None else number >= rule.above
    if rule.equals:
        return any(same(given, wanted) for wanted in rule.equals)
    if rule.other:
        return not any(same(given, wanted) for wanted in rule.other)
    if isinstance(given, bool):
        return given
    text = str(given).strip().casefold()
    number = _number(given)
    if text in _TRUE:
        return True
    if text in _FALSE or number == 0:
        return False
    return True if number == 1 else None


def same(given: Scalar, wanted: str) -> bool:
    """Whether a value is the one that somebody wrote down: true is 1 and ON, 3 is 3.0, ON is on."""
    if isinstance(given, bool):
        return wanted.strip().casefold() in (_TRUE if given else _FALSE)
    number, other = _number(given), _number(wanted)
    if number is not None and other is not None:
        return number == other
    return str(given).strip().casefold() == wanted.strip().casefold()


def _number(given: Scalar) -> float | None:
    if isinstance(given, bool):
        return float(given)
    if isinstance(given, int | float):
        return float(given)
    try:
        found = float(str(given).strip().rstrip("%"))
    except ValueError:
        return None
    return found if found == found and abs(found) != float("inf") else None
