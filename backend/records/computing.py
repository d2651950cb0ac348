"""What formulas may call, and how values go into CEL and come out of it. Pure.

An empty value makes whatever is computed from it empty. A day is midnight, UTC.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from backend.fields.base import Field
from backend.records.formula_text import Formula

RESULTS = ("text", "integer", "decimal", "money", "date", "yes_no", "choice")
"""The kinds of Field that a formula can give."""
Function = Callable[..., Any]


class Failed(Exception):
    """The formula gives nothing here; says why, in CEL's words."""


def run(formula: Formula, field: Field, values: Mapping[str, Any], looks: list[Any], today: date) -> Any:
    """The value for the column; None when a value that it needs is empty. Raises Failed."""
    from cel import Context  # slow to load, and many a process computes nothing

    given = {f"v_{key}": into(values.get(key)) for key in formula.columns}
    given |= {f"s{n}": into(value) for n, value in enumerate(looks)}
    try:
        made = formula.program.execute(Context(given, functions(today)))
        return None if made is None else out_of(made, field)
    except Exception as error:
        # An empty value fits nowhere in CEL: that is no mistake of the formula.
        if None in given.values():
            return None
        raise Failed(str(error)[:200]) from error


def into(value: Any) -> Any:
    """A parsed value as CEL takes it."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float | Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    if isinstance(value, list | tuple | set | frozenset):
        return [str(one) for one in value]
    return str(value)


def out_of(made: Any, field: Field) -> Any:
    """What CEL gave as the value of the Field. Raises Failed when it is of another kind."""
    kind = field.kind
    if isinstance(made, timedelta):
        made = made.total_seconds() / 86400
    if isinstance(made, datetime) and kind == "date":
        return made.date()
    if isinstance(made, bool):
        if kind == "yes_no":
            return made
    elif isinstance(made, int | float) and kind in ("integer", "decimal", "money"):
        return _number(float(made), field)
    if kind == "text":
        return said(made)[:500] or None
    if kind == "choice":
        return _choice(said(made), field)
    raise Failed(f"{type(made).__name__} is not {kind}")


def _number(made: float, field: Field) -> Any:
    if not math.isfinite(made) or abs(made) >= 10**12:
        raise Failed("the number is too large, or divided by nought")
    places = getattr(field, "places", 0)
    # Beyond twelve digits a float is not exact: 2.675 is a half, though a little less is what the machine keeps.
    exact = Decimal(f"{made:.12g}") if abs(made) < 10**9 else Decimal(repr(made))
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return int(rounded) if field.kind == "integer" else rounded


def _choice(text: str, field: Field) -> Any:
    for choice in getattr(field, "choices", ()):
        if text == choice.value:
            return text
    for choice in getattr(field, "choices", ()):
        if text in (field.show(choice.value, "zh_CN"), field.show(choice.value, "en")):
            return choice.value
    # Which text it was is not said: whoever may mend the formula need not be allowed to see the value.
    raise Failed("the text is not one of the options")


def said(value: Any) -> str:
    """A value within a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, int | float):
        return f"{value:.12g}"
    if isinstance(value, list):
        return "、".join(said(one) for one in value)
    return str(value)


def functions(today: date) -> dict[str, Function]:
    """Every function by its name, on that day. They never raise: what fits not is empty."""
    return _FIXED | {
        "today": lambda: into(today),
        "age": lambda day: _years(day, today) if isinstance(day, datetime) else None,
        "days_since": lambda day: float((today - day.date()).days) if isinstance(day, datetime) else None,
    }


def _years(day: datetime, until: date) -> float | None:
    born = day.date()
    return float(until.year - born.year - ((until.month, until.day) < (born.month, born.day)))


def _date(text: Any) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except (TypeError, ValueError):
        return None


def _moved(day: Any, months: Any) -> datetime | None:
    if not isinstance(day, datetime) or not isinstance(months, float) or abs(months) > 12_000:
        return None
    count = day.year * 12 + day.month - 1 + int(months)
    year, month = divmod(count, 12)
    if not 1 <= year <= 9999:
        return None
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def _days_on(day: Any, days: Any) -> datetime | None:
    try:
        return day + timedelta(days=days)  # type: ignore[no-any-return]
    except (OverflowError, TypeError):
        return None


def _of_numbers(make: Callable[[list[float]], float]) -> Function:
    def function(*given: Any) -> float | None:
        numbers = [float(n) for n in given if isinstance(n, int | float)]
        return make(numbers) if numbers else None

    return function


def _one(make: Callable[[float], float]) -> Function:
    return lambda n: float(make(n)) if isinstance(n, int | float) and math.isfinite(n) else None


def _rounded(number: Any, places: Any = 0.0) -> float | None:
    if not isinstance(number, int | float) or not math.isfinite(number) or not 0 <= places <= 9:
        return None
    exact = Decimal(f"{float(number):.12g}")
    return float(exact.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP))


def _part(name: str) -> Function:
    return lambda day: float(getattr(day, name)) if isinstance(day, datetime) else None


_FIXED: dict[str, Function] = {
    "date": _date,
    "days": lambda n: timedelta(days=n) if isinstance(n, float) and abs(n) < 10**6 else None,
    "days_between": lambda a, b: (
        float((b - a).days) if isinstance(a, datetime) and isinstance(b, datetime) else None
    ),
    "add_days": _days_on,
    "add_months": _moved,
    "add_years": lambda day, n: _moved(day, n * 12 if isinstance(n, float) else None),
    "year": _part("year"),
    "month": _part("month"),
    "day": _part("day"),
    "text": said,
    "join": lambda *given: "".join(said(one) for one in given),
    "length": lambda given: float(len(given)) if isinstance(given, str | list) else 0.0,
    "empty": lambda given: given is None or given == "" or given == [],
    "if_empty": lambda given, other: other if given is None or given == "" else given,
    "min": _of_numbers(min),
    "max": _of_numbers(max),
    "abs": _one(abs),
    "floor": _one(math.floor),
    "ceil": _one(math.ceil),
    "round": _rounded,
    "mod": lambda a, b: a % b if isinstance(a, float) and isinstance(b, float) and b else None,
}
NAMES = frozenset(functions(date(2000, 1, 1)))
