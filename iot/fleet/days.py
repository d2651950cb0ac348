"""Where somebody of a home is through her days: in bed, about the home, out. Pure, and the same for the same seed, whatever stretch is asked for."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from iot.fleet.speech import CHINA
from iot.fleet.things import Kind

Where = Literal["bed", "home", "out", "still"]

_PLANS: dict[Kind, tuple[tuple[str, Where], ...]] = {
    "elder": (
        ("00:00", "bed"), ("02:40", "home"), ("02:49", "bed"), ("06:10", "home"), ("08:40", "out"), ("10:00", "home"),
        ("12:50", "bed"), ("14:00", "home"), ("15:30", "out"), ("17:00", "home"), ("21:30", "bed"),
    ),
    "family": (
        ("00:00", "bed"), ("06:40", "home"), ("07:50", "out"), ("11:50", "home"), ("13:20", "out"), ("17:10", "home"),
        ("17:50", "out"), ("18:20", "home"), ("22:30", "bed"),
    ),
}  # fmt: skip
"""From when on, by the clock."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of time in one place; `still`: at home, and nothing moves."""

    begin: datetime
    end: datetime
    where: Where

    def holds(self, at: datetime) -> bool:
        return self.begin <= at < self.end


@lru_cache(maxsize=20_000)
def _day(home: str, kind: Kind, day: date, seed: int) -> tuple[Spell, ...]:
    rng = random.Random(f"{seed}|{home}|{day}")  # noqa: S311  # no secret: a day of a made-up home
    late = rng.uniform(-12, 12)
    begins: list[tuple[datetime, Where]] = []
    for clock, where in _PLANS[kind]:
        at = datetime.combine(day, time.fromisoformat(clock), CHINA).astimezone(UTC)
        begins.append((at + timedelta(minutes=late + rng.uniform(-3, 3)) if begins else at, where))
    midnight = datetime.combine(day + timedelta(days=1), time(), CHINA).astimezone(UTC)
    ends = [*(at for at, _where in begins[1:]), midnight]
    return tuple(Spell(at, end, where) for (at, where), end in zip(begins, ends, strict=True))


def spells(
    home: str, kind: Kind, begin: datetime, end: datetime, seed: int, still: datetime | None = None
) -> list[Spell]:
    """Those that meet this stretch, in order; from `still` on nothing moves any more."""
    found: list[Spell] = []
    for day in _days(begin, end):
        found += [s for s in _day(home, kind, day, seed) if s.end > begin and s.begin < end]
    joined: list[Spell] = []
    for spell in found:
        if joined and joined[-1].where == spell.where:
            spell = Spell(joined.pop().begin, spell.end, spell.where)
        joined.append(spell)
    if still is None:
        return joined
    before = [Spell(s.begin, min(s.end, still), s.where) for s in joined if s.begin < still]
    return [*before, Spell(still, max(end, still), "still")]


def at(where: Sequence[Spell], moment: datetime) -> Where:
    return next((spell.where for spell in where if spell.holds(moment)), "home")


def beats(begin: datetime, end: datetime, minutes: int, phase: int) -> Iterator[datetime]:
    """Every so many minutes, the same moments whatever stretch is asked for; `phase` in seconds."""
    step, shift = minutes * 60, phase % (minutes * 60)
    first = -(-(int(begin.timestamp()) - shift) // step) * step + shift
    for seconds in range(first, int(end.timestamp()), step):
        yield datetime.fromtimestamp(seconds, UTC)


# --- what meters count ----------------------------------------------------------------------------------------

MOVED_IN = date(2026, 1, 1)
"""Meters began to count then."""
DAILY: dict[str, dict[Kind, float]] = {
    "water": {"elder": 0.11, "family": 0.34},
    "energy": {"elder": 3.2, "family": 8.6},
}
"""m³ and kWh."""


@lru_cache(maxsize=200_000)
def _used(home: str, kind: Kind, what: str, day: date, seed: int) -> float:
    spread = random.Random(f"{seed}|{home}|{what}|{day}").uniform(0.7, 1.3)  # noqa: S311
    return DAILY[what][kind] * spread


@lru_cache(maxsize=20_000)
def _before(home: str, kind: Kind, what: str, day: date, seed: int) -> float:
    return sum(
        _used(home, kind, what, MOVED_IN + timedelta(days=n), seed) for n in range((day - MOVED_IN).days)
    )


def counted(
    home: str, kind: Kind, what: str, moment: datetime, seed: int, still: datetime | None = None
) -> float:
    """What the meter shows. Water runs while somebody is about the home, current all day."""
    if what == "water" and still is not None:
        moment = min(moment, still)
    day = moment.astimezone(CHINA).date()
    if what == "energy":
        midnight = datetime.combine(day, time(), CHINA)
        part = (moment - midnight) / timedelta(days=1)
    else:
        awake = [s for s in _day(home, kind, day, seed) if s.where == "home"]
        whole = sum(((s.end - s.begin) for s in awake), timedelta())
        so_far = sum(((min(s.end, moment) - s.begin) for s in awake if s.begin < moment), timedelta())
        part = so_far / whole
    return _before(home, kind, what, day, seed) + part * _used(home, kind, what, day, seed)


def _days(begin: datetime, end: datetime) -> Iterator[date]:
    day = begin.astimezone(CHINA).date()
    while day <= end.astimezone(CHINA).date():
        yield day
        day += timedelta(days=1)
