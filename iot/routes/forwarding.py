"""The process that brings readings onward.

    python -m iot.routes.forwarding

A process of its own: a target that is slow or hostile holds up neither the listening to devices nor messages to people. Each live route has a
thread in one of these processes, by a lease in the database; another process takes it over within half a minute when one dies. What was sent and not yet written
down is sent again then, under the same name.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import structlog

from backend.core import clock, db, ending, health, lease, log
from backend.ready import wait_ready
from backend.settings import settings
from iot.routes import entries, kinds
from iot.routes.models import Route
from iot.routes.sending import Failure, Outcome, Sender
from iot.routes.shape import Item

LEASE_S = 30.0
RENEW_S = 12.0
BATCH_S = 16.0
"""By when a batch has to be done; with RENEW_S before it, the lease outlasts it."""
LOOK_S = 0.5
TEND_S = 1.0
GRACE_S = 3.0
"""How long a batch under way may take at the end; what is not written down by then is sent again."""
ELSEWHERE_S = 5.0
"""A route that another process brings is asked for so often."""
STUCK_S = 120.0
"""Who has not come back from its target for so long is left there."""
ILL = 3
"""So many refused one after the other, and the target is to blame."""
PROCESS = "routes"
logger = structlog.get_logger()


class Runner(threading.Thread):
    """Brings what waits on one route onward, while it is ours and live."""

    def __init__(
        self,
        route_id: int,
        holder: str = health.INSTANCE,
        opened: Callable[[Route], Sender] = kinds.sender_of,
    ) -> None:
        super().__init__(name=f"route-{route_id}", daemon=True)
        self._route_id, self._holder, self._opened = route_id, holder, opened
        self._done = threading.Event()
        self._sender: Sender | None = None
        self._changed_at: object = None
        self._held_until = 0.0
        self.beat = time.monotonic()
        """When it was last heard of."""
        self.ours = False
        """Whether it ever held the route."""
        self._refused = 0
        self._alone = 0
        """So many are sent one by one: something broke the sending of them together."""

    def run(self) -> None:
        try:
            while not self._done.is_set() and self._ours():
                self.beat = time.monotonic()
                pause = self.step()
                if pause is None:
                    break
                self._done.wait(pause)
        except Exception:
            # The database may be restarting; who tends the routes starts us again.
            logger.exception("route.stumbled", route=self._route_id)
        finally:
            self._leave()

    def stop(self) -> None:
        self._done.set()

    def step(self) -> float | None:
        """A batch; the seconds until the next one, None when the route is not live any more."""
        route = Route.get_or_none(Route.id == self._route_id)
        if route is None or route.state != "live":
            return None
        now = clock.now()
        if route.next_at is not None and route.next_at > now:
            return min((route.next_at - now).total_seconds(), TEND_S)
        batch = entries.waiting(route, self._size(route))
        if not batch:
            return LOOK_S
        began = time.monotonic()
        outcomes = self._sent(route, batch)
        for outcome in outcomes:
            self._refused = 0 if outcome is None else self._refused + 1
        entries.settle(route.id, batch, outcomes, ill=self._refused >= ILL)
        if self._refused >= ILL:
            self._refused = 0
        took = time.monotonic() - began
        return max(outcomes.count(None) / route.rate - took, 0.0) if route.rate else 0.0

    def _size(self, route: Route) -> int:
        if self._alone:
            return 1
        whole = kinds.KINDS[route.kind].at_once
        return max(min(whole, route.rate), 1) if route.rate else whole

    def _sent(self, route: Route, batch: Sequence[Item]) -> list[Outcome]:
        if self._sender is None or self._changed_at != route.changed_at:
            self.close()
            self._sender, self._changed_at = self._opened(route), route.changed_at
        self._alone = max(self._alone - 1, 0)
        try:
            return self._sender.send(batch, time.monotonic() + BATCH_S)
        except Exception as error:
            # Not the target's fault but ours: the reading that breaks us must hold up no other.
            logger.exception("route.send_failed", route=route.id, readings=len(batch))
            self.close()
            if len(batch) > 1:
                self._alone = len(batch)
                return []
            return [Failure(f"it cannot be sent: {type(error).__name__}", "item")]

    def _ours(self) -> bool:
        """Whether we (still) hold the route. Asked of the database long before the lease ends."""
        if time.monotonic() < self._held_until:
            return True
        held = lease.acquire(f"route:{self._route_id}", self._holder, LEASE_S)
        self._held_until = time.monotonic() + RENEW_S if held else 0.0
        self.ours |= held
        return held

    def close(self) -> None:
        if self._sender is not None:
            self._sender.close()
            self._sender = None

    def _leave(self) -> None:
        self.close()
        try:
            if self._held_until:
                lease.release(f"route:{self._route_id}", self._holder)
        except Exception as error:
            logger.warning("route.database_unreachable", error=type(error).__name__)
        db.db.close()


class Forwarder:
    """A Runner for each live route that nobody else has."""

    def __init__(
        self, opened: Callable[[Route], Sender] = kinds.sender_of, stuck_after: float = STUCK_S
    ) -> None:
        self._opened, self._stuck_after = opened, stuck_after
        self._runners: dict[int, Runner] = {}

    def tend(self) -> int:
        """Start those that are missing; how many there are."""
        now = time.monotonic()
        for number, runner in list(self._runners.items()):
            silent = now - runner.beat
            if runner.is_alive() and silent > self._stuck_after:
                logger.error("route.stuck", route=number, seconds=round(silent))
                runner.stop()
                del self._runners[number]
            elif not runner.is_alive() and (runner.ours or silent > ELSEWHERE_S):
                del self._runners[number]
        for (number,) in Route.select(Route.id).where(Route.state == "live").tuples():
            if number not in self._runners:
                self._runners[number] = Runner(number, opened=self._opened)
                self._runners[number].start()
        return sum(runner.is_alive() for runner in self._runners.values())

    def stop(self) -> None:
        for runner in self._runners.values():
            runner.stop()
        ends = time.monotonic() + GRACE_S
        for runner in self._runners.values():
            runner.join(max(ends - time.monotonic(), 0))


def main() -> None:
    wait_ready()
    log.configure(PROCESS)
    db.connect(settings().database_url)
    done = threading.Event()
    ending.heeded(done)
    forwarder = Forwarder()
    beat_at = 0.0
    while not done.is_set():
        try:
            db.reconnect_if_lost()
            routes = forwarder.tend()
            if time.monotonic() >= beat_at:
                beat_at = time.monotonic() + health.BEAT_SECONDS
                health.beat(PROCESS, f"{routes} routes")
        except Exception as error:
            logger.warning("routes.database_unreachable", error=type(error).__name__)
        done.wait(TEND_S)
    forwarder.stop()


if __name__ == "__main__":
    main()
