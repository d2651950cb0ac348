"""P4: messages of devices, QoS 1, read, checked by rules, stored and acknowledged, none lost.

Ours: the shipped ingest process, SQLite in WAL mode, a hundred detectors in use whose model maps three names. Peer: a Node-RED flow that writes a row for each
message, with SQLite set as ours is; `peer_as_it_comes`: with SQLite as its node opens it. Limit: a paho callback, json and a batched insert, acknowledged after the commit. All at one Mosquitto, with two publishing processes.
Each message must be in the database exactly once. Without Node.js there is no peer.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from bench.house import ROOT, House, end, free_port, processor_of
from bench.peers.node_red import flow
from bench.record import Run, measure, options

MESSAGES = 60_000
DEVICES = 100
PUBLISHERS = 2
PATIENCE_S = 120.0


class Field:
    """The devices of a community, and the processes that publish for them; use it in a `with` block."""

    def __init__(self, broker: int, devices: int = DEVICES) -> None:
        self.broker, self.devices, self._turn = broker, devices, 0
        self._publishers = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.publisher", str(broker), f"bench-{place}"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for place in range(PUBLISHERS)
        ]

    def __enter__(self) -> Field:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._publishers:
            one.terminate()
            one.communicate()

    def publish(
        self, prefix: str, count: int, stored: Callable[[], int], devices: int | None = None
    ) -> float:
        """Messages a second, from the first one published to the last one stored. {} in `prefix` is the publisher's number."""
        self._turn += 1
        each = count // PUBLISHERS
        for place in range(PUBLISHERS):
            self._tell(
                place, f"{prefix.format(place)} {devices or self.devices} {place * each} {each} {self._turn}"
            )
        assert [self._told(place) for place in range(PUBLISHERS)] == ["ready"] * PUBLISHERS
        before = stored()
        for place in range(PUBLISHERS):
            self._tell(place, "go")
        ended = wait_for(stored, before + each * PUBLISHERS)
        began = [json.loads(self._told(place))["began"] for place in range(PUBLISHERS)]
        return each * PUBLISHERS / (ended - min(began))

    def _tell(self, place: int, words: str) -> None:
        pipe = self._publishers[place].stdin
        assert pipe is not None
        pipe.write(f"{words}\n")
        pipe.flush()

    def _told(self, place: int) -> str:
        pipe = self._publishers[place].stdout
        assert pipe is not None
        return pipe.readline().strip()


def wait_for(stored: Callable[[], int], wanted: int) -> float:
    """When so many were there."""
    until = time.time() + PATIENCE_S
    while (there := stored()) < wanted:
        assert time.time() < until, f"{there} of {wanted} messages were stored"
        time.sleep(0.01)
    return time.time()


def rows_of(path: Path) -> Callable[[], int]:
    """How many rows a database of our peers has."""

    def count() -> int:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
            return int(database.execute("SELECT coalesce(max(id), 0) FROM reading").fetchone()[0])

    return count


POINTS = {"smoke": "smoke", "temperature": "t", "battery": "bat"}
READINGS = {"temperature": "t", "battery": "bat"}
"""Of a thermometer. What a detector says comes by the express session as well, until its topic is loud (`iot/ingest`): that costs twice."""


def bound(addresses: Sequence[str], points: Mapping[str, str] = POINTS) -> None:
    """These devices are in use, of one approved model, of which so much is read."""
    from backend.core import clock, orgs
    from iot.models import Device, DeviceProfile

    now, org = clock.now(), orgs.add("幸福里社区", "community")
    rules = [{"point": point, "name": name} for point, name in points.items()]
    profile = DeviceProfile.create(
        key="bench", name="bench", decoder="", rules=rules, state="approved", by_name="bench", created_at=now, changed_at=now
    )  # fmt: skip
    known = [
        {"address": address, "name": address[6:], "org_id": org.id, "profile_id": profile.id, "status": "active",
         "created_at": now, "changed_at": now}
        for address in addresses
    ]  # fmt: skip
    for start in range(0, len(known), 1_000):
        Device.insert_many(known[start : start + 1_000]).execute()


