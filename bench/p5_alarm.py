"""P5: from a smoke detector's message to the family's phone, while a campaign runs and other devices report.

Ours: the shipped processes (ingest, alerts, worker), Mosquitto, SQLite in WAL mode. A detector publishes at QoS 1; measured until the text
message to the daughter reaches the sink. Meanwhile a campaign goes to everybody, and thermometers report at `RATE` a second. Limit: a
broker round trip, publish to receive, on the same broker under the same load.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as mqtt

from bench import sink
from bench.house import ROOT, House, free_port
from bench.p3_campaign import Street, settings
from bench.p4_devices import READINGS, bound, readings
from bench.record import machine

PEOPLE = 100_000
ALARMS = 200
EVERY_S = 0.2
OTHERS = 1_000
"""Other devices' messages a second: the most that was carried beside a campaign on a busy machine (docs/benchmarks.md)."""
TRIED = 50
DEVICES = 500
PATIENCE_S = 30.0
_DAUGHTERS = 3_790_000_000


class Homes:
    """So many homes with a detector, and a daughter who has a phone of her own and is told of alarms."""

    def __init__(self, street: Street, count: int) -> None:
        from backend.core import clock
        from backend.family.models import Relation
        from backend.messaging import people
        from backend.messaging.models import Identity
        from backend.residents.models import Resident
        from iot.models import Device, DeviceProfile

        now = clock.now()
        profile = DeviceProfile.create(
            key="bench-smoke", name="烟感", decoder="", rules=[{"point": "smoke", "name": "smoke"}], state="approved", by_name="bench",
            created_at=now, changed_at=now,
        )  # fmt: skip
        self.phones: list[str] = []
        for number, resident in enumerate(Resident.select().order_by(Resident.id).limit(count)):
            phone = f"+861{_DAUGHTERS + number}"
            identity = Identity.create(
                channel="sms", address=phone, address_index=people.address_index(phone), locale="zh_CN", preference=10,
                verified_at=now, created_at=now,
            )  # fmt: skip
            Relation.create(
                resident_id=resident.id, kind="family", called="女儿", identity_id=identity.id, topics="alarm", status="active",
                created_at=now,
            )  # fmt: skip
            Device.create(
                address=f"plain:smoke-{number}", name=f"烟感{number}", org_id=resident.org_id, profile_id=profile.id,
                resident_id=resident.id, status="active", created_at=now, changed_at=now,
            )  # fmt: skip
            self.phones.append(phone)
        self._street = street

    def test(self, client: mqtt.Client) -> None:
        """Each is heard once, as when it was hung up."""
        for number in range(len(self.phones)):
            body = {"id": "hung up", "smoke": False}
            client.publish(f"linli/smoke-{number}/up", json.dumps(body), qos=1).wait_for_publish(PATIENCE_S)

    def burn(self, client: mqtt.Client, number: int) -> float:
        """Smoke in this home: seconds until the daughter's phone has it."""
        began = time.time()
        body = {"id": f"{began}", "smoke": True}
        client.publish(f"linli/smoke-{number}/up", json.dumps(body), qos=1)
        until = began + PATIENCE_S
        path = "/when/" + self.phones[number].replace("+", "%2B")
        while time.time() < until:
            if "at" in (found := sink.asked(self._street.port, "GET", path)):
                return found["at"] - began
            time.sleep(0.01)
        return PATIENCE_S


def connected(port: int) -> mqtt.Client:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    return client


