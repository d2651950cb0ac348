"""Logins at the broker: a real Mosquitto with the files that we write, over TLS."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from getpass import getuser
from ipaddress import ip_address
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backend import embedded
from backend.core.errors import Conflict, Invalid, NotFound
from iot import connection
from iot.credentials import actions as credentials
from iot.ingest.partitions import Partition
from iot.ingest.session import Session
from iot.models import Device, Reading
from tests.databases import TestDatabase
from tests.servers import free_port, until


class Authority:
    """Signs certificates for a test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "linli test")])
        self._write("ca", self._signed(self._name, self._key, x509.BasicConstraints(ca=True, path_length=0)))

    def signs(self, name: str) -> None:
        """{name}.crt and {name}.key, for this machine."""
        key = ec.generate_private_key(ec.SECP256R1())
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address(embedded.HOST))])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._write(name, self._signed(subject, key, here))
        (self.folder / f"{name}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(extension, critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _write(self, name: str, certificate: x509.Certificate) -> None:
        (self.folder / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


class Guarded:
    """Mosquitto with our files: TLS for everybody, and a door that asks for a certificate besides."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.strict = folder, free_port(), free_port()
        authority = Authority(folder)
        for name in ("server", "linli"):
            authority.signs(name)
        config = credentials.CONFIG.format(folder=folder)
        tls = "".join(
            line + "\n" for line in config.splitlines() if line.startswith(("cafile", "certfile", "keyfile"))
        )
        config = config.replace("listener 8883", f"listener {self.port} {embedded.HOST}")
        config = config.replace("/var/lib/mosquitto/", f"{folder}/") + f"user {getuser()}\n"
        config += f"listener {self.strict} {embedded.HOST}\n{tls}require_certificate true\n"
        (folder / "mosquitto.conf").write_text(config)
        credentials.write(folder)
        program = shutil.which("mosquitto", path=embedded.search_path())
        assert program
        self.log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            [program, "-c", str(folder / "mosquitto.conf")], stdout=self.log, stderr=self.log
        )
        until(self._answers, what="mosquitto")

    def _answers(self) -> bool:
        assert self._process.poll() is None, (self.folder / "log").read_text()
        try:
            socket.create_connection((embedded.HOST, self.strict), 1).close()
        except OSError:
            return False
        return True

    def reads_its_files_again(self) -> None:
        credentials.write(self.folder)
        os.kill(self._process.pid, signal.SIGHUP)

    def url(self, username: str, password: str, port: int | None = None) -> str:
        return f"mqtts://{username}:{password}@{embedded.HOST}:{port or self.port}"

    def admits(self, username: str, password: str) -> bool:
        return self.answer(username, password) == "Success"

    def answer(self, username: str, password: str, *publishes: tuple[str, object]) -> str:
        """What it says to who comes by this name, and publishes this."""
        answers: list[str] = []
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
        client.tls_set(str(self.folder / "ca.crt"))
        if username:
            client.username_pw_set(username, password)
        client.on_connect = lambda _c, _d, _f, reason, _p: answers.append(str(reason))
        client.connect(embedded.HOST, self.port)
        client.loop_start()
        until(lambda: answers, what="its answer")
        if answers[0] == "Success":
            for topic, body in publishes:
                told = client.publish(topic, json.dumps(body), qos=1)
                # Mosquitto closes the connection to who publishes where he may not.
                until(lambda told=told: told.is_published() or not client.is_connected(), what="its answer")  # type: ignore[misc]
        client.disconnect()
        client.loop_stop()
        return answers[0]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)
        self.log.close()


@pytest.fixture
def guarded(sqlite_database: TestDatabase, tmp_path: Path) -> Iterator[Guarded]:
    found = Guarded(tmp_path)
    yield found
    found.stop()


def test_each_says_what_is_its_own_and_who_was_taken_back_comes_in_no_more(
    guarded: Guarded, configure: Callable[..., None]
) -> None:
    _ingest, ours = credentials.make("linli", "ingest")
    _kitchen, kitchen = credentials.make("kitchen", "device")
    _bath, bath = credentials.make("bath", "device", "happy/bath")
    guarded.reads_its_files_again()
    configure(MQTT_CA=str(guarded.folder / "ca.crt"))
    session = Session(
        Partition("all", ("linli/+/up", "linli/+/+/up")), connection.broker(guarded.url("linli", ours))
    )
    session.start()
    try:
        until(lambda: session.connected, what="our session")
        for name, password, topic in (
            ("kitchen", kitchen, "linli/bath/up"),
            ("bath", bath, "linli/happy/kitchen/up"),
            ("linli", ours, "linli/kitchen/up"),
            ("kitchen", kitchen, "linli/kitchen/up"),
            ("bath", bath, "linli/happy/bath/up"),
        ):
            assert guarded.answer(name, password, (topic, {"id": topic})) == "Success"
        until(lambda: Reading.select().count() == 2, what="both")
        assert {d.address for d in Device.select()} == {"plain:kitchen", "plain:happy/bath"}
    finally:
        session.stop()
    assert not guarded.admits("", "") and not guarded.admits("kitchen", "guessed")
    credentials.revoke("kitchen")
    guarded.reads_its_files_again()
    until(lambda: not guarded.admits("kitchen", kitchen), what="the end of its login")
    assert guarded.admits("bath", bath)


def test_a_broker_that_asks_for_a_certificate_gets_ours_and_a_stranger_as_broker_gets_nothing(
    guarded: Guarded, configure: Callable[..., None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    _ingest, ours = credentials.make("linli", "ingest")
    guarded.reads_its_files_again()
    folder, url = guarded.folder, guarded.url("linli", ours, guarded.strict)
    configure(
        MQTT_CA=str(folder / "ca.crt"),
        MQTT_CERT=str(folder / "linli.crt"),
        MQTT_KEY=str(folder / "linli.key"),
    )
    session = Session(Partition("all", ("linli/+/up",)), connection.broker(url))
    session.start()
    until(lambda: session.connected, what="our session")
    session.stop()
    other = tmp_path_factory.mktemp("other")
    Authority(other)
    configure(MQTT_CA=str(other / "ca.crt"))
    deceived = Session(Partition("all", ("linli/+/up",)), connection.broker(url))
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        deceived._client.connect(embedded.HOST, guarded.strict)


def test_a_login_is_made_once_and_its_name_grants_nothing_beyond_it(sqlite_database: TestDatabase) -> None:
    credentials.make("kitchen", "device")
    with pytest.raises(Conflict):
        credentials.make("kitchen", "device")
    for name, subject in (
        ("a\nuser b", ""),
        ("a:b", ""),
        ("x", "+"),
        ("x", "#"),
        ("x", "a/b/c"),
        ("x", "a\ntopic #"),
    ):
        with pytest.raises(Invalid):
            credentials.make(name, "device", subject)
    with pytest.raises(NotFound):
        credentials.revoke("nobody")
    credentials.revoke("kitchen")
    assert credentials.passwords() == credentials.access_list() == ""
    credentials.make("kitchen", "tasmota")
    assert "topic read cmnd/kitchen/#" in credentials.access_list()


def test_a_password_is_hashed_as_mosquitto_does_it(tmp_path: Path) -> None:
    salt = bytes(range(12))
    assert credentials.hashed("x", salt).startswith(f"$7${credentials.ROUNDS}$AAECAwQFBgcICQoL$")
