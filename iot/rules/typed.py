"""The form of a rule: what staff typed, and what stands in it. Pure, but for the lists of what can be chosen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from backend.core.errors import Invalid
from backend.core.i18n import Msg, Text, _, ngettext
from iot.points import POINTS
from iot.rules.definition import WHERE, Definition, Where
from iot.rules.names import ABOUT, PLACES
from iot.rules.schedule import checked

WEEKDAYS: tuple[tuple[str, Msg], ...] = (
    ("1", _("Monday")),
    ("2", _("Tuesday")),
    ("3", _("Wednesday")),
    ("4", _("Thursday")),
    ("5", _("Friday")),
    ("6", _("Saturday")),
    ("7", _("Sunday")),
)
FUNCTIONS: tuple[tuple[str, Msg], ...] = (
    ("minutes(10)", _("ten minutes as seconds; also hours(…) and days(…)")),
    ("known(battery)", _("there is a value for it")),
    ('device.name.contains("…")', _("part of a text; also startsWith and endsWith")),
    ('device.room in ["501", "502"]', _("one of several")),
    ("and  or  not", _("join conditions")),
)
EXAMPLES: tuple[tuple[Msg, str], ...] = (
    (_("Too cold for somebody old"), "temperature < 14"),
    (_("It grows warm quickly"), "temperature - before.temperature >= 8"),
    (_("A door that stays open while nobody moves"), "last.door_open and ago.motion > minutes(20)"),
    (_("The air is bad"), "co2 > 1500 or pm25 > 115"),
    (_("A machine that runs although it should not"), "power > 50"),
    (_("Water stands in the cellar"), "water_level > 0.05"),
    (_("No value for half a day"), "ago.temperature > hours(12)"),
)
_LISTED = {"devices": "devices", "models": "models", "building": "buildings"}
"""The field of the form in which is listed for which."""


def vocabulary() -> list[tuple[Text, list[tuple[str, Text, str]]]]:
    """(heading, [(name, meaning, unit)]) for beside the form."""
    points: list[tuple[str, Text, str]] = [
        (p.name, p.title, p.unit) for p in POINTS.values() if p.kind != "text"
    ]
    return [
        (_("What a message says"), points),
        (
            _("What is known of it"),
            [(f"{place}.temperature", meaning, "") for place, meaning in PLACES.items()],
        ),
        (_("Device and home"), [(name, meaning, "") for name, (_kind, meaning) in ABOUT.items()]),
        (_("And"), [(name, meaning, "") for name, meaning in FUNCTIONS]),
    ]


def read(given: Any) -> Definition:
    """What stands in the form (a MultiDict). Raises Invalid where a number is none."""
    where = given.get("where", "all")
    field = _LISTED.get(where, "")
    listed = (
        given.getlist(field)
        if where in ("devices", "models")
        else re.split(r"[,，、\s]+", given.get(field, ""))
    )
    return Definition(
        name=given.get("name", ""),
        condition=given.get("condition", ""),
        kind=given.get("kind", ""),
        severity=given.get("severity", ""),
        words={"zh_CN": given.get("words_zh", ""), "en": given.get("words_en", "")},
        clear=given.get("clear", ""),
        lasts=_minutes(given, "lasts"),
        times=_number(given, "times", 1),
        within=_minutes(given, "within"),
        schedule=checked("".join(given.getlist("days")), given.get("begins", ""), given.get("ends", "")),
        where=_where(where),
        which=tuple(one for one in listed if one) if field else (),
        ends=given.get("ends_by", "itself") == "itself",
    )


def _where(text: str) -> Where:
    if text not in WHERE:
        raise Invalid(_("Please choose one."), "where")
    return text  # type: ignore[return-value]


def _number(given: Any, field: str, empty: int) -> int:
    text = str(given.get(field, "")).strip()
    try:
        return int(text) if text else empty
    except ValueError:
        raise Invalid(_("Please write a number, like 10."), field) from None


def _minutes(given: Any, field: str) -> int:
    text = str(given.get(field, "")).strip()
    try:
        return round(float(text) * 60) if text else 0
    except (ValueError, OverflowError):
        raise Invalid(_("Please write minutes as a number, like 10."), field) from None


def filled(said: Definition) -> dict[str, Any]:
    """What stands in the form for this definition; lists as lists."""
    return {
        "name": said.name,
        "condition": said.condition,
        "clear": said.clear,
        "kind": said.kind,
        "severity": said.severity,
        "words_zh": said.words.get("zh_CN", ""),
        "words_en": said.words.get("en", ""),
        "lasts": f"{said.lasts / 60:g}" if said.lasts else "",
        "times": str(said.times) if said.times > 1 else "",
        "within": f"{said.within / 60:g}" if said.within else "",
        "days": list(said.schedule.days),
        "begins": "" if said.schedule.begins == said.schedule.ends else said.schedule.begins,
        "ends": "" if said.schedule.begins == said.schedule.ends else said.schedule.ends,
        "where": said.where,
        "devices": list(said.which) if said.where == "devices" else [],
        "models": list(said.which) if said.where == "models" else [],
        "buildings": ", ".join(said.which) if said.where == "building" else "",
        "ends_by": "itself" if said.ends else "person",
    }


def as_typed(given: Any) -> dict[str, Any]:
    """The form as it was sent, to be shown again."""
    many = {"days", "devices", "models"}
    return {**{k: given.get(k, "") for k in given}, **{k: given.getlist(k) for k in many}}


_SPANS: tuple[tuple[int, Callable[[int], Text]], ...] = (
    (86_400, lambda n: ngettext("{n} day", "{n} days", n)),
    (3_600, lambda n: ngettext("{n} hour", "{n} hours", n)),
    (60, lambda n: ngettext("{n} minute", "{n} minutes", n)),
)


def span(seconds: float) -> Text:
    """A length of time as people say it: in the largest unit that fits, or, from ten of it on, nearly."""
    for size, said in _SPANS:
        if seconds >= size and (seconds % size == 0 or seconds >= 10 * size):
            return said(round(seconds / size))
    return ngettext("{n} second", "{n} seconds", round(seconds))
