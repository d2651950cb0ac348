"""A chart as numbers for its SVG. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from iot.seeing.series import Bin

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 32
GAP = 4
"""A silence of so many parts breaks the line: nobody knows what was in between."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Where a line of the grid lies, and what it stands for."""

    place: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`lines` are the means as points of polylines, `bands` from lowest to highest as polygons; a reading by itself is a dot."""

    lines: tuple[str, ...]
    bands: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def drawn(
    bins: Sequence[Bin], since: datetime, until: datetime, times: Sequence[tuple[datetime, str]]
) -> Chart:
    """`times`: moments to mark below, with their labels. `bins` hold at least one."""
    low, high, step = scale(min(b.low for b in bins), max(b.high for b in bins))
    span = (until - since).total_seconds()

    def x(at: datetime) -> float:
        return round(LEFT + (at - since).total_seconds() / span * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    lines, bands, dots = [], [], []
    for run in _runs(bins):
        if len(run) == 1:
            dots.append((x(run[0].at), y(run[0].mean)))
            continue
        lines.append(" ".join(f"{x(b.at)},{y(b.mean)}" for b in run))
        there = [f"{x(b.at)},{y(b.high)}" for b in run]
        back = [f"{x(b.at)},{y(b.low)}" for b in reversed(run)]
        bands.append(" ".join(there + back))
    steps = round((high - low) / step)
    up = tuple(Tick(y(low + n * step), f"{low + n * step:g}") for n in range(steps + 1))
    across = tuple(Tick(x(at), label) for at, label in times if since <= at < until)
    return Chart(tuple(lines), tuple(bands), tuple(dots), across, up)


def scale(low: float, high: float, wanted: int = 4) -> tuple[float, float, float]:
    """(lowest, highest, step) of an axis in round numbers that holds both."""
    if high - low <= 1e-6 * max(1.0, abs(low), abs(high)):
        room = max(abs(low), abs(high)) * 0.1 if max(abs(low), abs(high)) > 1e-6 else 1.0
        low, high = low - room, high + room
    rough = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return round(first * step, 9), round(max(last, first + 1) * step, 9), step


def _runs(bins: Sequence[Bin]) -> list[list[Bin]]:
    """Parts that follow each other: by the usual distance between two of them."""
    if len(bins) < 3:
        return [list(bins)]
    distances = sorted((b.at - a.at for a, b in itertools.pairwise(bins)), key=timedelta.total_seconds)
    most = distances[len(distances) // 2] * GAP
    runs = [[bins[0]]]
    for before, here in itertools.pairwise(bins):
        if here.at - before.at > most:
            runs.append([])
        runs[-1].append(here)
    return runs
