"""What rows are counted by: a column's values, a stretch of time. Pure, but for asking what people keep to themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from backend.core import clock
from backend.core.i18n import Msg, Text, _, render
from backend.fields.base import Context
from backend.records import expressions, hidden
from backend.records.asked import COLOURS
from backend.records.tables import Column, Table

PERIODS: dict[str, Msg] = {"year": _("Year"), "month": _("Month"), "week": _("Week"), "day": _("Day")}
ROW: dict[str, Msg] = {
    "org": _("Community or grid"),
    "colour": _("Colour"),
    "created": _("Entered"),
    "changed": _("Last change"),
}
"""What every row has beside its columns."""
PARTS: dict[str, Msg] = {"building": _("Building"), "unit": _("Unit"), "room": _("Room")}
_TIMES = {"created": "created_at", "changed": "since"}
_COUNTABLE = frozenset(
    {"choice", "tree_choice", "yes_no", "integer", "rating", "date", "address", "text", "real_name"}
)
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Axis:
    """`key` of a column or of ROW; `period` for days and instants; of a home, `home/unit` is its unit."""

    key: str
    period: str = ""

    @property
    def column(self) -> str:
        return self.key.partition("/")[0]

    @property
    def part(self) -> str:
        return self.key.partition("/")[2]

    def label(self, table: Table) -> Text:
        if self.key in ROW:
            return ROW[self.key]
        column = table.column(self.column)
        return PARTS[self.part or "building"] if column.field.kind == "address" else column.label


def offered(columns: tuple[Column, ...]) -> list[tuple[str, Text, bool]]:
    """(key, label, whether it needs a period) of all that can be counted by."""
    found: list[tuple[str, Text, bool]] = []
    for c in columns:
        if c.field.kind not in _COUNTABLE or c.sealed:
            continue
        if c.field.kind == "address":
            found += [
                (c.key, PARTS["building"], False),
                *((f"{c.key}/{p}", PARTS[p], False) for p in ("unit", "room")),
            ]
        else:
            found.append((c.key, c.label, c.field.kind == "date"))
    return [*found, *((key, words, key in _TIMES) for key, words in ROW.items())]


def sql(axis: Axis, table: Table) -> str:
    """The value that rows are grouped by; instants by their day on the community's clocks, as days since 1970."""
    if axis.key in _TIMES:
        offset = clock.local(clock.now()).utcoffset() or timedelta()
        return f"((r.{_TIMES[axis.key]} + {int(offset.total_seconds() * 1000)}) / {_DAY_MS})"
    if axis.key == "org":
        return "r.org_id"
    if axis.key == "colour":
        return "NULLIF(r.colour, '')"
    column = table.column(axis.column)
    value = hidden.value(table, column, "r", axis.part)
    if column.field.kind == "date" and axis.period in ("year", "month"):
        return f"SUBSTR({value}, 1, {4 if axis.period == 'year' else 7})"
    return value


def bucket(axis: Axis, table: Table, value: Any) -> Any:
    """The group that a grouped value belongs to: itself, or the year, month or week of a day. None stays None."""
    if value is None:
        return None
    if axis.key in _TIMES:
        return _of_day(date(1970, 1, 1) + timedelta(days=int(value)), axis.period)
    if (
        axis.key not in ROW
        and table.column(axis.column).field.kind == "date"
        and axis.period in ("week", "day")
    ):
        return _of_day(date.fromisoformat(str(value)), axis.period)
    if axis.key not in ROW and expressions.kind(table.column(axis.column)) == "flag":
        return bool(value)
    return int(value) if not isinstance(value, str) and value == int(value) else value


def words(axis: Axis, table: Table, value: Any, orgs: Mapping[int, str], locale: str) -> str:
    """What a group is called."""
    if value is None:
        return render(_("not said"), locale)
    if axis.key == "org":
        return orgs.get(int(value), f"#{value}")
    if axis.key == "colour":
        return render(COLOURS.get(str(value), str(value)), locale)
    if axis.key in _TIMES:
        return str(value)
    column = table.column(axis.column)
    if column.field.kind in ("choice", "tree_choice"):
        context = Context(clock.now(), locale, clock.zone())
        return next(
            (render(o.label, locale) for o in column.field.options(context) if o.value == value), str(value)
        )
    if column.field.kind == "yes_no":
        return column.field.show(value, locale)
    if column.field.kind == "address" and not axis.part:
        return render(_("Building {n}", n=value), locale)
    return str(value)


def _of_day(day: date, period: str) -> str:
    if period == "year":
        return f"{day:%Y}"
    if period == "week":
        year, week, _weekday = day.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{day:%Y-%m-%d}" if period == "day" else f"{day:%Y-%m}"


def narrowed(
    axis: Axis, table: Table, value: Any, params: Mapping[str, Sequence[str]]
) -> dict[str, list[str]] | None:
    """The parameters of the list (see `records.asked`) that show a group's rows; None where they cannot say it."""
    asked = {name: list(values) for name, values in params.items()}
    if axis.key == "org":
        return asked | {"org": [str(value)]} if value is not None else None
    if axis.key in ROW:
        return asked | {"colour": [str(value)]} if axis.key == "colour" and value is not None else None
    column = table.column(axis.column)
    wanted = [("eq", str(value))]
    if value is None:
        wanted = [("empty", "")]
    elif column.field.kind == "address":
        wanted = [(f"{axis.part or 'building'}_is", str(value))]
    elif column.field.kind == "yes_no":
        wanted = [("eq", "yes" if value else "no")]
    elif axis.period == "year":
        wanted = [("ge", f"{value}-01-01"), ("le", f"{value}-12-31")]
    elif axis.period in ("month", "week"):
        return (
            None
            if axis.period == "week"
            else asked | _with(asked, axis, [("ge", f"{value}-01"), ("le", _last_of(value))])
        )
    return asked | _with(asked, axis, wanted)


def _with(
    asked: Mapping[str, Sequence[str]], axis: Axis, wanted: Sequence[tuple[str, str]]
) -> dict[str, list[str]]:
    return {
        "col": [*asked.get("col", ()), *(axis.column for _w in wanted)],
        "op": [*asked.get("op", ()), *(op for op, _v in wanted)],
        "val": [*asked.get("val", ()), *(v for _o, v in wanted)],
    }


def _last_of(month: str) -> str:
    first = date.fromisoformat(f"{month}-01")
    return f"{(first + timedelta(days=31)).replace(day=1) - timedelta(days=1)}"
