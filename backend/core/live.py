"""Live push between processes: a nudge over Redis that something changed. The database stays the truth, so a lost
nudge costs a moment's delay, never a message."""

from __future__ import annotations

import json
from typing import Any

import redis
import structlog

from backend.core.db import after_commit
from backend.core.jobs import connection

ADMIN = "admin:live"
log = structlog.get_logger()


def publish(channel: str, event: dict[str, Any]) -> None:
    """Tell whoever watches `channel`, once the open transaction is committed."""
    after_commit(lambda: _send(channel, event))


def _send(channel: str, event: dict[str, Any]) -> None:
    try:
        connection().publish(channel, json.dumps(event, ensure_ascii=False))
    except redis.RedisError as error:
        log.warning("live.redis_unreachable", error=type(error).__name__)
