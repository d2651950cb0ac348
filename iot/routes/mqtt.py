"""To an MQTT broker: QoS 1, each reading under a topic by a template."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import orjson
from paho.mqtt.client import Client, MQTTProtocolVersion
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from backend.core import ids, places
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.settings import settings
from iot import formats
from iot.routes import addresses, shape
from iot.routes.sending import Asked, Failure, Given, Kind, Outcome, Target, told
from iot.routes.shape import Item, Shape

SCHEMES = {"mqtts": (8883, True), "mqtt": (1883, False)}
WAIT_S = 5.0
_OPEN = str.maketrans({"/": "_", "+": "_", "#": "_", "\0": "_"})
"""What a name must not bring into a topic: levels, and what subscribers take for any."""
VERSIONS = {"5": MQTTProtocolVersion.MQTTv5, "3.1.1": MQTTProtocolVersion.MQTTv311}


class Publisher:
    """Publishes a batch and waits until the broker has all of it."""

    def __init__(self, target: Target, shape_: Shape, uid: str) -> None:
        self._target, self._shape, self._uid = target, shape_, uid
        self._client: Client | None = None
        self._told = threading.Condition()
        self._connected: str | None = None
        """What the broker said to the connection: "" for yes."""
        self._answers: dict[int, str] = {}

    def send(self, items: Sequence[Item], until: float) -> list[Outcome]:
        try:
            client = self._ready()
            numbers = [self._publish(client, item) for item in items]
        except (OSError, ValueError, RuntimeError, places.Refused) as error:
            self.close()
            return [Failure(told(error))]
        outcomes: list[Outcome] = []
        for number in numbers:
            said = self._answered(number, until)
            if said is None:
                self.close()
                return [*outcomes, Failure("the broker does not confirm")]
            outcomes.append(Failure(said, "item") if said else None)
        self._answers.clear()
        return outcomes

    def try_out(self, item: Item) -> tuple[bool, str]:
        outcome = self.send([item], time.monotonic() + WAIT_S)[0]
        return (False, outcome.why) if outcome is not None else (True, f"PUBACK {self._topic(item)}")

    def close(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
        self._client, self._connected = None, None
        self._answers.clear()

    def _ready(self) -> Client:
        """Raises OSError, ValueError, places.Refused."""
        if self._client is not None and self._client.is_connected():
            return self._client
        self.close()
        target = self._target
        place = addresses.place_of(target["url"], SCHEMES)
        addresses.open_to(place)
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"linli-route-{self._uid}-{ids.token(6)}",  # one that is tried out must not end the one at work
            protocol=VERSIONS[target["version"]],
            reconnect_on_failure=False,
        )
        if target["user"]:
            client.username_pw_set(target["user"], target["password"])
        if place.secure:
            client.tls_set()
        client.on_connect, client.on_publish = self._on_connect, self._on_publish
        client.connect(place.host, place.port)
        self._client = client
        client.loop_start()
        with self._told:
            self._told.wait_for(lambda: self._connected is not None, WAIT_S)
        if self._connected != "":
            raise ConnectionError(self._connected or "the broker does not answer")
        return client

    def _on_connect(self, _client: Client, _data: object, _flags: object, reason: Any, _more: object) -> None:
        with self._told:
            self._connected = str(reason) if reason.is_failure else ""
            self._told.notify_all()

    def _on_publish(self, _client: Client, _data: object, mid: int, reason: Any, _more: object) -> None:
        with self._told:
            self._answers[mid] = str(reason) if reason.is_failure else ""
            self._told.notify_all()

    def _publish(self, client: Client, item: Item) -> int:
        more = None
        if self._target["version"] == "5":
            more = Properties(PacketTypes.PUBLISH)
            more.ContentType = "application/json"
            more.UserProperty = [("message-id", item.key)]
        body = orjson.dumps(self._shape.body(item))
        info = client.publish(
            self._topic(item), body, qos=1, retain=bool(self._target["retain"]), properties=more
        )
        if info.rc:
            raise ConnectionError("the connection to the broker broke")
        return int(info.mid)

    def _answered(self, number: int, until: float) -> str | None:
        """What the broker said of a message: "" for yes; None when it says nothing in time, or is gone."""

        def over() -> bool:
            return number in self._answers or self._client is None or not self._client.is_connected()

        with self._told:
            while not over() and time.monotonic() < until:
                self._told.wait(0.1)  # a broken connection tells nobody
            return self._answers.get(number)

    def _topic(self, item: Item) -> str:
        return topic(self._target["topic"], item)


def topic(template: str, item: Item) -> str:
    """The topic of a reading: what stands in a name makes no level of its own."""
    plain = replace(
        item,
        address=_level(item.address),
        name=_level(item.name),
        model=_level(item.model),
        org=_level(item.org),
    )
    return shape.filled(template, plain)


def _level(text: str) -> str:
    return text.translate(_OPEN) or "_"


def checked(given: Given, before: Target) -> dict[str, Any]:
    """Raises Invalid."""
    target = addresses.taken(given, before, SCHEMES)
    template = shape.checked(given.get("topic", ""), "topic", without=("point",))
    if "+" in template or "#" in template or template.startswith(("$", "/")):
        raise Invalid(_("A topic has no + and no #, and begins with neither $ nor /."), "topic")
    if _ours(target["url"]) and formats.of(shape.filled(template, _ANY)) is not None:
        raise Invalid(
            _("What is published there comes back to us as another device. Please choose another topic."),
            "topic",
        )
    version = given.get("version", "") or "5"
    if version not in VERSIONS:
        raise Invalid(_("Please choose one."), "version")
    return target | {"topic": template, "version": version, "retain": bool(given.get("retain"))}


def _ours(url: str) -> bool:
    """Whether it is the broker that we listen at."""
    one, own = urlsplit(url), urlsplit(settings().mqtt_url)
    return (one.hostname, one.port) == (own.hostname, own.port or SCHEMES.get(own.scheme, (1883, False))[0])


_NOW: Any = None
_ANY = Item(0, "", 1, "x", "x", "x", 1, "x", "data", _NOW, _NOW, {})

KIND = Kind(
    name="mqtt",
    title=_("MQTT broker"),
    about=_("Each reading is published with QoS 1 under a topic of your choice."),
    fields=(
        addresses.address(_("Broker"), "mqtts://broker.example.com:8883"),
        addresses.USER,
        addresses.PASSWORD,
        Asked(
            "topic",
            _("Topic"),
            {"tag": "input", "type": "text", "maxlength": shape.LONGEST, "required": True},
            hint=_(
                "Places that you may use: {places}", places="{device} {address} {name} {model} {org} {kind}"
            ),
            default="readings/{org}/{address}",
        ),
        Asked(
            "version",
            _("Version of MQTT"),
            {"tag": "select", "required": True},
            options=[
                ("5", _("5: with the reading’s name as the user property message-id")),
                ("3.1.1", _("3.1.1: the broker cannot say that it does not allow a topic")),
            ],
            default="5",
        ),
        Asked("retain", _("The broker keeps the last one of each topic (retained)"), {"tag": "checkbox"}),
    ),
    checked=checked,
    shown=lambda target: f"{target['url']} · {target['topic']}",
    opened=Publisher,
    at_once=200,
)
