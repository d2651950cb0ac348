"""How every part of Linli reaches the MQTT broker: by MQTT_URL, and the certificates that the settings name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from backend.settings import settings

if TYPE_CHECKING:
    from paho.mqtt.client import Client  # slow to load, and not everybody who asks for the address connects


@dataclass(frozen=True, slots=True)
class Broker:
    """Where it is, and as whom one comes; `username` "" for nobody in particular."""

    host: str
    port: int
    tls: bool
    username: str
    password: str


def broker(url: str = "") -> Broker:
    """The parts of mqtt://user:password@host:1883 or mqtts://…; without an address, of MQTT_URL."""
    parts = urlsplit(url or settings().mqtt_url)
    tls = parts.scheme == "mqtts"
    return Broker(
        parts.hostname or "127.0.0.1",
        parts.port or (8883 if tls else 1883),
        tls,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def prepare(client: Client, to: Broker) -> None:
    """Give a client, before it connects, our name and password and the certificates: MQTT_CA says whom we believe that he is the broker (else the
    system's authorities), MQTT_CERT and MQTT_KEY who we are."""
    if to.username:
        client.username_pw_set(to.username, to.password)
    if to.tls:
        known = settings()
        client.tls_set(
            ca_certs=str(known.mqtt_ca) if known.mqtt_ca else None,
            certfile=str(known.mqtt_cert) if known.mqtt_cert else None,
            keyfile=str(known.mqtt_key) if known.mqtt_key else None,
        )
