"""The homes of the fleet and the devices in them, each of a model that one can buy. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

Format = Literal["plain", "chirpstack", "zigbee2mqtt", "things_stack", "tasmota", "cjt188", "dlt645"]
Kind = Literal["elder", "family"]


@dataclass(frozen=True, slots=True)
class Model:
    """`part`: what such a device is in a home's devices, `room` where it hangs; `rules` map its names (`mapping.written`); `minutes` pass between two of
    its reports."""

    part: str
    room: str
    name: str
    format: Format
    minutes: int
    rules: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"fleet-{self.part}"


_ALL = (
    Model("door", "入户", "门磁", "zigbee2mqtt", 50, ("door_open=contact==false", "battery=battery")),
    Model("motion", "客厅", "人体传感器", "zigbee2mqtt", 50, ("motion=occupancy", "battery=battery")),
    Model("bed", "卧室", "床垫传感器", "plain", 30, ("in_bed=bed", "breathing_rate=breath")),
    Model("plug", "客厅", "智能插座", "tasmota", 10, ("power=ENERGY.Power",)),
    Model("water", "", "水表", "cjt188", 60, ("water_total=total",)),
    Model("energy", "", "电表", "dlt645", 60, ("energy_total=energy_import",)),
    Model("climate", "客厅", "温湿度计", "things_stack", 20, ("temperature=temperature", "humidity=humidity")),
    Model("smoke", "走廊", "烟感", "chirpstack", 60, ("smoke=alarm==fire", "battery=battery")),
    Model("gas", "厨房", "燃气报警器", "chirpstack", 60, ("gas=alarm==gas", "battery=battery")),
    Model("leak", "厨房", "水浸传感器", "zigbee2mqtt", 60, ("water_leak=water_leak", "battery=battery")),
    Model("button", "客厅", "求助按钮", "chirpstack", 360, ("sos=pressed", "battery=battery")),
    Model("radar", "卫生间", "跌倒雷达", "plain", 60, ("fall=fall",)),
    Model("watch", "", "定位手表", "plain", 10,
          ("latitude=lat", "longitude=lon", "accuracy=acc", "steps=steps", "battery=battery")),
    Model("camera", "", "门口摄像头", "plain", 240, ("video_event=video", "snapshot=picture")),
)  # fmt: skip
MODELS: dict[str, Model] = {model.part: model for model in _ALL}

_BOTH = ("door", "motion", "plug", "water", "energy", "climate", "smoke", "gas", "leak")
_PARTS: dict[Kind, tuple[str, ...]] = {
    "elder": (*_BOTH, "bed", "button", "radar"),
    "family": (*_BOTH, "camera"),
}


@dataclass(frozen=True, slots=True)
class Home:
    """`name` begins the names of its devices at the broker; `watch`: who lives there wears one that tells where she is. Degrees."""

    name: str
    kind: Kind
    watch: bool = False
    latitude: float = 39.9150
    longitude: float = 116.4040
    things: tuple[Thing, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        parts = (*_PARTS[self.kind], *(("watch",) if self.watch else ()))
        object.__setattr__(self, "things", tuple(Thing(self.name, MODELS[part]) for part in parts))

    def thing(self, part: str) -> Thing:
        return next(thing for thing in self.things if thing.model.part == part)


@dataclass(frozen=True, slots=True)
class Thing:
    """A device of a home."""

    home: str
    model: Model

    @property
    def name(self) -> str:
        return f"{self.home}-{self.model.part}"

    @property
    def eui(self) -> str:
        return hashlib.sha256(self.name.encode()).hexdigest()[:16]

    @property
    def number(self) -> str:
        """A meter's, of twelve digits."""
        return f"{int(self.eui, 16) % 10**12:012d}"

    @property
    def address(self) -> str:
        """What the registry knows it by (`Uplink.device`)."""
        match self.model.format:
            case "plain" | "tasmota":
                return f"{self.model.format}:{self.name}"
            case "zigbee2mqtt":
                return f"z2m:{self.home}/{self.model.part}"
            case "cjt188":
                return f"cjt188:00{self.number}"
            case "dlt645":
                return f"dlt645:{self.number}"
        return f"eui:{self.eui}"
