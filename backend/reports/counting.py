"""Statistics of a table's rows: by one thing or by two, now or as of a past day, and what changed between two days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backend.core.access import Actor
from backend.core.i18n import _, render
from backend.core.orgs import Org
from backend.records import query
from backend.records.query import Query
from backend.records.tables import Table
from backend.reports import axis as axes
from backend.reports.axis import Axis

MOST = 200
"""Groups told one by one; the smallest of more are told together."""
OTHERS = "…"


@dataclass(frozen=True, slots=True)
class Group:
    """`key`: the value itself, OTHERS for several; `before`: how many there were at the earlier moment, None when nothing is
    compared."""

    label: str
    rows: int
    percent: float
    before: int | None = None
    key: Any = None


@dataclass(frozen=True, slots=True)
class Cross:
    """`cells[row][column]`; totals of the rows beside them."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]

    @property
    def totals(self) -> tuple[int, ...]:
        return tuple(sum(row) for row in self.cells)

    def percent(self, row: int, column: int) -> float:
        total = self.totals[row]
        return 100 * self.cells[row][column] / total if total else 0.0


def groups(actor: Actor, asked: Query, by: Axis, locale: str, earlier: datetime | None = None) -> list[Group]:
    """How many rows of each kind; of what goes by time in its order, else the largest first. Raises Invalid."""
    now = _counted(actor, asked, by)
    then = _counted(actor, replace(asked, as_of=earlier), by) if earlier else None
    every = sum(now.values())
    keys = set(now) | set(then or ())
    ordered = (
        sorted(keys, key=lambda k: (k is None, str(k)))
        if by.period
        else sorted(keys, key=lambda k: (-now.get(k, 0), k is None, str(k)))
    )
    told, rest = ordered[:MOST], ordered[MOST:]
    names = _orgs()
    found = [
        Group(axes.words(by, asked.table, k, names, locale), now.get(k, 0), _percent(now.get(k, 0), every),
              None if then is None else then.get(k, 0), k)
        for k in told
    ]  # fmt: skip
    if rest:
        n = sum(now.get(k, 0) for k in rest)
        before = None if then is None else sum(then.get(k, 0) for k in rest)
        found.append(Group(render(_("{n} more", n=len(rest)), locale), n, _percent(n, every), before, OTHERS))
    return found


def crossed(actor: Actor, asked: Query, down: Axis, across: Axis, locale: str) -> Cross:
    """How many rows of each combination; 30 columns at most, the smallest together."""
    values = [axes.sql(a, asked.table) for a in (down, across)]
    counted: Counter[tuple[Any, Any]] = Counter()
    for one, other, n in query.grouped(actor, asked, values):
        counted[axes.bucket(down, asked.table, one), axes.bucket(across, asked.table, other)] += int(n)
    rows = _keys(counted, 0, down, MOST)
    columns = _keys(counted, 1, across, 30)
    cells = [[0] * len(columns) for _row in rows]
    place = {key: n for n, key in enumerate(rows)}, {key: n for n, key in enumerate(columns)}
    for (one, other), n in counted.items():
        cells[place[0].get(one, len(rows) - 1)][place[1].get(other, len(columns) - 1)] += n
    names = _orgs()
    return Cross(
        tuple(_name(down, asked.table, k, names, locale) for k in rows),
        tuple(_name(across, asked.table, k, names, locale) for k in columns),
        tuple(tuple(row) for row in cells),
    )


def _keys(counted: Counter[tuple[Any, Any]], part: int, by: Axis, most: int) -> list[Any]:
    total: Counter[Any] = Counter()
    for keys, n in counted.items():
        total[keys[part]] += n
    ordered = sorted(total, key=lambda k: (k is None, str(k)) if by.period else (-total[k], str(k)))
    return ordered if len(ordered) <= most else [*ordered[: most - 1], OTHERS]


def _name(by: Axis, table: Table, key: Any, names: dict[int, str], locale: str) -> str:
    return render(_("others"), locale) if key == OTHERS else axes.words(by, table, key, names, locale)


def _counted(actor: Actor, asked: Query, by: Axis) -> Counter[Any]:
    counted: Counter[Any] = Counter()
    for value, n in query.grouped(actor, asked, [axes.sql(by, asked.table)]):
        counted[axes.bucket(by, asked.table, value)] += int(n)
    return counted


def _percent(n: int, every: int) -> float:
    return 100 * n / every if every else 0.0


def _orgs() -> dict[int, str]:
    return {o.id: o.name for o in Org.select(Org.id, Org.name)}


def sheet_rows(found: Sequence[Group]) -> list[list[Any]]:
    """For a spreadsheet: label, rows, share, and what was before."""
    return [
        [g.label, g.rows, round(g.percent, 1), *([] if g.before is None else [g.before, g.rows - g.before])]
        for g in found
    ]