class Others:
    """Other devices, in a process of their own, that report all the while; in a `with` block. `rate`: what the broker took a second, known afterwards."""

    def __init__(self, port: int, wanted: int) -> None:
        self._wanted, self.rate = wanted, 0.0
        # Thermometers: what they say wakes nobody.
        bound([f"plain:bench-{n}" for n in range(DEVICES)], READINGS)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.publisher", str(port), "bench-others"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Others:
        self._tell(f"linli {DEVICES} 0 0 p5 {self._wanted}")
        assert self._told() == "ready"
        self._tell("go")
        return self

    def __exit__(self, *_: object) -> None:
        self._tell("enough")
        said = json.loads(self._told())
        self.rate = said["acknowledged"] / (said["ended"] - said["began"])
        self._process.terminate()
        self._process.communicate()

    def _tell(self, words: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{words}\n")
        self._process.stdin.flush()

    def _told(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def round_trip(port: int) -> float:
    """Seconds from a publish to its receipt at another client, the median of fifty."""
    hearing, heard = connected(port), threading.Event()
    hearing.on_message = lambda *_: heard.set()
    hearing.subscribe("bench/echo", qos=1)
    saying = connected(port)
    time.sleep(0.3)
    taken = []
    for _number in range(50):
        heard.clear()
        began = time.perf_counter()
        saying.publish("bench/echo", b"1", qos=1)
        heard.wait(5)
        taken.append(time.perf_counter() - began)
    hearing.loop_stop()
    saying.loop_stop()
    return statistics.median(taken)


def _wait_for(true: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < until, f"there is no {what}"
        time.sleep(0.1)


def _listening() -> bool:
    from iot.registry import devices

    return bool(devices.heard()[0])


def _express() -> int:
    """Topics of the express session that the broker has taken."""
    from iot.ingest.models import BrokerSession

    known = BrokerSession.get_or_none(BrokerSession.name == "express")
    return len(known.filters) if known is not None and _listening() else 0


def main() -> None:
    from backend.embedded import mqtt_broker

    asked = argparse.ArgumentParser()
    asked.add_argument("--size", type=int, default=PEOPLE, help="people whom the campaign goes to meanwhile")
    asked.add_argument("--others", type=int, default=OTHERS, help="other devices' messages a second")
    asked.add_argument("--alarms", type=int, default=ALARMS)
    asked.add_argument("--try", action="store_true", dest="trial", help="whether it works, no figures")
    given = asked.parse_args()
    if given.trial:
        given.others = min(given.others, TRIED)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name:
        broker = mqtt_broker(Path(name), free_port())
        broker.start()
        url = f"mqtt://127.0.0.1:{broker.port}"
        try:
            with House(Path(name), settings(port) | {"MQTT_URL": url}) as house:
                _measured(house, port, broker.port, given)
        finally:
            broker.stop()


def _measured(house: House, port: int, broker: int, given: argparse.Namespace) -> None:
    people = given.size
    street = Street(house, port, people)
    alarms = min(given.alarms, people // 4)  # one home each
    homes = Homes(street, alarms)
    house.start("broadcasts.worker", "alerts")
    house.start("iot.ingest")
    _wait_for(_listening, "ingest that listens")
    client = connected(broker)
    homes.test(client)
    _wait_for(lambda: _express() >= alarms, "the detectors' own session")
    homes_warm = homes.burn(client, 0)  # everything is loaded and connected after this
    assert homes_warm < PATIENCE_S, "the first alarm did not arrive"
    quiet = [homes.burn(client, n) for n in range(1, alarms // 4)]
    others = Others(broker, given.others)
    with others:
        before, since = readings(), time.time()
        limit = round_trip(broker)
        ended = threading.Event()
        pace: list[float] = []

        def campaign() -> None:
            while not ended.is_set():
                began = time.time()
                pace.append(people / (street.wait(street.begin()) - began))

        sending = threading.Thread(target=campaign)
        sending.start()
        taken = []
        for number in range(alarms // 4, alarms):
            taken.append(homes.burn(client, number) * 1000)
            if taken[-3:] == [PATIENCE_S * 1000] * 3:
                break  # it is behind for good
            time.sleep(EVERY_S)
        stored = (readings() - before) / (time.time() - since)
        ended.set()
        sending.join()
    taken.sort()
    line = {
        "id": "P5", "ours": round(taken[max(round(len(taken) * 0.99) - 1, 0)], 1), "peer": None, "limit": round(limit * 1000, 2), "unit": "ms (p99)",
        "ours_over_peer": None, "ours_over_limit": round(taken[max(round(len(taken) * 0.99) - 1, 0)] / (limit * 1000), 2),
        "p50": round(statistics.median(taken), 1), "worst": round(taken[-1], 1), "without_load_p50": round(statistics.median(quiet) * 1000, 1),
        "alarms": len(taken), "campaign_per_second": round(pace[0]) if pace else None, "other_messages_per_second": round(others.rate),
        "others_asked_for": given.others, "stored_per_second": round(stored),
        "runs": [round(t, 1) for t in taken[:: max(len(taken) // 10, 1)]], "machine": machine(),
    }  # fmt: skip
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
