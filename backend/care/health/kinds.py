"""What is measured at home: its values by the names that devices give them (`iot.points`), what is possible at all, and from where on
somebody should know of it. Pure.

Sources of the bounds that hold where nothing was agreed: the national norm of basic public health services (国家基本公共卫生服务规范, third edition, 2017)
has people with a blood pressure from 180/110, a blood sugar from 16.7 or up to 3.9 mmol/L, or a temperature above 39 °C referred at once. Pulse,
oxygen and low pressure are cautious values of ours. A doctor's word for one person goes before all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.core.i18n import Msg, Text, _

Bound = tuple[float | None, float | None]
"""The least and the most that is well; None: no bound."""


@dataclass(frozen=True, slots=True)
class Value:
    """`possible`: beyond it the reading is a mistake. `well`: see Bound. `step`: as it is drawn."""

    name: str
    title: Msg
    possible: tuple[float, float]
    well: Bound
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """`often`: devices say it all day long, so that not each is kept."""

    title: Msg
    unit: str
    values: tuple[Value, ...]
    often: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(v.name for v in self.values)


KINDS: dict[str, Kind] = {
    "pressure": Kind(
        _("Blood pressure"),
        "mmHg",
        (
            Value("blood_pressure_high", _("upper"), (50, 300), (90, 180)),
            Value("blood_pressure_low", _("lower"), (25, 200), (50, 110)),
        ),
    ),
    "sugar": Kind(_("Blood sugar"), "mmol/L", (Value("blood_glucose", _("Blood sugar"), (0.5, 40), (3.9, 16.7), 1),)),
    "pulse": Kind(_("Pulse"), "/min", (Value("heart_rate", _("Pulse"), (20, 250), (40, 130)),), often=True),
    "oxygen": Kind(_("Blood oxygen"), "%", (Value("blood_oxygen", _("Blood oxygen"), (40, 100), (90, None)),), often=True),
    "temperature": Kind(
        _("Body temperature"), "°C", (Value("body_temperature", _("Body temperature"), (30, 45), (35, 39), 1),), often=True
    ),
    "weight": Kind(_("Weight"), "kg", (Value("weight", _("Weight"), (15, 300), (None, None), 1),)),
}  # fmt: skip
KIND_OF = {value.name: kind for kind, one in KINDS.items() for value in one.values}
VALUES = {value.name: value for one in KINDS.values() for value in one.values}


@dataclass(frozen=True, slots=True)
class Beyond:
    """A value outside its bound; `bound` is the one that it crossed."""

    name: str
    value: float
    bound: float
    high: bool


def possible(name: str, value: float) -> bool:
    """Whether somebody alive can have it."""
    low, high = VALUES[name].possible
    return low <= value <= high


def beyond(values: Mapping[str, float], agreed: Mapping[str, Bound]) -> list[Beyond]:
    """The values outside: what was agreed for her, else what holds for everybody. A bound itself is outside as the norm reads:
    from the upper one on, up to the lower one."""
    found = []
    for name, value in values.items():
        least, most = agreed.get(name, VALUES[name].well)
        if most is not None and value >= most:
            found.append(Beyond(name, value, most, True))
        elif least is not None and value <= least:
            found.append(Beyond(name, value, least, False))
    return found


def shown(kind: str, values: Mapping[str, float]) -> str:
    """135/85 mmHg."""
    one = KINDS[kind]
    parts = [f"{values[v.name]:.{v.decimals}f}" if v.name in values else "–" for v in one.values]
    return f"{'/'.join(parts)} {one.unit}"


def told(kind: str, values: Mapping[str, float]) -> Text:
    """Blood pressure 135/85 mmHg."""
    return _("{what} {value}", what=KINDS[kind].title, value=shown(kind, values))


def grouped(values: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """By kind, what of it is known and possible; a pressure needs its upper value."""
    found: dict[str, dict[str, float]] = {}
    for name, value in values.items():
        if name in KIND_OF and possible(name, value):
            found.setdefault(KIND_OF[name], {})[name] = float(value)
    pressure = found.get("pressure")
    if pressure is not None and "blood_pressure_high" not in pressure:
        del found["pressure"]
    return found
