"""P5: from a smoke detector's message to the family's phone, while a campaign runs and other devices report.

Ours: the shipped processes (ingest, alerts, worker), Mosquitto, SQLite in WAL mode. A detector publishes at QoS 1; measured until the text
message to the daughter reaches the sink. Meanwhile a campaign goes to everybody, and thermometers report at `RATE` a second. Limit: a
broker round trip, publish to receive, on the same broker under the same load.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt

from bench import sink
from bench.house import House, free_port
from bench.p3_campaign import Street, settings
from bench.record import machine, options

PEOPLE = 100_000
ALARMS = 200
EVERY_S = 0.2
RATE = 100
"""Other devices' messages a second."""
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
            key="bench", name="bench", decoder="", rules=[{"point": "smoke", "name": "smoke"}], state="approved", by_name="bench",
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


@contextmanager
def thermometers(port: int) -> Iterator[None]:
    """Other devices report all the while."""
    client, done = connected(port), threading.Event()

    def report() -> None:
        number = 0
        while not done.wait(1 / RATE):
            number += 1
            client.publish(f"linli/air-{number % 500}/up", json.dumps({"id": number, "t": 21.5}), qos=1)

    thread = threading.Thread(target=report, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(2)
        client.loop_stop()


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


def _wait_for_listening() -> None:
    from iot import devices

    until = time.monotonic() + PATIENCE_S
    while not devices.heard()[0]:
        assert time.monotonic() < until, "nobody listens to the devices"
        time.sleep(0.1)


def main() -> None:
    from backend.embedded import mqtt_broker

    given = options(size=PEOPLE, meaning="people whom the campaign goes to meanwhile")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name:
        broker = mqtt_broker(Path(name), free_port())
        broker.start()
        url = f"mqtt://127.0.0.1:{broker.port}"
        try:
            with House(Path(name), settings(port) | {"MQTT_URL": url}) as house:
                _measured(house, port, broker.port, given.size)
        finally:
            broker.stop()


def _measured(house: House, port: int, broker: int, people: int) -> None:
    street = Street(house, port, people)
    alarms = min(ALARMS, people // 4)  # one home each
    homes = Homes(street, alarms)
    house.start("broadcasts.worker", "alerts")
    house.start("iot.ingest")
    _wait_for_listening()
    client = connected(broker)
    homes_warm = homes.burn(client, 0)  # everything is loaded and connected after this
    assert homes_warm < PATIENCE_S, "the first alarm did not arrive"
    quiet = [homes.burn(client, n) for n in range(1, alarms // 4)]
    with thermometers(broker):
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
            time.sleep(EVERY_S)
        ended.set()
        sending.join()
    taken.sort()
    line = {
        "id": "P5", "ours": round(taken[max(round(len(taken) * 0.99) - 1, 0)], 1), "peer": None, "limit": round(limit * 1000, 2), "unit": "ms (p99)",
        "ours_over_peer": None, "ours_over_limit": round(taken[max(round(len(taken) * 0.99) - 1, 0)] / (limit * 1000), 2),
        "p50": round(statistics.median(taken), 1), "worst": round(taken[-1], 1), "without_load_p50": round(statistics.median(quiet) * 1000, 1),
        "alarms": len(taken), "campaign_per_second": round(pace[0]) if pace else None, "other_messages_per_second": RATE,
        "runs": [round(t, 1) for t in taken[:: max(len(taken) // 10, 1)]], "machine": machine(),
    }  # fmt: skip
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
