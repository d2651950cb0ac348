"""The `services` process: what `make run` rests on."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import pytest
import redis

from backend import embedded
from tests.servers import free_port, until
from tests.system import System, running_system


@pytest.fixture
def services(tmp_path: Path) -> Iterator[System]:
    with running_system(tmp_path, processes=()) as system:
        yield system


def mark(system: System) -> dict[str, str]:
    """What `services` says once it is ready."""
    path = Path(system.environment["VAR_DIR"]) / "services.json"

    def ready() -> bool:
        return path.exists() and bool(json.loads(path.read_text())["ready"])

    try:
        until(ready, what="the ready mark")
    except TimeoutError:
        raise AssertionError(system.log("services")) from None
    return dict(json.loads(path.read_text()))


def server_pid(system: System, server: str) -> int:
    return int((Path(system.environment["VAR_DIR"]) / server / "server.pid").read_text())


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_was_in_redis_is_there_at_the_next_start(services: System) -> None:
    services.start("services")
    redis.Redis.from_url(mark(services)["redis_url"]).set("kept", "yes")
    assert services.stop("services", 5) == 0
    services.start("services")
    assert redis.Redis.from_url(mark(services)["redis_url"]).get("kept") == b"yes"


def test_valkey_that_dies_is_started_again_on_the_same_address(services: System) -> None:
    services.start("services")
    client = redis.Redis.from_url(mark(services)["redis_url"])
    client.set("kept", "yes")
    client.execute_command("CONFIG", "SET", "appendfsync", "always")
    client.set("kept", "yes")
    os.kill(server_pid(services, "valkey"), signal.SIGKILL)

    def back() -> bool:
        try:
            return client.get("kept") == b"yes"
        except redis.RedisError:
            return False

    until(back, what="Valkey again")


def test_a_clean_stop_leaves_no_process_and_no_mark(services: System) -> None:
    services.start("services")
    mark(services)
    pids = [server_pid(services, name) for name in ("valkey", "mqtt")]
    assert services.stop("services", 5) == 0
    assert not any(alive(pid) for pid in pids)
    assert not (Path(services.environment["VAR_DIR"]) / "services.json").exists()


def test_after_kill_9_the_next_start_ends_the_orphans_and_goes_on(services: System) -> None:
    services.start("services")
    redis.Redis.from_url(mark(services)["redis_url"]).set("kept", "yes")
    orphan = server_pid(services, "valkey")
    services.kill("services")
    assert alive(orphan)
    (Path(services.environment["VAR_DIR"]) / "services.json").unlink()
    services.start("services")
    assert redis.Redis.from_url(mark(services)["redis_url"]).get("kept") == b"yes"
    assert not alive(orphan)


def test_a_second_start_on_the_same_folder_is_refused(services: System) -> None:
    services.start("services")
    mark(services)
    other = System(services.folder, services.environment, start="other")
    other.start("services")
    until(lambda: not other.running("services"), what="the refusal")
    assert "already running" in other.log("services")


def test_a_taken_port_is_stepped_around() -> None:
    with socket.create_server((embedded.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        assert embedded.free_port(port) not in (port, 0)


def test_a_given_redis_is_used_and_none_is_started(tmp_path: Path) -> None:
    given = {"REDIS_URL": "redis://127.0.0.1:1/0", "MQTT_URL": f"mqtt://127.0.0.1:{free_port()}"}
    with running_system(tmp_path, processes=("services",), settings=given) as system:
        assert "redis_url" not in mark(system)
        assert not (tmp_path / "var" / "valkey").exists()


@pytest.mark.parametrize("broker", ["mosquitto", "amqtt"])
def test_the_embedded_broker_passes_a_message_on(broker: str, tmp_path: Path, configure_path: str) -> None:
    path = configure_path if broker == "amqtt" else os.environ["PATH"]
    server = embedded.mqtt_broker(tmp_path, free_port(), path=path)
    assert server.name == broker
    server.start()
    got: list[bytes] = []
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.on_connect = lambda *_: client.subscribe("devices/#", qos=1)
    client.on_subscribe = lambda *_: client.publish("devices/smoke-1", b"ok", qos=1)
    client.on_message = lambda _c, _u, message: got.append(message.payload)
    try:
        client.connect(embedded.HOST, server.port)
        client.loop_start()
        until(lambda: got == [b"ok"], what=f"the message through {broker}")
    finally:
        client.disconnect()
        client.loop_stop()
        server.stop()


@pytest.fixture
def configure_path(tmp_path: Path) -> str:
    """A search path with no mosquitto on it."""
    empty = tmp_path / "bin"
    empty.mkdir()
    return str(empty)


def test_servers_listen_on_this_machine_only(services: System) -> None:
    services.start("services")
    ports = {urlsplit(mark(services)[name]).port for name in ("redis_url", "mqtt_url")}
    listening = {
        (fields[1].split(":")[0], int(fields[1].split(":")[1], 16))
        for table in ("tcp", "tcp6")
        for fields in (line.split() for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:])
        if fields[3] == "0A"
    }
    assert {address for address, port in listening if port in ports} == {"0100007F"}
