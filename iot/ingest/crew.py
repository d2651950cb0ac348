"""Which partitions this process works at: its share of them, by leases, as long as it renews those."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import structlog

from backend.core import clock, health, lease
from backend.core.db import transaction
from backend.core.lease import Lease
from iot.connection import Broker, prepare
from iot.ingest import partitions, watch
from iot.ingest.client import Subscriber
from iot.ingest.models import BrokerSession
from iot.ingest.partitions import EXPRESS, Claim, Partition
from iot.ingest.session import KEEPALIVE_S, Session, Shared
from iot.registry.devices import LISTENING

PROCESS = "ingest"
LEASE_S = 5.0
RENEW_S = 1.5
LIVING_S = 5.0
"""Who was heard in the last seconds counts as a colleague."""
DRAINED_S = 5.0
"""A session that is given up has nothing left when so long nothing came."""
FORMERLY_S = 60.0
"""What came by the express session too may wait so long in the usual one when it does not any more."""
logger = structlog.get_logger()


class Crew:
    """`tick` each RENEW_S seconds keeps the process's sessions in order."""

    def __init__(
        self,
        plan: Sequence[Partition],
        broker: Broker,
        me: str = health.INSTANCE,
        drained_s: float = DRAINED_S,
    ) -> None:
        self._plan = {p.name: p for p in plan}
        self._broker, self._me, self._drained_s = broker, me, drained_s
        self._sessions: dict[str, Session] = {}
        self._until: dict[str, float] = {}
        self._noted: set[str] = set()
        self._quiet: dict[str, tuple[int, float]] = {}
        self._shared = Shared()
        self._shared_since = 0.0

    def tick(self) -> None:
        """Renew, take over, let go. Raises what the database raises while it is away: the sessions wait for it themselves."""
        now = clock.now()
        known = {row.name: tuple(row.filters) for row in BrokerSession.select()}
        claims = {
            row.name.partition(":")[2]: Claim(row.holder, row.until)
            for row in Lease.select().where(Lease.name.startswith(f"{PROCESS}:"))
        }
        served = all(name in claims and claims[name].until > now for name in self._plan)
        names = [*self._plan, *(n for n in sorted(known) if n not in self._plan and served)]
        for name in list(self._sessions):
            if not self._hold(name) or not self._sessions[name].alive:
                self._end(name)
        take, give = partitions.wanted(names, claims, self._colleagues(), self._me, now)
        for name in give:
            self._end(name)
            lease.release(f"{PROCESS}:{name}", self._me)
        for name in take:
            if name not in self._sessions and self._hold(name):
                self._begin(name, known.get(name, ()))
        if self._shared.formerly and time.monotonic() - self._shared_since > FORMERLY_S:
            self._shared = Shared(self._shared.now)
        for name, session in list(self._sessions.items()):
            session.shared = self._shared
            self._note(name, session)
        health.beat(PROCESS, self.standing())

    def expect(self, name: str, filters: Sequence[str]) -> None:
        """A partition whose topics become known while we work. Its session begins anew with them; what waits in it is kept at the broker."""
        if tuple(filters) != (self._plan[name].filters if name in self._plan else ()):
            self._plan[name] = Partition(name, tuple(filters))
            if name == EXPRESS:
                before = self._shared.now | self._shared.formerly
                self._shared = Shared(frozenset(filters), before - set(filters))
                self._shared_since = time.monotonic()
            if name in self._sessions:
                self._end(name)
                lease.release(f"{PROCESS}:{name}", self._me)

    def leave(self) -> None:
        for name in list(self._sessions):
            self._end(name)
            lease.release(f"{PROCESS}:{name}", self._me)

    def standing(self) -> str:
        if not self._sessions:
            return "standing by"
        return LISTENING if all(s.connected for s in self._sessions.values()) else "connecting"

    def _colleagues(self) -> set[str]:
        since = clock.now() - clock.working(LIVING_S)
        return {row.instance for row in health.living() if row.process == PROCESS and row.at >= since}

    def _hold(self, name: str) -> bool:
        began = time.monotonic()
        ours = lease.acquire(f"{PROCESS}:{name}", self._me, LEASE_S)
        if ours:
            self._until[name] = began + LEASE_S
        return ours

    def _allowed(self, name: str) -> Callable[[], bool]:
        return lambda: time.monotonic() < self._until.get(name, 0.0)

    def _begin(self, name: str, formerly: Sequence[str]) -> None:
        partition = self._plan.get(name, Partition(name, ()))
        with transaction():
            # Written down before it is so: what a session collects must never be forgotten.
            both = sorted({*formerly, *partition.filters})
            BrokerSession.insert(name=name, filters=both, changed_at=clock.now()).on_conflict(
                conflict_target=[BrokerSession.name],
                update={BrokerSession.filters: both, BrokerSession.changed_at: clock.now()},
            ).execute()
        first = name == next(iter(self._plan))
        session = Session(
            partition,
            self._broker,
            allowed=self._allowed(name),
            formerly=formerly,
            beside=watch.TOPICS if first else (),
            tell=watch.note if first else None,
        )
        session.shared = self._shared
        session.start()
        self._sessions[name] = session
        self._noted.discard(name)
        logger.info("ingest.taken", partition=name)

    def _end(self, name: str) -> None:
        self._until.pop(name, None)
        self._quiet.pop(name, None)
        self._sessions.pop(name).stop()
        logger.info("ingest.let_go", partition=name)

    def _note(self, name: str, session: Session) -> None:
        """Once the broker has taken the subscription, its former filters are over; one that nobody planned is ended when nothing is left in it."""
        if not session.connected:
            return
        if name not in self._plan:
            stored, since = self._quiet.setdefault(name, (session.stored, time.monotonic()))
            if stored != session.stored:
                self._quiet[name] = (session.stored, time.monotonic())
            elif time.monotonic() - since > self._drained_s:
                self._retire(name)
        elif name not in self._noted:
            with transaction():
                BrokerSession.update(filters=list(session.partition.filters)).where(
                    BrokerSession.name == name
                ).execute()
            self._noted.add(name)

    def _retire(self, name: str) -> None:
        self._end(name)
        forget(Partition(name, ()), self._broker)
        with transaction():
            BrokerSession.delete().where(BrokerSession.name == name).execute()
        lease.release(f"{PROCESS}:{name}", self._me)
        logger.info("ingest.retired", partition=name)


def forget(partition: Partition, broker: Broker, patience_s: float = 5.0) -> None:
    """End its session at the broker, with whatever waits in it. Raises OSError."""
    client = Subscriber(partition.session, clean=True)
    prepare(client, broker)
    client.connect(broker.host, broker.port, keepalive=KEEPALIVE_S)
    until = time.monotonic() + patience_s
    while not client.is_connected() and time.monotonic() < until:
        client.loop(0.1)
    client.disconnect()
