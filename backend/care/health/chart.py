"""Values over time as a picture: where each point stands, for a template to draw. Pure.

Lengths are units of the picture's own; `x` grows with time, `y` downwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.care.health.kinds import KINDS, Bound, beyond
from backend.core.i18n import Text

WIDE, HIGH, EDGE = 640, 200, 36


@dataclass(frozen=True, slots=True)
class Line:
    """One value's way: `points` as SVG reads them; `dots` are (x, y, what it was, outside)."""

    title: Text
    points: str
    dots: tuple[tuple[float, float, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """`marks` are (y, text) of the scale; `bounds` the y of what should not be crossed; `first` and `last` the ends of time."""

    lines: tuple[Line, ...]
    marks: tuple[tuple[float, str], ...]
    bounds: tuple[float, ...]
    first: datetime
    last: datetime
    wide: int = WIDE
    high: int = HIGH


def drawn(
    kind: str, told: Sequence[tuple[datetime, Mapping[str, float]]], agreed: Mapping[str, Bound]
) -> Chart | None:
    """`told` are (when, values), the oldest first; None of fewer than two."""
    if len(told) < 2:
        return None
    names = KINDS[kind].values
    every = [values[v.name] for _at, values in told for v in names if v.name in values]
    crossed = [b for v in names for b in agreed.get(v.name, v.well) if b is not None]
    near = [b for b in crossed if min(every) * 0.8 <= b <= max(every) * 1.2]
    low, high = _around([*every, *near])
    first, last = told[0][0], told[-1][0]
    seconds = max((last - first).total_seconds(), 1.0)

    def x(at: datetime) -> float:
        return round(EDGE + (at - first).total_seconds() / seconds * (WIDE - EDGE - 12), 1)

    def y(value: float) -> float:
        return round(12 + (high - value) / (high - low) * (HIGH - 24), 1)

    lines = []
    for value in names:
        dots = tuple(
            (
                x(at),
                y(values[value.name]),
                f"{values[value.name]:.{value.decimals}f}",
                _outside(value.name, values, agreed),
            )
            for at, values in told
            if value.name in values
        )
        if dots:
            lines.append(Line(value.title, " ".join(f"{dx},{dy}" for dx, dy, _w, _o in dots), dots))
    scale = [low + (high - low) * n / 4 for n in range(5)]
    marks = tuple((y(s), f"{s:.{0 if high - low >= 8 else 1}f}") for s in scale)
    return Chart(tuple(lines), marks, tuple(sorted({y(b) for b in near})), first, last)


def _outside(name: str, values: Mapping[str, float], agreed: Mapping[str, Bound]) -> bool:
    return any(one.name == name for one in beyond(values, agreed))


def _around(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = max((high - low) * 0.15, 1.0)
    return low - room, high + room
