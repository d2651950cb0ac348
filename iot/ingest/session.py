"""One partition's session at the broker: a thread that takes what comes, has it stored, and acknowledges it.

While a batch is stored the connection is not read, so that the next batch is as large as what came meanwhile: one message when it is quiet, hundreds
under load, and nobody waits for a batch to fill.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace

import peewee
import structlog
from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode

from backend.core import db
from iot import connection, express, storing
from iot.connection import Broker
from iot.ingest.client import Held, Subscriber
from iot.ingest.partitions import EXPRESS, Partition
from iot.storing import Store
from iot.uplink import Arrived

BATCH, MEANWHILE = 1_000, 200
"""Messages of one transaction, and while others want to write as well: an alarm waits for the transaction under way each time it has something to write."""
HELD = 5_000
"""Messages in hand; beyond these the connection is not read, and the broker keeps the rest. Also how many of the last numbers are remembered: fewer than a
broker gives out before it begins again."""
IDLE_S = 0.25
AT_ONCE = 500
"""Filters of one packet: EMQX takes no packet of more than a megabyte."""
LOUD, LOUD_S, DRAINED_S = 60, 30.0, 300.0
"""More messages under one topic in so many seconds are not a detector's. What waited while nobody was here is not counted: until nothing comes for a moment, so
long at most."""
KEEPALIVE_S = 60
PATIENCE_S = (0.5, 10.0)
"""Between two attempts to connect: at first, and at most."""
logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Shared:
    """Topics of the express session."""

    now: Set[str] = frozenset()
    formerly: Set[str] = frozenset()


class Session:
    """`allowed` is asked before each connection: whoever lost the partition must not push its new holder out. `beside` are further topics, of the broker
    itself (QoS 0), whose messages go to `tell`. `shared`, which may change at any time, are the topics that the express session hears too, or heard a moment ago
    (`iot.express`)."""

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
        self.shared = Shared()
        self._express = partition.name == EXPRESS
        self._frequent, self._counted_from = Counter[str](), 0.0
        self._connection = 0
        self._subscribed = False
        self._asked: dict[int | None, list[tuple[str, int]]] = {}
        self._refused: list[str] = []
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
            for start in range(0, len(former), AT_ONCE):
                client.unsubscribe(former[start : start + AT_ONCE])
        topics = [(f, 1) for f in self.partition.filters] + [(f, 0) for f in self._beside]
        self._asked, self._refused = {}, []
        for start in range(0, len(topics), AT_ONCE):
            some = topics[start : start + AT_ONCE]
            self._asked[client.subscribe(some)[1]] = some
        if not topics:
            self._subscribed = True  # a partition that is given up: only what waits is taken
        logger.info("ingest.connected", partition=self.partition.name)

    def _on_subscribe(
        self, _client: Client, _data: object, mid: int, answers: Sequence[object], _more: object
    ) -> None:
        refused = [
            topic
            for (topic, _qos), answer in zip(self._asked.pop(mid, ()), answers, strict=False)
            if getattr(answer, "is_failure", False)
        ]
        if refused:
            logger.error("ingest.not_allowed", partition=self.partition.name, topics=refused)
        self._refused += [topic for topic in refused if topic not in self._beside]
        self._subscribed = not self._asked and not self._refused

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
                self._counted_from = time.monotonic() + DRAINED_S
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
        began = time.monotonic()
        # Also for what is left of the last batch: stored by itself it would make a small one, and those cost a third more.
        if client.loop(IDLE_S) != MQTTErrorCode.MQTT_ERR_SUCCESS:
            if not self._subscribed:
                self._done.wait(PATIENCE_S[0])
            return
        while 0 < (had := len(client.held)) < BATCH:
            if client.loop(0) != MQTTErrorCode.MQTT_ERR_SUCCESS or len(client.held) == had:
                break
        batch, client.held[:BATCH] = client.held[:BATCH], []
        if batch:
            self._take_all(batch)
        elif time.monotonic() - began >= IDLE_S:
            self._counted_from = min(self._counted_from, began)

    def _take_left(self) -> None:
        """What came before the connection broke: a broker that was killed may have kept nothing of it."""
        while self._client.held and not self._done.is_set():
            batch, self._client.held[:BATCH] = self._client.held[:BATCH], []
            self._take_all(batch)

    def _take_all(self, batch: Sequence[Held]) -> None:
        place = 0
        while place < len(batch):
            most = MEANWHILE if db.is_crowded() else BATCH
            self._take(batch[place : place + most])
            place += most

    def _take(self, batch: Sequence[Held]) -> None:
        connection = self._connection
        new = [held for held in batch if not self._is_settled(held)]
        if self._tell is not None:
            for held in new:
                if held.arrived.topic.startswith("$SYS/"):
                    with suppress(peewee.PeeweeException):  # it tells the figure again in ten seconds
                        self._tell(held.arrived)
            new = [held for held in new if not held.arrived.topic.startswith("$SYS/")]
        if self._express:
            # What the broker kept it gives to each who subscribes: once is enough.
            new = [held for held in new if not held.arrived.retained]
        arrived = [self._named(held.arrived) for held in new]
        if new and not self._stored(arrived):
            return
        if self._express:
            self._listen_for_loud(arrived)
        for held in new:
            self._settle(held)
        self.stored += len(new)
        # Over another connection the same numbers may mean other messages.
        if connection == self._connection and self._client.socket() is not None:
            self._client.acknowledge([held.mid for held in batch])

    def _named(self, arrived: Arrived) -> Arrived:
        """Its way is told of a message that comes by two."""
        if self._express:
            return replace(arrived, twice="express")
        if arrived.topic in self.shared.now and not arrived.retained:
            return replace(arrived, twice="usual")
        if arrived.topic in self.shared.formerly:
            return replace(arrived, twice="formerly")
        return arrived

    def _listen_for_loud(self, batch: Sequence[Arrived]) -> None:
        """One that talks all the time would make the others wait here as well."""
        now = time.monotonic()
        if now < self._counted_from:
            return
        self._frequent.update(arrived.topic for arrived in batch)
        loud = [topic for topic, count in self._frequent.items() if count > LOUD]
        if loud:
            logger.warning("ingest.loud", topics=loud[:20], count=len(loud))
            with suppress(peewee.PeeweeException):  # it will be as loud in a moment
                express.loud(loud)
        if loud or now - self._counted_from > LOUD_S:
            self._frequent.clear()
            self._counted_from = now

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
