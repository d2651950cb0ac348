"""One partition's session at the broker: a thread that takes what comes, has it stored, and acknowledges it.

While a batch is stored the connection is not read, so that the next batch is as large as what came meanwhile: one message when it is quiet, hundreds
under load, and nobody waits for a batch to fill.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress

import peewee
import structlog
from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode

from backend.core import db
from iot import connection, storing
from iot.connection import Broker
from iot.ingest.client import Held, Subscriber
from iot.ingest.partitions import Partition
from iot.storing import Store
from iot.uplink import Arrived

BATCH = 1_000
HELD = 5_000
"""Messages in hand; beyond these the connection is not read, and the broker keeps the rest. Also how many of the last numbers are remembered: fewer than a
broker gives out before it begins again."""
IDLE_S = 0.25
KEEPALIVE_S = 60
PATIENCE_S = (0.5, 10.0)
"""Between two attempts to connect: at first, and at most."""
logger = structlog.get_logger()


class Session:
    """`allowed` is asked before each connection: whoever lost the partition must not push its new holder out. `beside` are further topics, of the broker
    itself (QoS 0), whose messages go to `tell`."""

    def __init__(
        self,
        partition: Partition,
        broker: Broker,
        *,
        store: Store = storing.store,
        allowed: Callable[[], bool] = lambda: True,
        formerly: Sequence[str] = (),
        beside: Sequence[str] = (),
        tell: Callable[[Arrived], None] | None = None,
    ) -> None:
        self.partition, self._broker, self._store = partition, broker, store
        self._allowed, self._formerly = allowed, tuple(formerly)
        self._beside, self._tell = tuple(beside), tell
        self._done = threading.Event()
        self._connection = 0
        self._subscribed = False
        self._settled: OrderedDict[int, int] = OrderedDict()
        self._client = Subscriber(partition.session)
        connection.prepare(self._client, broker)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._thread = threading.Thread(target=self._work, name=f"ingest-{partition.name}", daemon=True)
        self.stored = 0
        """Messages, since the start."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What was not stored is not acknowledged: it comes again."""
        self._done.set()
        self._thread.join(15)

    @property
    def connected(self) -> bool:
        """Whether the broker has taken the subscription."""
        return self._subscribed

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _on_connect(
        self, client: Client, _data: object, _flags: object, reason: object, _more: object
    ) -> None:
        if getattr(reason, "is_failure", False):
            logger.error("ingest.refused", partition=self.partition.name, reason=str(reason))
            return
        if former := [f for f in self._formerly if f not in self.partition.filters]:
            # The session remembers them, and would go on collecting what nobody wants any more.
            client.unsubscribe(former)
        topics = [(f, 1) for f in self.partition.filters] + [(f, 0) for f in self._beside]
        if topics:
            client.subscribe(topics)
        else:
            self._subscribed = True  # a partition that is given up: only what waits is taken
        logger.info("ingest.connected", partition=self.partition.name)

    def _on_subscribe(
        self, _client: Client, _data: object, _mid: int, answers: Sequence[object], _more: object
    ) -> None:
        refused = [
            topic
            for topic, answer in zip((*self.partition.filters, *self._beside), answers, strict=False)
            if getattr(answer, "is_failure", False)
        ]
        if refused:
            logger.error("ingest.not_allowed", partition=self.partition.name, topics=refused)
        self._subscribed = not any(topic in self.partition.filters for topic in refused)

    def _on_disconnect(
        self, _client: Client, _data: object, _flags: object, reason: object, _more: object
    ) -> None:
        self._subscribed = False
        if not self._done.is_set():
            logger.warning("ingest.disconnected", partition=self.partition.name, reason=str(reason))

    def _work(self) -> None:
        try:
            while not self._done.is_set():
                if self._client.socket() is not None or self._reached():
                    self._turn()
        finally:
            self._subscribed = False
            if self._client.socket() is not None:
                self._client.disconnect()
            db.db.close()

    def _reached(self) -> bool:
        """Connect, as often as it takes; False when the session ends first."""
        pause = PATIENCE_S[0]
        while not self._done.is_set():
            if self._allowed():
                self._take_left()
                self._client.forget()
                self._connection += 1
                try:
                    self._client.connect(self._broker.host, self._broker.port, keepalive=KEEPALIVE_S)
                    return True
                except (OSError, ValueError) as error:
                    logger.warning(
                        "ingest.broker_unreachable", partition=self.partition.name, error=str(error)
                    )
            self._done.wait(pause)
            pause = min(pause * 2, PATIENCE_S[1])
        return False

    def _turn(self) -> None:
        client = self._client
        if client.loop(IDLE_S) != MQTTErrorCode.MQTT_ERR_SUCCESS:
            if not self._subscribed:
                self._done.wait(PATIENCE_S[0])
            return
        while 0 < (had := len(client.held)) < BATCH:
            if client.loop(0) != MQTTErrorCode.MQTT_ERR_SUCCESS or len(client.held) == had:
                break
        batch, client.held[:BATCH] = client.held[:BATCH], []
        if batch:
            self._take(batch)

    def _take_left(self) -> None:
        """What came before the connection broke: a broker that was killed may have kept nothing of it."""
        while self._client.held and not self._done.is_set():
            batch, self._client.held[:BATCH] = self._client.held[:BATCH], []
            self._take(batch)

    def _take(self, batch: Sequence[Held]) -> None:
        connection = self._connection
        new = [held for held in batch if not self._is_settled(held)]
        if self._tell is not None:
            for held in new:
                if held.arrived.topic.startswith("$SYS/"):
                    with suppress(peewee.PeeweeException):  # it tells the figure again in ten seconds
                        self._tell(held.arrived)
            new = [held for held in new if not held.arrived.topic.startswith("$SYS/")]
        if new and not self._stored([held.arrived for held in new]):
            return
        for held in new:
            self._settle(held)
        self.stored += len(new)
        # Over another connection the same numbers may mean other messages.
        if connection == self._connection and self._client.socket() is not None:
            self._client.acknowledge([held.mid for held in batch])

    def _is_settled(self, held: Held) -> bool:
        """Whether it was stored a moment ago and the broker did not hear of it, because the connection broke. A button's press has no name by which storing
        could tell that."""
        return held.again and held.mid != 0 and self._settled.get(held.mid) == _digest(held.arrived)

    def _settle(self, held: Held) -> None:
        if held.mid:
            self._settled.pop(held.mid, None)
            self._settled[held.mid] = _digest(held.arrived)
            if len(self._settled) > HELD:
                self._settled.popitem(last=False)

    def _stored(self, batch: Sequence[Arrived]) -> bool:
        """Store them, however long the database is away; False when the process ends first."""
        pause = 0.1
        while not self._done.is_set():
            try:
                storing.store_surely(batch, self._store)
                return True
            except (peewee.OperationalError, peewee.InterfaceError) as error:
                logger.warning("ingest.database_unreachable", error=type(error).__name__)
                # The broker must hear of us meanwhile, else it takes us for dead.
                if len(self._client.held) < HELD and self._client.socket() is not None:
                    self._client.loop(0)
                self._done.wait(pause)
                pause = min(pause * 2, 1.0)
                _reconnect()
        return False


def _digest(arrived: Arrived) -> int:
    return hash((arrived.topic, arrived.payload))


def _reconnect() -> None:
    try:
        db.reconnect_if_lost()
    except Exception as error:
        logger.warning("ingest.database_unreachable", error=type(error).__name__)
