"""The ingest process: takes what devices publish, and tells the broker so only after it is in the database.

    python -m iot.ingest

One of many is at work, by a lease in the database; another takes over within seconds. Its session at the broker is kept under one name, so that
what is published while nobody is there waits (QoS 1). While the database is away nothing is acknowledged, and the broker holds it.
"""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import peewee
import structlog
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from backend import domains
from backend.core import clock, db, health, lease, log
from backend.ready import wait_ready
from backend.settings import settings
from iot import formats, storing
from iot.devices import LISTENING
from iot.storing import Stored
from iot.uplink import Arrived

SESSION = "linli-ingest"
BATCH = 500
WAIT_S = 0.02
"""How long a batch waits for more: an alarm is not kept waiting by it."""
HELD = 5_000
"""Messages in hand; beyond these the connection is not read, and the broker keeps the rest."""
KEEPALIVE_S = 60
LEASE_S = 6.0
RENEW_S = 2.0
logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Held:
    """A message that the broker has to be told about."""

    arrived: Arrived
    mid: int
    qos: int


class Ingest:
    """A connection to the broker, and the thread that stores what comes."""

    def __init__(self, url: str, store: Callable[[Sequence[Arrived]], Stored] = storing.store) -> None:
        self._store = store
        self._held: queue.Queue[_Held] = queue.Queue(HELD)
        self._done = threading.Event()
        parts = urlsplit(url)
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=SESSION,
            clean_session=False,
            manual_ack=True,
            reconnect_on_failure=True,
        )
        if parts.username:
            self._client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if parts.scheme == "mqtts":
            self._client.tls_set()
        self._client.max_inflight_messages_set(HELD)
        self._client.reconnect_delay_set(1, 10)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._where = (
            parts.hostname or "127.0.0.1",
            parts.port or (8883 if parts.scheme == "mqtts" else 1883),
        )
        self._thread = threading.Thread(target=self._work, name="storing", daemon=True)

    def start(self) -> None:
        """Raises OSError when the broker is not there."""
        self._client.connect(*self._where, keepalive=KEEPALIVE_S)
        self._client.loop_start()
        self._thread.start()

    def stop(self) -> None:
        """What was not stored is not acknowledged: it comes again."""
        self._done.set()
        self._thread.join(5)
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def connected(self) -> bool:
        return self._client.is_connected()

    def _on_connect(
        self, client: Client, _data: object, _flags: object, reason: object, _more: object
    ) -> None:
        if getattr(reason, "is_failure", False):
            logger.error("ingest.refused", reason=str(reason))
            return
        client.subscribe([(topic, 1) for codec in formats.ALL for topic in codec.topics])
        logger.info("ingest.connected")

    def _on_disconnect(
        self, _client: Client, _data: object, _flags: object, reason: object, _more: object
    ) -> None:
        if not self._done.is_set():
            logger.warning("ingest.disconnected", reason=str(reason))

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        arrived = Arrived(message.topic, bytes(message.payload), clock.now(), bool(message.retain))
        held = _Held(arrived, message.mid, message.qos)
        taken = False
        while not taken and not self._done.is_set():
            try:
                self._held.put(held, timeout=1)
                taken = True
            except queue.Full:
                continue  # the connection is not read meanwhile

    def _work(self) -> None:
        while not self._done.is_set():
            batch = self._next()
            if batch and self._stored(batch):
                for held in batch:
                    self._client.ack(held.mid, held.qos)

    def _next(self) -> list[_Held]:
        """The messages in hand, up to BATCH: the first is waited for, the others hardly."""
        try:
            batch = [self._held.get(timeout=0.5)]
        except queue.Empty:
            return []
        ends = time.monotonic() + WAIT_S
        while len(batch) < BATCH:
            try:
                batch.append(self._held.get(timeout=max(ends - time.monotonic(), 0)))
            except queue.Empty:
                break
        return batch

    def _stored(self, batch: Sequence[_Held]) -> bool:
        """Store them, however long the database is away; False when the process ends first. What breaks the storing itself is put aside."""
        while not self._done.is_set():
            try:
                self._store([held.arrived for held in batch])
            except (peewee.OperationalError, peewee.InterfaceError) as error:
                logger.warning("ingest.database_unreachable", error=type(error).__name__)
                self._done.wait(1)
                _reconnect()
            except Exception as error:
                logger.exception("ingest.failed", messages=len(batch))
                if len(batch) == 1:
                    storing.put_aside(batch[0].arrived, f"storing failed: {type(error).__name__}")
                    return True
                # One of them is to blame: the others must not wait for it.
                return all(self._stored([held]) for held in batch)
            else:
                return True
        return False


def _reconnect() -> None:
    try:
        db.reconnect_if_lost()
    except Exception as error:
        logger.warning("ingest.database_unreachable", error=type(error).__name__)


def main() -> None:
    wait_ready()
    log.configure("ingest")
    db.connect(settings().database_url)
    domains.load()
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    ingest: Ingest | None = None
    while not done.is_set():
        try:
            db.reconnect_if_lost()
            ours = lease.acquire("ingest", health.INSTANCE, LEASE_S)
            health.beat("ingest", _standing(ingest) if ours else "standing by")
            if ours and ingest is None:
                ingest = Ingest(settings().mqtt_url)
                ingest.start()
        except OSError as error:
            logger.warning("ingest.broker_unreachable", error=type(error).__name__)
            ingest = None
        except Exception as error:
            logger.warning("ingest.database_unreachable", error=type(error).__name__)
        else:
            if not ours and ingest is not None:
                ingest.stop()
                ingest = None
        done.wait(RENEW_S)
    if ingest is not None:
        ingest.stop()
        lease.release("ingest", health.INSTANCE)


def _standing(ingest: Ingest | None) -> str:
    return LISTENING if ingest is not None and ingest.connected else "connecting"


if __name__ == "__main__":
    main()
