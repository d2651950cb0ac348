"""The fleet's messages to the broker, each at its time; thin over paho."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.core import clock
from iot import connection
from iot.connection import Broker
from iot.fleet.faults import Handed

BEHIND = 2_000
"""Messages that the broker has not acknowledged; beyond these the fleet waits."""
PATIENCE_S = 30.0
TICK = timedelta(milliseconds=1)


@dataclass
class Told:
    """What came of it: messages handed to the client, and those that the broker acknowledged."""

    published: int = 0
    acknowledged: int = 0


class Publisher:
    """Keeps what the broker has not acknowledged, and says it again when it is back. `start` raises OSError when nobody is there at first."""

    def __init__(self, broker: Broker) -> None:
        from paho.mqtt.client import Client  # slow to load, and most who know of the fleet publish nothing
        from paho.mqtt.enums import CallbackAPIVersion

        self._broker = broker
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(200)
        self._client.reconnect_delay_set(1, 5)
        connection.prepare(self._client, broker)
        self._client.on_publish = self._acknowledged
        self._lock = threading.Lock()
        self.told = Told()

    def start(self) -> None:
        self._client.connect(self._broker.host, self._broker.port)
        self._client.loop_start()

    def _acknowledged(self, *_about: Any) -> None:
        with self._lock:
            self.told.acknowledged += 1

    def say(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, qos=1)
        self.told.published += 1

    @property
    def open(self) -> int:
        with self._lock:
            return self.told.published - self.told.acknowledged

    def stop(self, patience: float = PATIENCE_S) -> Told:
        """Wait until all is acknowledged, at most so many seconds."""
        wait_for(lambda: not self.open, threading.Event(), patience)
        self._client.disconnect()
        self._client.loop_stop()
        return self.told


def publish(
    publisher: Publisher, handed: Iterable[Handed], *, speed: float, stop: threading.Event, real: bool = False
) -> None:
    """Each at its time from now on, the first one at once; at `speed` so many hours pass in one. Devices' clocks show what ours does when each is
    said, or, where time is `real`, when it happened."""
    began, first = clock.now(), None
    latest = began
    shown: dict[str, datetime] = {}
    for way in handed:
        first = first or (began if real else way.at)
        due = (way.at - first).total_seconds() / speed - (clock.now() - began).total_seconds()
        if (due > 0 and stop.wait(due / clock.speed())) or stop.is_set():
            return
        if publisher.open >= BEHIND:
            wait_for(lambda: publisher.open < BEHIND, stop, float("inf"))
        if not real and way.said.key not in shown:
            # Two messages of a device are never the same, however fast they come; what comes again is, to the last letter.
            latest = shown[way.said.key] = max(clock.now(), latest + TICK)
        publisher.say(*way.written(None if real else shown[way.said.key]))


def wait_for(holds: Callable[[], bool], stop: threading.Event, patience: float) -> bool:
    """Whether it came true."""
    waited = 0.0
    while not holds() and waited < patience:
        if stop.wait(0.05):
            return False
        waited += 0.05
    return holds()
