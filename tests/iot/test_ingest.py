"""The ingest process at a real broker: nothing is acknowledged before it is in the database, and nothing is stored twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import paho.mqtt.client as mqtt
import peewee
import pytest

from backend import embedded
from backend.settings import ROOT
from iot import storing
from iot.ingest import Ingest
from iot.models import Device, QuarantinedMessage, Reading
from iot.storing import Stored
from iot.uplink import Arrived
from tests.databases import TestDatabase
from tests.environment import SHARED
from tests.servers import free_port, until


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = embedded.mqtt_broker(tmp_path_factory.mktemp("broker"), free_port())
    server.start()
    yield f"mqtt://{embedded.HOST}:{server.port}"
    server.stop()


class Home:
    """Publishes as its devices do: QoS 1, and waits until the broker has it."""

    def __init__(self, url: str) -> None:
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.connect(embedded.HOST, int(url.rpartition(":")[2]))
        self._client.loop_start()

    def says(self, topic: str, *bodies: object) -> None:
        sent = [
            self._client.publish(topic, b if isinstance(b, bytes) else json.dumps(b), qos=1) for b in bodies
        ]
        for one in sent:
            one.wait_for_publish(10)

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def home(broker: str) -> Iterator[Home]:
    home = Home(broker)
    yield home
    home.leave()


def test_what_devices_publish_is_stored_once_and_what_nobody_can_read_is_put_aside(
    sqlite_database: TestDatabase, broker: str, home: Home
) -> None:
    ingest = Ingest(broker)
    ingest.start()
    try:
        until(lambda: ingest.connected, what="the connection")
        home.says("linli/a/up", *({"id": n, "t": n} for n in range(200)), {"id": 7, "t": 7}, b"{")
        until(lambda: QuarantinedMessage.select().count() == 1, what="the unreadable one")
        until(lambda: Reading.select().count() == 200, what="all readings")
        assert Device.get().address == "plain:a"
    finally:
        ingest.stop()


def test_while_the_database_is_away_nothing_is_acknowledged_and_nothing_is_lost(
    sqlite_database: TestDatabase, broker: str, home: Home
) -> None:
    away = [True, True]

    def store(batch: Sequence[Arrived]) -> Stored:
        if away:
            away.pop()
            raise peewee.OperationalError("the database is starting up")
        return storing.store(batch)

    ingest = Ingest(broker, store)
    ingest.start()
    try:
        until(lambda: ingest.connected, what="the connection")
        home.says("linli/b/up", {"id": 1, "smoke": True})
        until(lambda: Reading.select().count() == 1, what="the reading")
    finally:
        ingest.stop()


def test_a_message_that_breaks_the_storing_holds_up_no_other(
    sqlite_database: TestDatabase, broker: str, home: Home
) -> None:
    def store(batch: Sequence[Arrived]) -> Stored:
        if any(b"poison" in a.payload for a in batch):
            raise ZeroDivisionError
        return storing.store(batch)

    ingest = Ingest(broker, store)
    ingest.start()
    try:
        until(lambda: ingest.connected, what="the connection")
        home.says("linli/c/up", {"id": 1}, {"id": 2, "x": "poison"}, {"id": 3})
        until(lambda: Reading.select().count() == 2, what="the others")
        until(lambda: QuarantinedMessage.select().count() == 1, what="the poison")
        assert "ZeroDivisionError" in QuarantinedMessage.get().why
    finally:
        ingest.stop()


def test_killed_in_the_middle_the_next_one_stores_what_is_missing(
    sqlite_database: TestDatabase, broker: str, home: Home, tmp_path: Path
) -> None:
    environment = {
        **os.environ, **SHARED, "VAR_DIR": str(tmp_path), "DATABASE_URL": sqlite_database.url, "MQTT_URL": broker,
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }  # fmt: skip

    def begun() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "iot.ingest"], cwd=ROOT, env=environment)

    first = begun()
    try:
        # Its session exists from its first connection on: what is published later waits for it.
        until(lambda: _heartbeat(home), what="the first one at work", seconds=40)
        home.says("linli/d/up", *({"id": n} for n in range(300)))
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    home.says("linli/d/up", *({"id": n} for n in range(300, 400)))
    second = begun()
    try:
        count = Reading.select(peewee.fn.COUNT(peewee.fn.DISTINCT(Reading.key))).where(Reading.key != "hello")
        until(lambda: count.scalar() == 400, what="all four hundred", seconds=60)
        assert Reading.select().where(Reading.key != "hello").count() == 400
    finally:
        second.terminate()
        second.wait(15)


def _heartbeat(home: Home) -> bool:
    home.says("linli/d/up", {"id": "hello"})
    return bool(Reading.select().where(Reading.key == "hello").exists())
