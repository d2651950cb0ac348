"""What another system is given of a reading: all of it, or chosen points under names of its own. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backend.core.errors import Invalid
from backend.core.i18n import _
from iot.routes.filters import ALARM
from iot.uplink import Scalar

PLACES = ("device", "address", "name", "model", "org", "kind", "point")
"""What a template may name; `device` is its number."""
_PLACE = re.compile(r"\{(\w*)\}")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Item:
    """A reading on its way. `key` names it to the receiver: a second one with it is the same again."""

    entry_id: int
    key: str
    device_id: int
    address: str
    name: str
    model: str
    org_id: int
    org: str
    kind: str
    at: datetime
    received: datetime
    values: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Shape:
    """`how`: "reading" gives it whole; "points" only those of `points` (all where none are named), each called as `template` says."""

    how: str = "reading"
    points: frozenset[str] = frozenset()
    template: str = "{point}"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Shape:
        return cls(
            data.get("how", "reading"), frozenset(data.get("points", ())), data.get("template", "{point}")
        )

    def to_json(self) -> dict[str, Any]:
        return {"how": self.how, "points": sorted(self.points), "template": self.template}

    def named(self, item: Item) -> dict[str, Scalar]:
        """The chosen points' values by the names that the receiver wants."""
        whole = not self.points or item.kind == ALARM
        chosen = {p: v for p, v in item.values.items() if whole or p in self.points}
        return {filled(self.template, item, point): value for point, value in chosen.items()}

    def body(self, item: Item) -> dict[str, Any]:
        """As JSON. Times are RFC 3339 in UTC."""
        if self.how == "points":
            return {**self.named(item), "id": item.key, "at": written(item.at)}
        return {
            "id": item.key,
            "kind": item.kind,
            "at": written(item.at),
            "received_at": written(item.received),
            "device": {
                "id": item.device_id,
                "address": item.address,
                "name": item.name,
                "model": item.model or None,
            },
            "org": {"id": item.org_id, "name": item.org},
            "values": dict(item.values),
        }


def written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def filled(template: str, item: Item, point: str = "") -> str:
    """The template with what its places name."""
    said = {
        "device": str(item.device_id), "address": item.address, "name": item.name, "model": item.model, "org": item.org,
        "kind": item.kind, "point": point,
    }  # fmt: skip
    return _PLACE.sub(lambda found: said.get(found[1], ""), template)


def checked(template: str, field: str, *, without: tuple[str, ...] = ()) -> str:
    """The template, stripped. Raises Invalid when it is empty, too long, or names a place that is none."""
    template = template.strip()
    known = [place for place in PLACES if place not in without]
    wrong = [name for name in _PLACE.findall(template) if name not in known]
    if not template or len(template) > LONGEST or wrong:
        raise Invalid(
            _(
                "Please use text and these places: {places}.",
                places=" ".join(f"{{{place}}}" for place in known),
            ),
            field,
        )
    return template
