"""A device's readings of a stretch of time, drawn together in the database: as many values as a picture can show, however many there were."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.core import clock
from backend.core.db import ask, is_postgres
from iot.models import Reading
from iot.points import BODY, POINTS

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Bin:
    """A part of the time, `at` its beginning: the lowest, highest and mean value of `n` readings. Of a point that is or is not, each
    reading counts 1 or 0."""

    at: datetime
    low: float
    high: float
    mean: float
    n: int


def value(point: str, alias: str = "") -> str:
    """SQL of a Point's value as a number; NULL where a reading has none. Raises ValueError for what is no Point, or lies sealed."""
    if point not in POINTS or point in BODY or not _NAME.fullmatch(point):
        raise ValueError(f"no point: {point!r}")
    column = f'{alias}."values"' if alias else '"values"'
    yes_no = POINTS[point].kind in ("yes_no", "event")
    if not is_postgres():
        return f"CAST(json_extract({column}, '$.{point}') AS REAL)"
    text = f"({column}->>'{point}')"
    if yes_no:
        return f"(CASE {text} WHEN 'true' THEN 1.0 WHEN 'false' THEN 0.0 END)"
    return f"{text}::double precision"


def bins(device_id: int, point: str, since: datetime, until: datetime, most: int = 200) -> list[Bin]:
    """At most `most` of them, those without any reading left out, the oldest first."""
    begin, end = clock.to_ms(since), clock.to_ms(until)
    width = max(1, -(-(end - begin) // most))
    if point in BODY:
        return _of_body(device_id, point, begin, end, width)
    rows = ask(
        "SELECT part, MIN(v), MAX(v), AVG(v), COUNT(v) FROM (SELECT (at - CAST(? AS BIGINT)) / CAST(? AS BIGINT) AS part,"  # noqa: S608
        f" {value(point)} AS v FROM reading WHERE device_id = ? AND at >= ? AND at < ?) AS told"
        " WHERE v IS NOT NULL GROUP BY part ORDER BY part",
        (begin, width, device_id, begin, end),
    ).fetchall()
    return [
        Bin(clock.from_ms(begin + int(part) * width), low, high, mean, n) for part, low, high, mean, n in rows
    ]


def _of_body(device_id: int, point: str, begin: int, end: int, width: int) -> list[Bin]:
    """What is sealed is no number to a database."""
    within = (Reading.device_id == device_id) & (Reading.at >= begin) & (Reading.at < end)
    query: Any = Reading.select(Reading.at, Reading.body).where(within & Reading.body.is_null(False))
    parts: dict[int, list[float]] = {}
    for at, body in query.tuples().iterator():
        if isinstance(said := body.get(point), int | float):
            parts.setdefault((clock.to_ms(at) - begin) // width, []).append(float(said))
    return [
        Bin(clock.from_ms(begin + part * width), min(v), max(v), sum(v) / len(v), len(v))
        for part, v in sorted(parts.items())
    ]


def joined(parts: Sequence[Bin], most: int) -> list[Bin]:
    """The same in fewer, for a table beside the picture."""
    step = max(1, -(-len(parts) // most))
    made = []
    for start in range(0, len(parts), step):
        some = parts[start : start + step]
        n = sum(b.n for b in some)
        mean = sum(b.mean * b.n for b in some) / n
        made.append(Bin(some[0].at, min(b.low for b in some), max(b.high for b in some), mean, n))
    return made
