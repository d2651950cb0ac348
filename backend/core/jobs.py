"""The RQ queues. A job is a nudge, never the truth: what is to be done stands in the database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import redis
import structlog
from rq import Queue

from backend.settings import settings

QUEUES = ("alerts", "replies", "default", "bulk")
log = structlog.get_logger()


@lru_cache(maxsize=4)
def _connection(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5)


def connection() -> redis.Redis:
    return _connection(settings().redis_url)


def kick(queue: str) -> None:
    """Ask a worker to drain `queue` of the outbox now, once while nobody has begun. Without Redis nothing is lost: workers also
    look by themselves."""
    job_id = f"drain-{queue}"
    try:
        waiting = Queue(queue, connection=connection())
        if waiting.connection.lpos(waiting.key, job_id) is None:
            waiting.enqueue(
                "broadcasts.delivery.drain", queue, job_id=job_id, result_ttl=0, failure_ttl=86_400
            )
    except redis.RedisError as error:
        log.warning("jobs.redis_unreachable", queue=queue, error=type(error).__name__)


def ask(queue: str, function: str, *args: int | str, once: bool = False) -> None:
    """Ask a worker for `function(*args)` ("package.module.function") soon. Lost while Redis is away: the clock has to come by.
    `once`: while nobody has begun, it is not asked for again."""
    job_id = "-".join(map(str, (function, *args))).replace(".", "-") if once else None
    try:
        waiting = Queue(queue, connection=connection())
        if job_id is None or waiting.connection.lpos(waiting.key, job_id) is None:
            waiting.enqueue(function, *args, job_id=job_id, result_ttl=0, failure_ttl=86_400)
    except redis.RedisError as error:
        log.warning("jobs.redis_unreachable", queue=queue, error=type(error).__name__)


@dataclass(frozen=True, slots=True)
class Kick:
    """`kick(queue)` for later: equal to any other of the same queue, so that a transaction needs only one."""

    queue: str

    def __call__(self) -> None:
        kick(self.queue)
