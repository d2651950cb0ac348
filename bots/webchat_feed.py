"""The truth behind the open pages of the webchat: what they missed, from the database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import structlog

from backend.core import db
from backend.core.crypto import DecryptError
from backend.messaging import threads
from backend.web.push import Event
from bots.webchat import channel_of, told_item, unsealed

AT_ONCE = 500
"""Webchats per query."""

log = structlog.get_logger()


class WebchatFeed:
    """Events of `webchat:<identity id>`; their ids are those of Deliveries."""

    def read(self, channel: str, payload: bytes) -> Event | None:
        try:
            return _event(channel, unsealed(payload))
        except DecryptError:
            log.warning("webchat.push_unreadable")
            return None

    def since(self, last: Mapping[str, int]) -> Iterator[Event]:
        db.reconnect_if_lost()
        after = {int(channel.partition(":")[2]): event_id for channel, event_id in last.items()}
        behind = list(after) if len(after) == 1 else _behind(after)
        for identity_id in behind:
            for told in threads.told(identity_id, after[identity_id]):
                item = told_item(told.id, told.message_id, told.content, told.at)
                yield _event(channel_of(identity_id), item)


def _behind(after: Mapping[int, int]) -> list[int]:
    ids = sorted(after)
    found: list[int] = []
    for start in range(0, len(ids), AT_ONCE):
        newest = threads.newest(ids[start : start + AT_ONCE])
        found += [identity_id for identity_id, event_id in newest.items() if event_id > after[identity_id]]
    return found


def _event(channel: str, item: Mapping[str, Any]) -> Event:
    return Event(channel, item.get("id"), json.dumps(item, ensure_ascii=False, separators=(",", ":")))
