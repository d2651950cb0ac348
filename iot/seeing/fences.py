"""Whether somebody is inside her safe area, as well as a satellite receiver can tell. Pure.

Positions jump by tens of metres between houses. So a position counts as outside only when it is farther out than its own error, two of them in a
row make it true, and it is over only after two that are inside.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.core.errors import Invalid
from backend.core.i18n import Msg, _

EARTH = 6_371_000.0
MARGIN = 15.0
"""Metres beyond its own error that a position must lie outside."""
UNKNOWN, VAGUE = 30.0, 300.0
"""The error in metres of a position that does not tell it; one that tells more than VAGUE says nothing of being back."""
IN_A_ROW = 2
LEAST, MOST = 30.0, 20_000.0
CORNERS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees; `error` in metres."""

    latitude: float
    longitude: float
    error: float = UNKNOWN


@dataclass(frozen=True, slots=True)
class Circle:
    """`radius` in metres."""

    middle: Place
    radius: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """At least three corners, in order."""

    corners: tuple[Place, ...]

    @property
    def middle(self) -> Place:
        n = len(self.corners)
        return Place(sum(c.latitude for c in self.corners) / n, sum(c.longitude for c in self.corners) / n)


Shape = Circle | Polygon


def metres(a: Place, b: Place) -> tuple[float, float]:
    """How far `b` lies east and north of `a`; exact enough for some kilometres."""
    turn = (b.longitude - a.longitude + 180) % 360 - 180
    across = math.radians(turn) * math.cos(math.radians((a.latitude + b.latitude) / 2))
    return across * EARTH, math.radians(b.latitude - a.latitude) * EARTH


def distance(a: Place, b: Place) -> float:
    return math.hypot(*metres(a, b))


def beyond(shape: Shape, place: Place) -> float:
    """Metres that the place lies outside the edge; below nought inside it."""
    if isinstance(shape, Circle):
        return distance(shape.middle, place) - shape.radius
    points = [metres(place, corner) for corner in shape.corners]
    nearest = min(_to_line(one, other) for one, other in zip(points, [*points[1:], points[0]], strict=True))
    return -nearest if _around(points) else nearest


def _to_line(a: tuple[float, float], b: tuple[float, float]) -> float:
    """How far the line from `a` to `b` is from the origin."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    part = 0.0 if length == 0 else max(0.0, min(1.0, -(a[0] * dx + a[1] * dy) / length))
    return math.hypot(a[0] + part * dx, a[1] + part * dy)


def _around(points: Sequence[tuple[float, float]]) -> bool:
    """Whether the corners lie around the origin: a ray to the east crosses the edge an odd number of times."""
    inside = False
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        if (ay > 0) != (by > 0) and ax + (bx - ax) * -ay / (by - ay) > 0:
            inside = not inside
    return inside


@dataclass(frozen=True, slots=True)
class Stand:
    """`count`: positions in a row surely outside, below nought surely inside; `outside`: it is true that she is out."""

    count: int = 0
    outside: bool = False


def step(shape: Shape, stand: Stand, place: Place, *, holds: bool) -> tuple[Stand, str]:
    """How she stands after one more position, and "left" or "back" when that is new. While the area does not hold (`holds`), she may go
    where she likes; that she is back counts at any time."""
    far = beyond(shape, place)
    if far > place.error + MARGIN:
        count = max(stand.count, 0) + 1 if holds else 0
        if count >= IN_A_ROW and not stand.outside:
            return Stand(count, True), "left"
        return Stand(count, stand.outside), ""
    if far <= 0 and place.error <= VAGUE:
        count = min(stand.count, 0) - 1
        if -count >= IN_A_ROW and stand.outside:
            return Stand(count, False), "back"
        return Stand(count, stand.outside), ""
    # At the edge nothing is sure: it is no step back, and takes nothing from what looked like leaving.
    return Stand(max(stand.count, 0), stand.outside), ""


def holds(days: str, begins: str, ends: str, at: datetime) -> bool:
    """Whether an area with these hours holds at a local moment. Hours over midnight belong to the day on which they begin."""
    if not begins or not ends or begins == ends:
        return str(at.isoweekday()) in days
    now = f"{at:%H:%M}"
    if begins < ends:
        return begins <= now < ends and str(at.isoweekday()) in days
    if now >= begins:
        return str(at.isoweekday()) in days
    return now < ends and str((at - timedelta(days=1)).isoweekday()) in days


DIRECTIONS: tuple[Msg, ...] = (
    *(_("north"), _("north-east"), _("east"), _("south-east")),
    *(_("south"), _("south-west"), _("west"), _("north-west")),
)


def direction(a: Place, b: Place) -> Msg:
    """Where `b` lies, seen from `a`."""
    east, north = metres(a, b)
    return DIRECTIONS[round(math.degrees(math.atan2(east, north)) / 45) % 8]


# --- as JSON, and as staff type it -----------------------------------------------------------------------------


def to_json(shape: Shape) -> dict[str, Any]:
    if isinstance(shape, Circle):
        return {"at": [shape.middle.latitude, shape.middle.longitude], "radius": shape.radius}
    return {"corners": [[c.latitude, c.longitude] for c in shape.corners]}


def from_json(data: Mapping[str, Any]) -> Shape:
    if "radius" in data:
        return Circle(Place(*data["at"]), data["radius"])
    return Polygon(tuple(Place(*corner) for corner in data["corners"]))


def circle(at: str, radius: str) -> Circle:
    """From "39.9042, 116.4074" and metres. Raises Invalid."""
    try:
        wide = float(radius)
    except ValueError:
        wide = -1.0
    if not LEAST <= wide <= MOST:
        raise Invalid(
            _("Between {least} and {most} metres, please.", least=int(LEAST), most=int(MOST)), "radius"
        )
    return Circle(place(at, "at"), wide)


def polygon(text: str) -> Polygon:
    """A corner a line. Raises Invalid."""
    corners = tuple(place(line, "corners") for line in text.splitlines() if line.strip())
    if not 3 <= len(corners) <= CORNERS:
        raise Invalid(_("Please give at least three corners, each on a line."), "corners")
    if any(distance(corners[0], corner) > MOST * 2 for corner in corners):
        raise Invalid(_("The corners lie too far apart."), "corners")
    return Polygon(corners)


def place(text: str, named: str) -> Place:
    """Raises Invalid."""
    parts = text.replace("，", ",").replace(",", " ").split()
    try:
        latitude, longitude = (float(part) for part in parts)
    except ValueError:
        latitude = longitude = math.nan
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Invalid(_("Latitude and longitude, please, like 39.9042, 116.4074."), named)
    return Place(latitude, longitude)
