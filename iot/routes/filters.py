"""Which readings a route takes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from backend.core.errors import Invalid
from backend.core.i18n import _
from iot.rules.condition import understood
from iot.uplink import Scalar

KINDS = ("data", "event", "alarm")
ALARM = "alarm"
"""What becomes of an alarm of a device: only for who asked for it."""
_SETS = ("points", "profiles", "devices", "kinds")
_ASKED = frozenset({"", "before", "last"})
"""What a condition here may ask of a point: not how long something has been so, for nobody looks between readings."""
_ABOUT = "device.name"


@dataclass(frozen=True, slots=True)
class Filter:
    """Each part narrows; an empty one narrows nothing. `points`: a reading that has any of them. `condition`: as rules have them (`iot.rules`)."""

    points: frozenset[str] = frozenset()
    profiles: frozenset[int] = frozenset()
    devices: frozenset[int] = frozenset()
    kinds: frozenset[str] = frozenset()
    condition: str = ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Filter:
        points, profiles, devices, kinds = (frozenset(data.get(name, ())) for name in _SETS)
        return cls(points, profiles, devices, kinds, data.get("condition", ""))

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {name: sorted(getattr(self, name)) for name in _SETS if getattr(self, name)}
        return data | ({"condition": self.condition} if self.condition else {})

    def wants(self, kind: str, device_id: int, profile_id: int | None, points: Collection[str]) -> bool:
        """Whether a reading with these `points` goes, its condition aside; one that says nothing that anybody knows never does."""
        return (
            bool(points)
            and (kind in self.kinds if self.kinds else kind != ALARM)
            and (not self.devices or device_id in self.devices)
            and (not self.profiles or profile_id in self.profiles)
            and (not self.points or kind == ALARM or not self.points.isdisjoint(points))
        )

    def holds(self, kind: str, values: Mapping[str, Scalar], before: Mapping[str, Scalar], name: str) -> bool:
        """Whether its condition holds for certain, for a reading of these values by a device of this name; `before`: its last values before that. An
        alarm was decided on elsewhere."""
        if not self.condition or kind == ALARM:
            return True
        condition = understood(self.condition)
        known = {"": values, "before": before, "last": {**before, **values}}
        asked = {n.text: known[n.place].get(n.word) for n in condition.names if n.place in _ASKED}
        return condition.certain({**asked, _ABOUT: name})


def readable(data: Mapping[str, Any]) -> bool:
    """Whether the condition of a stored filter is understood: words that it uses may have gone since."""
    try:
        checked(data.get("condition", ""))
    except Invalid:
        return False
    return True


def checked(condition: str) -> str:
    """The condition, stripped. Raises Invalid when it is none, or asks what a single reading does not tell."""
    condition = condition.strip()
    if condition:
        names = understood(condition).names
        other = next((n.text for n in names if n.place not in _ASKED and n.text != _ABOUT), None)
        if other is not None:
            raise Invalid(
                _(
                    "A route looks at single readings and does not know “{name}”. It knows points, such as {examples}.",
                    name=other,
                    examples="temperature, before.temperature, last.battery, device.name",
                ),
                "condition",
            )
    return condition
