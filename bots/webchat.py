"""The webchat: what is said is pushed to the pages that are open, and waits in the database for those that are not."""

from __future__ import annotations

import json
from typing import Any

import redis.asyncio
import structlog
from redis.exceptions import RedisError

from backend.core import clock, crypto, jobs
from backend.core.i18n import tag
from backend.messaging.content import Content
from backend.messaging.deliveries import Due
from backend.settings import settings
from bots.channel import Channel, Sent
from conversations.inbound import Outgoing

NAME = "webchat"
PLACE = "webchat.push"
_PASSING = ("flow:", "lang:", "url:", "!")
"""Values of options that belong to their moment: a menu, a language, a way out of a question."""

log = structlog.get_logger()


def channel_of(identity_id: int) -> str:
    """Where the open pages of this webchat listen."""
    return f"{NAME}:{identity_id}"


def _lasting(value: str) -> str:
    """What a command is about: `request.rate:1047:5` → `request:1047`. Empty for an option of its moment."""
    if ":" not in value or value.startswith(_PASSING):
        return ""
    command, _colon, argument = value.partition(":")
    return f"{command.partition('.')[0]}:{argument.partition(':')[0]}"


def told_item(delivery_id: int, message_id: int, content: Content, at_ms: int) -> dict[str, Any]:
    """One message of ours as the page gets it. `text` may hold `**bold**`; `keep`: its options stay when she goes on,
    until there are others about the same (`request:1047`); `links`: the addresses of the options that open a page."""
    return {
        "id": delivery_id,
        "message": message_id,
        "at": at_ms,
        "text": content.text,
        "photos": [f"/chat/told/{delivery_id}/{place}" for place in range(len(content.media))],
        "lang": tag(content.locale),
        "options": [option.label for option in content.options],
        "links": {n: option.url for n, option in enumerate(content.options) if option.url},
        "keep": next(filter(None, (_lasting(option.value) for option in content.options)), ""),
        "accepts": list(content.accepts),
        "sensitive": content.sensitive,
    }


def reply_item(reply: Outgoing) -> dict[str, Any]:
    return told_item(reply.delivery_id, reply.message_id, reply.content, clock.now_ms())


def sealed(item: dict[str, Any]) -> bytes:
    """An item on its way through Redis, which is not to read it."""
    return crypto.encrypt(json.dumps(item, ensure_ascii=False, separators=(",", ":")), PLACE)


def unsealed(payload: bytes) -> dict[str, Any]:
    """The inverse of `sealed`. Raises DecryptError."""
    return dict(json.loads(crypto.decrypt(payload, PLACE)))


def show(identity_id: int, items: list[dict[str, Any]]) -> None:
    """Show what was said in one page on the others of the same webchat. Without Redis they see it when they come back."""
    try:
        with jobs.connection().pipeline(transaction=False) as pipe:
            for item in items:
                pipe.publish(channel_of(identity_id), sealed(item))
            pipe.execute()
    except RedisError as error:
        log.warning("webchat.redis_unreachable", error=type(error).__name__)


class WebchatChannel(Channel):
    """Sending is committing: the page fetches what it has not seen. The push only makes that immediate."""

    name = NAME
    per_second = 5000.0
    per_address_second = 50.0

    def __init__(self) -> None:
        self._redis: redis.asyncio.Redis | None = None

    async def send(self, due: Due) -> Sent:
        item = told_item(due.id, due.message_id, due.content, clock.now_ms())
        if self._redis is None:
            self._redis = redis.asyncio.Redis.from_url(settings().redis_url, socket_connect_timeout=1)
        try:
            await self._redis.publish(channel_of(due.identity_id), sealed(item))
        except (RedisError, OSError) as error:
            log.warning("webchat.redis_unreachable", error=type(error).__name__)
        return Sent()

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.aclose()
            self._redis = None
