"""Live push between processes: a nudge over Redis that something changed. The database stays the truth, so a lost
nudge costs a moment's delay, never a message."""

from __future__ import annotations

import json
import threading
from typing import Any

import redis
import structlog

from backend.core.db import after_commit
from backend.core.jobs import connection

ADMIN = "admin:live"
SELDOM_S = 0.5
log = structlog.get_logger()


def publish(channel: str, event: dict[str, Any]) -> None:
    """Tell whoever watches `channel`, once the open transaction is committed."""
    after_commit(lambda: _send(channel, event))


def publish_seldom(channel: str, event: dict[str, Any]) -> None:
    """`publish` for what comes by the thousand, such as receipts: what is said several times within SELDOM_S is said once, at its end.
    A nudge costs more than the change itself."""
    after_commit(lambda: _seldom.say(channel, event))


class _Seldom:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[str, dict[str, Any]]] = {}

    def say(self, channel: str, event: dict[str, Any]) -> None:
        with self._lock:
            first = not self._waiting
            self._waiting[f"{channel} {event}"] = (channel, event)
        if first:
            timer = threading.Timer(SELDOM_S, self._send_all)
            timer.daemon = True
            timer.start()

    def _send_all(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for channel, event in waiting.values():
            _send(channel, event)


_seldom = _Seldom()


def _send(channel: str, event: dict[str, Any]) -> None:
    try:
        connection().publish(channel, json.dumps(event, ensure_ascii=False))
    except redis.RedisError as error:
        log.warning("live.redis_unreachable", error=type(error).__name__)