def readings() -> int:
    from backend.core.db import execute

    return int(execute("SELECT coalesce(max(id), 0) FROM reading").fetchone()[0])


def wait_for_listening() -> None:
    from iot.registry import devices

    until = time.monotonic() + PATIENCE_S
    while not devices.heard()[0]:
        assert time.monotonic() < until, "nobody listens to the devices"
        time.sleep(0.1)


def each_once(expected: int) -> None:
    """Every message is there, once, and none was put aside."""
    from backend.core.db import execute

    count, keys = execute("SELECT count(*), count(DISTINCT key) FROM reading").fetchone()
    aside = execute("SELECT count(*) FROM quarantined_message").fetchone()[0]
    assert (count, keys, aside) == (expected, expected, 0), f"{count} readings, {keys} messages of {expected}"


def main() -> None:
    from backend.embedded import mqtt_broker

    given = options(size=MESSAGES, meaning="messages that are published")
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name:
        folder = Path(name)
        broker = mqtt_broker(folder, free_port())
        broker.start()
        try:
            url = f"mqtt://127.0.0.1:{broker.port}"
            with House(folder, {"MQTT_URL": url}) as house, Field(broker.port) as field:
                _measured(house, field, given.size, given.runs)
        finally:
            broker.stop()


def _measured(house: House, field: Field, size: int, runs: int) -> None:
    bound([f"plain:bench-{n}" for n in range(DEVICES)])
    ours = house.start("iot.ingest")
    limit_file = house.folder / "limit.db"
    running = [
        _begun(house, [sys.executable, "-m", "bench.peers.paho_rows", str(field.broker), str(limit_file)])
    ]
    peer_file = plain_file = None
    # A slower one is asked less, so that a run does not take minutes; where there is little to do it is left out.
    peer_size = size // 5
    if peer_size >= 1_000 and flow.installed():
        command, peer_file, plain_file = flow.prepare(house.folder / "node-red", field.broker, free_port())
        running.append(_begun(house, command))
    wait_for_listening()
    wait_for(lambda: int(limit_file.exists()), 1)
    if peer_file is not None:
        _wait_for_peer(field, peer_file)
    sent = 0

    def once() -> Run:
        nonlocal sent
        used = processor_of(ours)
        pace = field.publish("linli", size, readings)
        sent += size // PUBLISHERS * PUBLISHERS
        cpu = (processor_of(ours) - used) / size * 1e6
        each_once(sent)
        limit = field.publish("limit", size, rows_of(limit_file))
        if peer_file is None or plain_file is None:
            return Run(pace, None, limit, {"ours_cpu_us": cpu})
        peer = field.publish("peer", peer_size, rows_of(peer_file))
        plain = field.publish("plain", max(size // 60, 200), rows_of(plain_file))
        return Run(pace, peer, limit, {"ours_cpu_us": cpu, "peer_as_it_comes": plain})

    try:
        measure("P4", "messages/s", once, runs)
    finally:
        for process in running:
            end(process)


def _begun(house: House, command: list[str]) -> subprocess.Popen[bytes]:
    with (house.folder / "peers.log").open("ab") as log:
        return subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def _wait_for_peer(field: Field, path: Path) -> None:
    """Until it has written one message: it subscribes some seconds after its start."""
    until = time.monotonic() + PATIENCE_S
    while rows_of(path)() == 0:
        assert time.monotonic() < until, "Node-RED does not take messages"
        import paho.mqtt.publish as once

        once.single(
            "peer/hello/up",
            json.dumps({"id": "hello", "t": 1, "bat": 1, "smoke": False}),
            qos=1,
            port=field.broker,
        )
        time.sleep(0.5)
    time.sleep(1)


if __name__ == "__main__":
    main()
