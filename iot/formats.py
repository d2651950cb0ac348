"""The formats that we read, and which of them a topic is in."""

from __future__ import annotations

from functools import lru_cache

from iot.codecs import (
    Codec,
    chirpstack,
    cjt188,
    dlt645,
    home_assistant,
    matches,
    modbus,
    plain,
    tasmota,
    things_stack,
    zigbee2mqtt,
)

ALL: tuple[Codec, ...] = (
    plain.CODEC,
    chirpstack.CODEC,
    things_stack.CODEC,
    zigbee2mqtt.CODEC,
    tasmota.CODEC,
    dlt645.CODEC,
    cjt188.CODEC,
    modbus.CODEC,
    home_assistant.CODEC,
)
BY_NAME = {codec.name: codec for codec in ALL}


@lru_cache(maxsize=65_536)
def of(topic: str) -> Codec | None:
    """The format that is usually under this topic; None when it is nobody's."""
    return next((c for c in ALL if any(matches(topic, wanted) for wanted in c.topics)), None)
