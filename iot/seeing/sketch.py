"""Safe areas and where somebody was as a drawing in metres, the north above: it needs no map. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from iot.seeing.fences import Circle, Place, Shape, metres

SIDE, EDGE = 400, 24


@dataclass(frozen=True, slots=True)
class Sketch:
    """In units of the drawing: `circles` are (x, y, radius), `polygons` points, `path` the way of the last day, `here` (x, y, radius of the error).
    `bar` is a length of so many units that stands for `bar_metres`."""

    circles: tuple[tuple[float, float, float], ...]
    polygons: tuple[str, ...]
    path: str
    here: tuple[float, float, float] | None
    bar: float
    bar_metres: int


def drawn(shapes: Sequence[Shape], places: Sequence[Place]) -> Sketch | None:
    """`places`: the newest first. None where there is nothing to draw."""
    if not shapes and not places:
        return None
    origin = shapes[0].middle if shapes else places[0]
    reach = [(*metres(origin, p), p.error) for p in places[:1]] + [
        (*metres(origin, p), 0.0) for p in places[1:]
    ]
    for shape in shapes:
        if isinstance(shape, Circle):
            reach.append((*metres(origin, shape.middle), shape.radius))
        else:
            reach += [(*metres(origin, corner), 0.0) for corner in shape.corners]
    left, right = min(x - r for x, _y, r in reach), max(x + r for x, _y, r in reach)
    low, high = min(y - r for _x, y, r in reach), max(y + r for _x, y, r in reach)
    scale = (SIDE - 2 * EDGE) / max(right - left, high - low, 50.0)

    def at(place: Place) -> tuple[float, float]:
        east, north = metres(origin, place)
        x = SIDE / 2 + (east - (left + right) / 2) * scale
        return round(x, 1), round(SIDE / 2 - (north - (low + high) / 2) * scale, 1)

    long = 10 ** math.floor(math.log10(100 / scale))
    long = next(long * n for n in (5, 2, 1) if long * n * scale <= 120 or n == 1)
    return Sketch(
        tuple((*at(s.middle), round(s.radius * scale, 1)) for s in shapes if isinstance(s, Circle)),
        tuple(
            " ".join(f"{x},{y}" for x, y in map(at, s.corners)) for s in shapes if not isinstance(s, Circle)
        ),
        " ".join(f"{x},{y}" for x, y in map(at, places)),
        (*at(places[0]), round(max(places[0].error * scale, 6), 1)) if places else None,
        round(long * scale, 1),
        int(long),
    )
