"""A worker: RQ hands it nudges, and it looks into the database by itself, so that it works when Redis does not.

    python -m broadcasts.worker alerts
    python -m broadcasts.worker replies default bulk

Alarms have a worker of their own: no campaign can delay them.
"""

from __future__ import annotations

import gc
import sys
import threading
import time

import redis
import structlog
from rq import Queue, SimpleWorker

from backend import domains
from backend.core import db, health, jobs, log
from backend.messaging import deliveries
from backend.ready import wait_ready
from backend.settings import settings
from broadcasts import delivery

LOOK_EVERY_S = 1.0
REAP_EVERY_S = 5.0
SWITCH_S = 0.002
"""How long a thread may go on while another wants the interpreter, less than half of the usual: who writes while the next texts are made
asks for it again after every row, and all other processes wait for the database meanwhile."""
GRACE_S = 3.0
"""How long a send in flight may take at the end, before it is left to its lease."""

logger = structlog.get_logger()


class Watch(threading.Thread):
    """Looks into the outbox every second: what a lost nudge, a dead process or a flushed Redis left lying."""

    def __init__(self, name: str, queues: list[str]) -> None:
        super().__init__(name="watch", daemon=True)
        self._process, self._queues = name, queues
        self._done = threading.Event()

    def run(self) -> None:
        reap_at = 0.0
        while not self._done.is_set():
            busy = False
            try:
                if time.monotonic() >= reap_at:
                    reap_at = time.monotonic() + REAP_EVERY_S
                    health.beat(self._process, " ".join(self._queues))
                    deliveries.reap()
                for queue in self._queues:
                    busy |= deliveries.due(queue) and delivery.drain(queue) > 0
            except Exception:
                # The database may be restarting: say so, and look again.
                logger.exception("worker.look_failed")
                _reconnect()
            self._done.wait(0 if busy else LOOK_EVERY_S)

    def stop(self) -> None:
        self._done.set()


def _reconnect() -> None:
    try:
        db.reconnect_if_lost()
    except Exception as error:
        logger.warning("worker.database_unreachable", error=type(error).__name__)


def main(queues: list[str]) -> None:
    name = "alerts" if queues == ["alerts"] else "worker"
    wait_ready()
    log.configure(name)
    db.connect(settings().database_url)
    domains.load()
    delivery.courier()  # one, before two threads ask for it
    # Who looks for what a message left behind need not look through all that is loaded.
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_S)
    watch = Watch(name, queues)
    watch.start()
    stopped = False
    while not stopped:
        try:
            connection = jobs.connection()
            worker = SimpleWorker([Queue(q, connection=connection) for q in queues], connection=connection)
            worker.work(logging_level="WARNING")
            stopped = True
        except redis.RedisError as error:
            logger.warning("worker.redis_unreachable", error=type(error).__name__)
            watch.join(5)
    watch.stop()
    delivery.courier().stop()
    watch.join(GRACE_S)
    delivery.courier().close()


if __name__ == "__main__":
    main(sys.argv[1:] or ["replies", "default", "bulk"])
