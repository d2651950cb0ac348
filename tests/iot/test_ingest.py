"""The ingest process at a real broker: nothing is acknowledged before it is in the database, and nothing is stored twice."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import paho.mqtt.client as mqtt
import peewee
import pytest

from backend import embedded
from backend.core import db
from backend.settings import ROOT
from iot import connection, formats, storing
from iot.ingest.partitions import WHOLE, Partition
from iot.ingest.session import Session
from iot.models import Device, QuarantinedMessage, Reading
from iot.storing import Store, Stored
from iot.uplink import Arrived
from tests.databases import Postgres, TestDatabase
from tests.environment import SHARED
from tests.servers import LONG, free_port, until


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = embedded.mqtt_broker(tmp_path_factory.mktemp("broker"), free_port())
    server.start()
    yield f"mqtt://{embedded.HOST}:{server.port}"
    server.stop()


def listening(url: str, store: Store = storing.store) -> Session:
    topics = tuple(topic for codec in formats.ALL for topic in codec.topics)
    session = Session(Partition(WHOLE, topics), connection.broker(url), store=store)
    session.start()
    return session


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
            one.wait_for_publish(60)

    def keeps(self, topic: str, body: object) -> None:
        """Has the broker keep it for whoever comes later."""
        self._client.publish(topic, json.dumps(body), qos=1, retain=True).wait_for_publish(60)

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
    ingest = listening(broker)
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

    ingest = listening(broker, store)
    try:
        until(lambda: ingest.connected, what="the connection")
        home.says("linli/b/up", {"id": 1, "smoke": True})
        until(lambda: Reading.select().count() == 1, what="the reading")
    finally:
        ingest.stop()


def test_a_full_disk_acknowledges_nothing_and_loses_nothing(
    sqlite_database: TestDatabase, broker: str, home: Home
) -> None:
    failed = threading.Event()

    def disk(pages: int) -> None:
        with db.transaction():
            db.execute(f"PRAGMA max_page_count = {pages}")

    def store(batch: Sequence[Arrived]) -> Stored:
        try:
            return storing.store(batch)
        except peewee.OperationalError:
            failed.set()
            raise

    disk(1)  # as large as the file is: no page more
    ingest = listening(broker, store)
    try:
        until(lambda: ingest.connected, what="the connection")
        home.says("linli/full/up", *({"id": n, "t": n} for n in range(600)))
        assert failed.wait(LONG) and Reading.select().count() < 600
        disk(1_000_000)
        until(lambda: Reading.select().count() == 600, what="all readings")
    finally:
        ingest.stop()


def test_a_message_that_breaks_the_storing_holds_up_no_other(
    sqlite_database: TestDatabase, broker: str, home: Home
) -> None:
    def store(batch: Sequence[Arrived]) -> Stored:
        if any(b"poison" in a.payload for a in batch):
            raise ZeroDivisionError
        return storing.store(batch)

    ingest = listening(broker, store)
    try:
        until(lambda: ingest.connected, what="the connection")
        home.says("linli/c/up", {"id": 1}, {"id": 2, "x": "poison"}, {"id": 3})
        until(lambda: Reading.select().count() == 2, what="the others")
        until(lambda: QuarantinedMessage.select().count() == 1, what="the poison")
        assert "ZeroDivisionError" in QuarantinedMessage.get().why
    finally:
        ingest.stop()


class Line:
    """The way from us to the broker, which somebody cuts."""

    def __init__(self, port: int) -> None:
        self._port, self._pair = port, list[socket.socket]()
        self._door = socket.create_server((embedded.HOST, 0))
        self.url = f"mqtt://{embedded.HOST}:{self._door.getsockname()[1]}"
        threading.Thread(target=self._wait, daemon=True).start()

    def cut(self) -> None:
        for end in self._pair:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._door.close()
        self.cut()

    def _wait(self) -> None:
        with suppress(OSError):
            while True:
                here, _who = self._door.accept()
                there = socket.create_connection((embedded.HOST, self._port))
                self._pair = [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one: socket.socket, other: socket.socket) -> None:
        with one, suppress(OSError):
            while data := one.recv(65_536):
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


def test_a_press_that_the_broker_sends_again_is_the_same_press_and_the_next_one_is_another(
    sqlite_database: TestDatabase, broker: str, home: Home
) -> None:
    line, stored = Line(int(broker.rpartition(":")[2])), list[int]()

    def store(batch: Sequence[Arrived]) -> Stored:
        done = storing.store(batch)
        stored.append(len(batch))
        if len(stored) == 1:
            line.cut()  # the database has it, and the broker never hears of that
        return done

    ingest = listening(line.url, store)
    try:
        until(lambda: ingest.connected, what="the connection")
        home.says("linli/button/up", {"event": True, "pressed": 1})
        until(lambda: stored and not ingest.connected, what="the cut")
        until(lambda: ingest.connected, what="the connection again")
        home.says("linli/button/up", {"event": True, "pressed": 1})
        until(lambda: len(stored) == 2, what="the second press")
        assert Reading.select().where(Reading.kind == "event").count() == 2
    finally:
        ingest.stop()
        line.close()


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
        until(lambda: _heartbeat(home), what="the first one at work")
        home.says("linli/d/up", *({"id": n} for n in range(300)))
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    home.says("linli/d/up", *({"id": n} for n in range(300, 400)))
    second = listening(broker)
    try:
        until(
            lambda: Reading.select().where(~Reading.key.startswith("hello")).count() >= 400,
            what="all four hundred",
        )
        named = Reading.select(peewee.fn.COUNT(peewee.fn.DISTINCT(Reading.key))).where(
            ~Reading.key.startswith("hello")
        )
        assert (named.scalar(), Reading.select().where(~Reading.key.startswith("hello")).count()) == (
            400,
            400,
        )
    finally:
        second.stop()


def _heartbeat(home: Home) -> bool:
    home.says("linli/d/up", {"id": "hello"})
    return bool(Reading.select().where(Reading.key.startswith("hello")).exists())


def test_what_a_killed_broker_had_sent_is_stored_though_it_never_says_it_again() -> None:
    count, killed = 2_600, threading.Event()
    stored: list[bytes] = []

    def store(batch: Sequence[Arrived]) -> Stored:
        assert killed.wait(LONG)
        stored.extend(arrived.payload for arrived in batch)
        return Stored()

    def packet(mid: int) -> bytes:
        body = b"\0\x0alinli/a/up" + mid.to_bytes(2, "big") + f"{mid:04d}".encode()
        return bytes([0x32, len(body)]) + body

    with socket.create_server((embedded.HOST, 0)) as server:
        ingest = listening(f"mqtt://{embedded.HOST}:{server.getsockname()[1]}", store)
        try:
            line, _whence = server.accept()
            with line:
                line.recv(4_096)
                line.sendall(b"\x20\x02\0\0")
                topics = len([topic for codec in formats.ALL for topic in codec.topics])
                asked = line.recv(4_096)
                line.sendall(
                    bytes([0x90, 2 + topics]) + asked[asked.index(asked[2:4]) :][:2] + b"\1" * topics
                )
                line.sendall(b"".join(packet(mid) for mid in range(1, count + 1)))
            server.close()
            killed.set()
            until(lambda: len(stored) >= count, what="what had come")
            assert sorted(stored) == [f"{mid:04d}".encode() for mid in range(1, count + 1)]
        finally:
            killed.set()
            ingest.stop()


def test_a_broker_that_is_started_anew_brings_what_it_held(
    sqlite_database: TestDatabase, tmp_path: Path
) -> None:
    server = embedded.mqtt_broker(tmp_path, free_port())
    server.start()
    url = f"mqtt://{embedded.HOST}:{server.port}"
    ingest, home = listening(url), Home(url)
    try:
        until(lambda: ingest.connected, what="the connection")
        home.says("linli/e/up", *({"id": n} for n in range(20)))
        until(lambda: Reading.select().count() == 20, what="the first ones")
        ingest.stop()
        home.says("linli/e/up", *({"id": n} for n in range(20, 40)))  # it waits at the broker
        server.stop()
        server.start()
        ingest = listening(url)
        until(lambda: Reading.select().count() == 40, what="those that waited")
    finally:
        ingest.stop()
        home.leave()
        server.stop()


def test_a_database_that_is_started_anew_misses_nothing(
    postgres: Postgres, postgres_database: TestDatabase, broker: str, home: Home
) -> None:
    ingest = listening(broker)
    try:
        until(lambda: ingest.connected, what="the connection")
        home.says("linli/f/up", *({"id": n} for n in range(20)))
        until(lambda: Reading.select().count() == 20, what="the first ones")
        postgres.stop()
        try:
            home.says("linli/f/up", *({"id": n} for n in range(15, 40)))
        finally:
            postgres.start()

        def stored() -> int:
            try:
                db.reconnect_if_lost()
                return Reading.select().count()
            except peewee.OperationalError:
                return 0

        until(lambda: stored() == 40, what="all of them, once")
    finally:
        ingest.stop()
