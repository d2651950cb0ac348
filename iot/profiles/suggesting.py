"""What a device's own names might mean, by the words in them. Pure. Suggestions, shown as such: a person looks at each, nothing is applied by itself.

The other use of the same words needs no understanding: a name that sounds like danger and is not mapped is told of loudly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from iot import mapping
from iot.mapping import Rule
from iot.points import POINTS
from iot.uplink import Scalar

_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[\u4e00-\u9fff]+")
_DANGER = frozenset(
    [
        *("alarm", "alert", "smoke", "fire", "flame", "gas", "co", "monoxide", "lpg", "methane", "leak"),
        *("leakage", "flood", "sos", "panic", "emergency", "help", "fall", "fallen", "distress", "duress"),
    ]
)
_DANGER_ZH = re.compile("报警|告警|烟|火|燃气|煤气|一氧化碳|漏水|水浸|求助|求救|跌倒|紧急")
_HARMLESS = frozenset(
    [
        *("meter", "total", "volume", "resistance", "index", "threshold", "setting", "config", "enable"),
        *("enabled", "period", "interval", "version"),
    ]
)
_SYNONYMS: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = tuple(
    (point, frozenset(words.split()), frozenset(without.split()))
    for point, words, without in (
        # The first whose words are all in the name, and none of what takes its meaning away, counts.
        ("smoke", "smoke", "test fault"),
        ("smoke", "fire alarm", "test"),
        ("carbon_monoxide", "carbon monoxide", ""),
        ("carbon_monoxide", "co alarm", ""),
        ("gas_level", "gas lel", ""),
        ("gas_level", "gas concentration", ""),
        ("gas", "gas alarm", ""),
        ("gas", "gas leak", ""),
        ("gas", "gas status", ""),
        ("water_leak", "water leak", "times count duration last total"),
        ("water_leak", "leak status", "times count duration last total"),
        ("water_leak", "leak", "times count duration last total gas"),
        ("water_leak", "leakage", "times count duration last total gas"),
        ("water_leak", "flood", ""),
        ("sos", "sos", ""),
        ("sos", "panic", ""),
        ("sos", "emergency", ""),
        ("fall", "fall", ""),
        ("fall", "fallen", ""),
        ("door_open", "door open", "times count duration last total"),
        ("door_open", "door status", "alarm"),
        ("door_open", "door", "times count duration last total alarm"),
        ("door_open", "window open", ""),
        ("door_open", "open", "times count duration last total alarm valve"),
        ("motion", "motion", ""),
        ("motion", "pir", ""),
        ("occupancy", "occupancy", ""),
        ("occupancy", "occupied", ""),
        ("in_bed", "bed", ""),
        ("tamper", "tamper", ""),
        ("tilt", "tilt angle", ""),
        ("temperature", "temperature", "unit setpoint target"),
        ("temperature", "temp", "unit setpoint target"),
        ("humidity", "humidity", ""),
        ("humidity", "humi", ""),
        ("humidity", "hum", ""),
        ("co2", "co2", ""),
        ("co2", "co 2", ""),
        ("pm25", "pm 25", ""),
        ("pm25", "pm 2 5", ""),
        ("pressure", "pressure", "blood water"),
        ("pressure", "barometer", ""),
        ("light", "light", ""),
        ("light", "illuminance", ""),
        ("light", "lux", ""),
        ("noise", "noise", ""),
        ("water_level", "water level", ""),
        ("heart_rate", "heart rate", ""),
        ("heart_rate", "pulse rate", ""),
        ("blood_oxygen", "spo 2", ""),
        ("steps", "steps", ""),
        ("battery_low", "battery low", ""),
        ("battery_low", "low battery", ""),
        ("battery_voltage", "bat v", ""),
        ("battery_voltage", "battery volt", ""),
        ("battery_voltage", "battery voltage", ""),
        ("battery_voltage", "battery v", ""),
        ("battery_voltage", "volt", "current"),
        ("battery", "battery", "unit"),
        ("battery", "bat", ""),
        ("water_total", "water meter", ""),
        ("water_total", "total water", ""),
        ("energy_total", "total energy", ""),
        ("energy_total", "energy", "reactive unit"),
        ("gas_total", "gas meter", ""),
        ("valve_open", "valve", ""),
        ("latitude", "latitude", ""),
        ("longitude", "longitude", ""),
        ("power", "active power", ""),
        ("signal", "rssi", ""),
    )
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`rule` as it might be; `seen` what the name said; `doubtful`: values of it that this rule could not read."""

    rule: Rule
    seen: tuple[Scalar, ...]
    doubtful: tuple[Scalar, ...]

    @property
    def text(self) -> str:
        return mapping.as_written(self.rule)


def words(name: str) -> list[str]:
    """DOOR_OPEN_STATUS, doorOpenStatus and door.open-status are the same three words."""
    return [part.casefold() for part in _PARTS.findall(name)]


def dangerous(name: str) -> bool:
    """Whether it sounds as if somebody's life might hang on it."""
    said = set(words(name))
    if _DANGER_ZH.search(name):
        return True
    if "2" in said:
        said.discard("co")  # what people breathe out
    return bool(said & _DANGER) and not said & _HARMLESS


def unheard(names: Iterable[str], rules: Iterable[Rule]) -> list[str]:
    """The names that sound like danger and that no rule reads: decoded, and never an alarm."""
    read = {rule.name for rule in rules}
    return [name for name in names if name not in read and dangerous(name)]


def suggestions(said: Mapping[str, Sequence[Scalar]], rules: Iterable[Rule] = ()) -> list[Suggestion]:
    """What the names that `rules` leave might mean, each with the values that were seen of it; in the order of `said`."""
    read = {rule.name for rule in rules}
    found = []
    for name, values in said.items():
        point = _point(name) if name not in read else None
        if point is not None:
            found.append(_suggestion(point, name, values))
    return found


def _point(name: str) -> str | None:
    said = set(words(name))
    return next((p for p, wanted, without in _SYNONYMS if wanted <= said and not without & said), None)


def _suggestion(point: str, name: str, values: Sequence[Scalar]) -> Suggestion:
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    scale = 1.0
    if point in ("battery", "battery_voltage") and numbers:
        # Millivolts, volts or per cent: by their size.
        top = max(numbers)
        point = "battery_voltage" if top > 100 or (top <= 5 and any(v % 1 for v in numbers)) else point
        scale = 0.001 if top > 100 else 1.0
    rule = Rule(point, name, scale=scale)
    seen = tuple(dict.fromkeys(values))
    doubtful = tuple(
        v for v in seen if v is not None and mapping.read([rule], {name: v}).wrong
    ) if POINTS[point].kind != "text" else ()  # fmt: skip
    return Suggestion(rule, seen[:5], doubtful[:5])
