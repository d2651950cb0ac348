"""Whom a survey asks: a plain description, kept as JSON, that is looked up when it opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from backend.core import orgs
from backend.core.i18n import LANGUAGES, Text, _
from backend.fields.base import join
from backend.residents.selection import Selection

OLDEST = 120
AGE_GROUPS: tuple[tuple[str, int, int], ...] = (
    ("0-17", 0, 17),
    ("18-34", 18, 34),
    ("35-49", 35, 49),
    ("50-64", 50, 64),
    ("65-79", 65, 79),
    ("80+", 80, OLDEST),
)
"""(name, youngest, oldest)."""


@dataclass(frozen=True, slots=True)
class Audience:
    """The residents of an Org and what is under it; each further part narrows it. Ages are in years, both ends included."""

    org_id: int
    buildings: tuple[str, ...] = ()
    age_from: int | None = None
    age_to: int | None = None
    locale: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            k: list(v) if isinstance(v, tuple) else v
            for k, v in asdict(self).items()
            if v not in (None, "", ())
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Audience:
        return cls(**{**data, "buildings": tuple(data.get("buildings", ()))})

    def selection(self, today: date) -> Selection:
        """The same by birthdays, as of `today`."""
        born_from, born_to = _born(today, self.age_from, self.age_to)
        return Selection(self.org_id, self.buildings, born_from, born_to, self.locale)

    def told(self) -> Text:
        """In words: “幸福里社区，3号楼，65岁以上”."""
        parts: list[Text] = [orgs.get(self.org_id).name]
        if self.buildings:
            parts.append(_("building {names}", names=", ".join(self.buildings)))
        if self.age_from is not None and self.age_to is not None:
            parts.append(_("{a} to {b} years old", a=self.age_from, b=self.age_to))
        elif self.age_from is not None:
            parts.append(_("{a} years and older", a=self.age_from))
        elif self.age_to is not None:
            parts.append(_("{b} years and younger", b=self.age_to))
        if self.locale in LANGUAGES:
            parts.append(LANGUAGES[self.locale].name)
        return join(*parts, by=" · ") or ""


def _born(today: date, age_from: int | None, age_to: int | None) -> tuple[date | None, date | None]:
    """The first and the last birthday of people of these ages."""
    return (
        None if age_to is None else years_before(today, age_to + 1) + timedelta(days=1),
        None if age_from is None else years_before(today, age_from),
    )


def birthdays(group: str, today: date) -> tuple[date | None, date | None]:
    """The first and the last birthday of an age group; any for ""."""
    low, high = next(((low, high) for name, low, high in AGE_GROUPS if name == group), (None, None))
    return _born(today, low, high)


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; of a 29th of February, the last day of that month."""
    year = max(day.year - years, 1)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def age_on(day: date, birthday: date) -> int:
    return day.year - birthday.year - ((day.month, day.day) < (birthday.month, birthday.day))


def age_group(day: date, birthday: date | None) -> str:
    """The name of the group; empty when the birthday is not known."""
    if birthday is None:
        return ""
    age = age_on(day, birthday)
    return next((name for name, low, high in AGE_GROUPS if low <= age <= high), "")
