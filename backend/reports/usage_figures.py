"""Figures about use: by function, place and role, of one stretch of time and those before it; now or as of a past day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from peewee import SQL, fn

from backend.core import access, orgs
from backend.core.access import Actor
from backend.reports.models import UsageCount
from backend.reports.usage_names import PAGE

STRETCHES = {"day": 14, "week": 12, "month": 12, "year": 5}
"""How many of each the page looks back over."""


@dataclass(frozen=True, slots=True)
class Count:
    """`bucket` is a day, 2026-W47, 2026-11 or 2026."""

    bucket: str
    function: str
    place: str
    role: str
    what: str
    times: int


@dataclass(slots=True)
class Line:
    """One function (or part of the admin): the figures of the stretch, and of the whole one before."""

    function: str
    what: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    before: int = 0

    @property
    def total(self) -> int:
        return self.places.total()

    @property
    def share_finished(self) -> float | None:
        """Of those begun, in percent; more than were begun may end, for some began in the stretch before."""
        begun = self.what["started"]
        return min(100.0, 100 * self.what["finished"] / begun) if begun else None


@dataclass(frozen=True, slots=True)
class Figures:
    """`forms` are conversations that are begun and finished, `acts` what is done in one go, `pages` parts of the site. `timeline`:
    (stretch, uses by place), the earliest first."""

    buckets: tuple[str, ...]
    forms: tuple[Line, ...]
    acts: tuple[Line, ...]
    pages: tuple[Line, ...]
    timeline: tuple[tuple[str, Counter[str]], ...]

    @property
    def places(self) -> list[str]:
        """The channels that conversations came by, the most used first."""
        every: Counter[str] = Counter()
        for line in (*self.forms, *self.acts):
            every += line.places
        return [place for place, _n in every.most_common()]

    @property
    def roles(self) -> list[str]:
        every: Counter[str] = Counter()
        for line in self.pages:
            every += line.roles
        return [role for role, _n in every.most_common() if role]

    @property
    def most(self) -> int:
        """The largest figure of the timeline, for its drawing."""
        return max((uses.total() for _bucket, uses in self.timeline), default=0) or 1


def read(actor: Actor, unit: str, until: date, org_id: int | None = None) -> list[Count]:
    """What was counted in the area of the actor up to and including that day, by STRETCHES of `unit`. What people did whom we
    know no Org of is told to everybody who may see such figures."""
    access.check(actor, "usage.read", org_id)
    first = starts(unit, until)[0]
    u = UsageCount
    kept = fn.SUBSTR(u.day, 1, {"year": 4, "month": 7}.get(unit, 10))
    reach = access.org_ids(actor, "usage.read") if org_id is None else orgs.within((orgs.get(org_id).path,))
    where = u.org_id.in_(reach) | (u.org_id == 0) if org_id is None else u.org_id.in_(reach)
    rows: Any = (
        u.select(kept, u.function, u.place, u.role, u.what, fn.SUM(u.times))
        .where((u.day >= first.isoformat()) & (u.day <= until.isoformat()) & where)
        .group_by(*(SQL(str(n)) for n in range(1, 6)))
        .tuples()
    )
    whole = unit in ("year", "month")
    return [
        Count(day if whole else bucket(unit, date.fromisoformat(day)), function, place, role, what, int(n))
        for day, function, place, role, what, n in rows
    ]


def starts(unit: str, until: date) -> list[date]:
    """The first days of the stretches, the earliest first."""
    found = [_start(unit, until)]
    while len(found) < STRETCHES[unit]:
        found.append(_start(unit, found[-1] - timedelta(days=1)))
    return found[::-1]


def bucket(unit: str, day: date) -> str:
    """What a stretch is called."""
    if unit == "week":
        year, week, _weekday = day.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{day:%Y}" if unit == "year" else f"{day:%Y-%m}" if unit == "month" else f"{day:%Y-%m-%d}"


def _start(unit: str, day: date) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "day":
        return day
    return day.replace(day=1) if unit == "month" else day.replace(month=1, day=1)


def told(counts: Iterable[Count], unit: str, until: date, *, function: str = "") -> Figures:
    """The tables of the page, of the stretch that `until` is in. `function`: of that one alone; of a part of the site each of its
    pages for itself. Pure."""
    buckets = tuple(bucket(unit, day) for day in starts(unit, until))
    mine = [c for c in counts if not function or _belongs(c.function, function)]
    lines: dict[str, Line] = {}
    timeline: dict[str, Counter[str]] = {name: Counter() for name in buckets}
    for c in mine:
        key = c.function if function or not c.function.startswith(PAGE) else c.function.partition(".")[0]
        line = lines.setdefault(key, Line(key))
        if c.bucket in timeline and _is_use(c.what):
            timeline[c.bucket][c.place] += c.times
        if c.bucket == buckets[-1]:
            line.what[c.what] += c.times
            if _is_use(c.what):
                line.places[c.place] += c.times
                line.roles[c.role] += c.times
        elif c.bucket == buckets[-2] and _is_use(c.what):
            line.before += c.times
    shown = sorted(lines.values(), key=lambda line: (-line.total, -line.before, line.function))
    talked = [line for line in shown if not line.function.startswith(PAGE)]
    forms = {c.function for c in mine if c.what in ("started", "finished", "cancelled", "left")}
    return Figures(
        buckets,
        tuple(line for line in talked if line.function in forms),
        tuple(line for line in talked if line.function not in forms),
        tuple(line for line in shown if line.function.startswith(PAGE)),
        tuple((name, timeline[name]) for name in buckets),
    )


def _belongs(counted: str, asked: str) -> bool:
    return counted == asked or (asked.startswith(PAGE) and counted.startswith(f"{asked}."))


def _is_use(what: str) -> bool:
    """Whether it is a use of its own: how a Form ended is none, it was counted when it began."""
    return what in ("used", "started", "seen", "done", "refused")
