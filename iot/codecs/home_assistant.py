"""Home Assistant's MQTT discovery, taken as a catalogue: homeassistant/{component}/[{node}/]{object}/config announces what is said under which topic. Source: its
documentation of MQTT discovery and of device triggers.

Of templates we read one kind: {{ value_json.path }}. A device's own program is not run here. What a format of ours reads already (Zigbee2MQTT
announces itself, too) is not taken twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from backend.core.i18n import _
from iot.codecs import Codec, json_text
from iot.uplink import Arrived, Scalar, Unreadable, Uplink, content_key

MOST = 100
"""Entities of one announcement."""
LONGEST_NAME = 60
_OWN = (
    "linli/",
    "application/",
    "v3/",
    "zigbee2mqtt/",
    "tele/",
    "stat/",
    "meter/",
    "modbus/",
    "homeassistant/",
    "$",
)
_SAYING = ("sensor", "binary_sensor", "switch", "siren", "lock", "valve", "event", "device_automation")
_LONG = {
    "stat_t": "state_topic", "val_tpl": "value_template", "dev_cla": "device_class", "unit_of_meas": "unit_of_measurement",
    "pl_on": "payload_on", "pl_off": "payload_off", "avty_t": "availability_topic", "avty": "availability", "t": "topic",
    "pl_avail": "payload_available", "pl_not_avail": "payload_not_available", "cmd_t": "command_topic", "dev": "device",
    "ids": "identifiers", "cns": "connections", "mf": "manufacturer", "mdl": "model", "uniq_id": "unique_id",
    "obj_id": "object_id", "pl": "payload", "stype": "subtype", "cmps": "components", "p": "platform", "stat_on": "state_on",
    "stat_off": "state_off",
}  # fmt: skip
_PATH = re.compile(r"\{\{-?\s*value_json((?:\.\w+|\[(?:'[^']+'|\"[^\"]+\"|\d+)\])+)\s*-?\}\}")
_STEP = re.compile(r"\.(\w+)|\[(?:'([^']+)'|\"([^\"]+)\"|(\d+))\]")
_WHOLE = re.compile(r"\{\{-?\s*value\s*-?\}\}")
POINTS: dict[tuple[str, str], tuple[str, dict[str, float]]] = {
    ("binary_sensor", "smoke"): ("smoke", {}),
    ("binary_sensor", "gas"): ("gas", {}),
    ("binary_sensor", "carbon_monoxide"): ("carbon_monoxide", {}),
    ("binary_sensor", "moisture"): ("water_leak", {}),
    ("binary_sensor", "door"): ("door_open", {}),
    ("binary_sensor", "opening"): ("door_open", {}),
    ("binary_sensor", "tamper"): ("tamper", {}),
    ("binary_sensor", "motion"): ("motion", {}),
    ("binary_sensor", "occupancy"): ("occupancy", {}),
    ("binary_sensor", "presence"): ("occupancy", {}),
    ("binary_sensor", "vibration"): ("moved", {}),
    ("binary_sensor", "battery"): ("battery_low", {}),
    ("sensor", "temperature"): ("temperature", {"°C": 1}),
    ("sensor", "humidity"): ("humidity", {"%": 1}),
    ("sensor", "battery"): ("battery", {"%": 1}),
    ("sensor", "voltage"): ("voltage", {"V": 1, "mV": 0.001}),
    ("sensor", "current"): ("current", {"A": 1, "mA": 0.001}),
    ("sensor", "power"): ("power", {"W": 1, "kW": 1000}),
    ("sensor", "energy"): ("energy_total", {"kWh": 1, "Wh": 0.001}),
    ("sensor", "water"): ("water_total", {"m³": 1, "L": 0.001}),
    ("sensor", "gas"): ("gas_total", {"m³": 1}),
    ("sensor", "atmospheric_pressure"): ("pressure", {"hPa": 1, "mbar": 1}),
    ("sensor", "carbon_dioxide"): ("co2", {"ppm": 1}),
    ("sensor", "pm25"): ("pm25", {"µg/m³": 1}),
    ("sensor", "illuminance"): ("light", {"lx": 1}),
    ("sensor", "sound_pressure"): ("noise", {"dB": 1}),
    ("sensor", "signal_strength"): ("signal", {"dBm": 1}),
    ("switch", ""): ("switch", {}),
    ("switch", "outlet"): ("switch", {}),
    ("valve", "water"): ("valve_open", {}),
    ("valve", "gas"): ("valve_open", {}),
}
"""(component, device class): the point that it is probably, and the factor by unit; another unit is not guessed at."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that a device says. `path` into the JSON under `topic`, () for all of it. `on` and `off` are what it says for yes and no. `trigger`: what is said
    when it happens, of a button."""

    device: str
    name: str
    component: str
    topic: str
    path: tuple[str, ...] = ()
    device_class: str = ""
    unit: str = ""
    on: str = "ON"
    off: str = "OFF"
    trigger: str | None = None
    availability: str = ""
    here: str = "online"
    gone: str = "offline"
    title: str = ""
    model: str = ""

    def to_json(self) -> dict[str, Any]:
        return {part: getattr(self, part) for part in self.__slots__}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Entity:
        return cls(**{**data, "path": tuple(data.get("path", ()))})


# --- the announcement ------------------------------------------------------------------------------------------


def announced(arrived: Arrived) -> list[Entity]:
    """What a config message announces; nothing where it is withdrawn, or none of ours to read. Raises Unreadable."""
    parts = arrived.topic.split("/")
    if len(parts) not in (4, 5) or not arrived.payload.strip():
        return []
    component, node, object_id = parts[1], parts[2] if len(parts) == 5 else "", parts[-2]
    config = _long(json_text.mapping(arrived.payload))
    about = config.get("device") if isinstance(config.get("device"), dict) else {}
    owner = _owner(about, config, node or object_id)
    if component != "device":
        found = [_entity(component, object_id, config, about, owner)] if component in _SAYING else []
    else:
        inner = config.get("components")
        if not isinstance(inner, dict) or len(inner) > MOST:
            raise Unreadable(_("components is missing, or there are more than {n}", n=MOST))
        found = _several(inner, config, about, owner)
    return [one for one in found if one is not None]


def _several(
    inner: Mapping[str, Any], config: Mapping[str, Any], about: Mapping[str, Any], owner: str
) -> list[Entity | None]:
    """Those that can be read; Unreadable only when that is none."""
    found: list[Entity | None] = []
    wrong: list[Unreadable] = []
    for key, own in inner.items():
        if not isinstance(own, dict) or own.get("platform") not in _SAYING:
            continue
        try:
            found.append(_entity(str(own["platform"]), str(key), {**config, **own}, about, owner))
        except Unreadable as error:
            wrong.append(error)
    if wrong and not found:
        raise wrong[0]
    return found


def _entity(
    component: str, object_id: str, config: Mapping[str, Any], about: Mapping[str, Any], owner: str
) -> Entity | None:
    button = component == "device_automation"
    topic = _topic(config, "topic" if button else "state_topic")
    if not topic or topic.startswith(_OWN):
        return None  # it only takes commands, or is read already
    if "+" in topic or "#" in topic or len(topic) > 200:
        raise Unreadable(_("its topic is no topic"))
    available, here, gone = _availability(config)
    kind = " ".join(str(about.get(part, "")) for part in ("manufacturer", "model")).strip()
    name = f"{config.get('type', '')}_{config.get('subtype', '')}".strip("_") if button else object_id
    if len(name or object_id) > LONGEST_NAME:
        raise Unreadable(_("its name has more than {n} characters", n=LONGEST_NAME))
    return Entity(
        f"ha:{owner}", name or object_id, component, topic, _path(config.get("value_template")),
        str(config.get("device_class") or "")[:40], str(config.get("unit_of_measurement") or "")[:20],
        str(config.get("payload_on", config.get("state_on", "ON"))), str(config.get("payload_off", config.get("state_off", "OFF"))),
        str(config.get("payload", "")) if button else None, available, here, gone,
        str(about.get("name") or config.get("name") or owner)[:80], f"ha:{kind}"[:120] if kind else "",
    )  # fmt: skip


def _long(data: Any) -> Any:
    """With whole names instead of their abbreviations, at every depth."""
    if isinstance(data, dict):
        return {_LONG.get(str(key), str(key)): _long(value) for key, value in data.items()}
    return [_long(one) for one in data] if isinstance(data, list) else data


def _owner(about: Mapping[str, Any], config: Mapping[str, Any], else_: str) -> str:
    ids = about.get("identifiers")
    first = ids[0] if isinstance(ids, list) and ids else ids
    if (
        not first
        and isinstance(links := about.get("connections"), list)
        and links
        and isinstance(links[0], list)
    ):
        first = "-".join(str(part) for part in links[0])
    return str(first or config.get("unique_id") or else_)


def _topic(config: Mapping[str, Any], name: str) -> str:
    topic, base = config.get(name), str(config.get("~", ""))
    if not isinstance(topic, str):
        return ""
    if topic.startswith("~"):
        return base + topic[1:]
    return topic[:-1] + base if topic.endswith("~") else topic


def _availability(config: Mapping[str, Any]) -> tuple[str, str, str]:
    given = config.get("availability")
    first = given[0] if isinstance(given, list) and given and isinstance(given[0], dict) else None
    source = {**config, **first} if first else config
    topic = _topic(source, "topic") if first else _topic(config, "availability_topic")
    return (
        topic,
        str(source.get("payload_available", "online")),
        str(source.get("payload_not_available", "offline")),
    )


def _path(template: object) -> tuple[str, ...]:
    if template is None or (isinstance(template, str) and _WHOLE.fullmatch(template.strip())):
        return ()
    match = _PATH.fullmatch(template.strip()) if isinstance(template, str) else None
    if match is None:
        raise Unreadable(
            _(
                "the template “{text}” is more than a path, and no program of a device is run here",
                text=str(template)[:80],
            )
        )
    return tuple("".join(step) for step in _STEP.findall(match[1]))


def read(arrived: Arrived) -> list[Uplink]:
    """An announcement, as what its device says of itself: `values` hold the Entity as JSON by its name."""
    entities = announced(arrived)
    if not entities:
        return []
    first = entities[0]
    said: dict[str, Scalar] = {one.name: json.dumps(one.to_json(), ensure_ascii=False) for one in entities}
    return [
        Uplink(
            first.device, "announced", said, model=first.model, name=first.title, retained=arrived.retained
        )
    ]


# --- what is said then -----------------------------------------------------------------------------------------


def said(entities: Iterable[Entity], arrived: Arrived) -> list[Uplink]:
    """What a message under the entities' topics says, one Uplink a device and kind. Raises Unreadable."""
    data: dict[str, dict[str, Scalar]] = {}
    found: list[Uplink] = []
    text = arrived.payload.decode("utf-8", "replace").strip()
    titles: dict[str, Entity] = {}
    for one in entities:
        titles[one.device] = one
        if arrived.topic == one.availability:
            kind: Literal["online", "offline"] | None = (
                "online" if text == one.here else "offline" if text == one.gone else None
            )
            if kind and not any(u.device == one.device and u.kind == kind for u in found):
                found.append(Uplink(one.device, kind, name=one.title, retained=arrived.retained))
        if arrived.topic != one.topic:
            continue
        value = _at(one.path, arrived.payload) if one.path else text[:200]
        if one.trigger is not None:
            if not one.trigger or str(value) == one.trigger:
                found.append(_event(one, True, arrived))
        elif one.component == "event":
            found.append(_event(one, value, arrived))
        elif value is not None and value != "":
            data.setdefault(one.device, {})[one.name] = _yes(one, value)
    for device, values in data.items():
        its = titles[device]
        found.append(
            Uplink(
                device,
                values=values,
                key=content_key(arrived),
                model=its.model,
                name=its.title,
                retained=arrived.retained,
            )
        )
    return found


def _event(one: Entity, value: Scalar, arrived: Arrived) -> Uplink:
    return Uplink(one.device, "event", {one.name: value}, name=one.title, retained=arrived.retained)


def _at(path: tuple[str, ...], payload: bytes) -> Scalar:
    data = json_text.read(payload)
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and step.isdecimal() and int(step) < len(data):
            data = data[int(step)]
        else:
            return None
    return data if isinstance(data, str | int | float | bool) else None


def _yes(one: Entity, value: Scalar) -> Scalar:
    if one.component not in ("binary_sensor", "switch", "siren"):
        return value
    text = str(value)
    return True if text == one.on else False if text == one.off else value


def suggested(entities: Iterable[Entity]) -> list[str]:
    """Mappings that are probably right, as `mapping.written` reads them, for somebody to look over."""
    found = []
    for one in entities:
        point, factors = POINTS.get((one.component, one.device_class), ("", {}))
        if not point or (factors and one.unit not in factors):
            continue
        factor = factors.get(one.unit, 1)
        found.append(f"{point}={one.name}" + (f"*{factor:g}" if factor != 1 else ""))
    return found


CODEC = Codec(
    "home_assistant", "Home Assistant", ("homeassistant/+/+/config", "homeassistant/+/+/+/config"), read
)
