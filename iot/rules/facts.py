"""What is known of a device, or of a whole home, at a moment, by the names that conditions use. Pure.

Moments are milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from iot.rules.names import Name
from iot.uplink import Scalar

NOTICED = frozenset({"motion", "occupancy", "sos", "fall"})
"""A yes of these says that somebody is there."""
TOUCHED = frozenset({"door_open", "switch", "in_bed", "steps", "valve_open"})
"""A change of these does. Not a meter: a dripping tap would hide that nobody moves."""
LIFE = NOTICED | TOUCHED


@dataclass(slots=True)
class Known:
    """`points`: the last value of each and when it was said; `since`: when it became that; `noticed`: when somebody was noticed in the home, or, while that
    has not happened, when it was heard of first. `about`: the names of device and home that have a value."""

    points: dict[str, tuple[Scalar, int]] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    noticed: int | None = None
    about: Mapping[str, Scalar] = field(default_factory=dict)

    def hear(self, said: Mapping[str, Scalar], at: int) -> dict[str, Scalar]:
        """Take a message into account; what is newer already stays. Returns the values that stood before it."""
        before = {point: value for point, (value, _at) in self.points.items()}
        if self.noticed is None:
            self.noticed = at
        for point, value in said.items():
            known = self.points.get(point)
            if known is not None and known[1] > at:
                continue
            if known is None or known[0] != value:
                self.since[point] = at
            elif point not in self.since:
                self.since[point] = known[1]
            if alive(point, value, before):
                self.noticed = max(self.noticed, at)
            self.points[point] = (value, at)
        return before

    def values(
        self,
        names: Iterable[Name],
        at: int,
        said: Mapping[str, Scalar] | None = None,
        before: Mapping[str, Scalar] | None = None,
    ) -> dict[str, Scalar]:
        """By the text of each name that has a value. Without `said` no message is the reason to ask."""
        found: dict[str, Scalar] = {}
        for name in names:
            value = self._value(name, at, said or {}, before or {})
            if value is not None:
                found[name.text] = value
        return found

    def _value(self, name: Name, at: int, said: Mapping[str, Scalar], before: Mapping[str, Scalar]) -> Scalar:
        known = self.points.get(name.word)
        match name.place:
            case "":
                return said.get(name.word)
            case "last":
                return None if known is None else known[0]
            case "before":
                return before.get(name.word)
            case "since":
                since = self.since.get(name.word, known[1] if known else None)
                return None if since is None else max(at - since, 0) / 1000
            case "ago":
                return None if known is None else max(at - known[1], 0) / 1000
        if name.text == "home.quiet":
            return None if self.noticed is None else max(at - self.noticed, 0) / 1000
        return self.about.get(name.text)


def alive(point: str, value: Scalar, before: Mapping[str, Scalar]) -> bool:
    """Whether this says that somebody is there."""
    return (point in NOTICED and value is True) or (
        point in TOUCHED and point in before and before[point] != value
    )
