"""POST /hooks/devices/{format}/{token}: a network server's webhook. 200 means that the message is in the database."""

from __future__ import annotations

import peewee
import structlog

from backend.web.door import Post, Reply, Take
from iot.hooks import addresses as hooks

PATH = "/hooks/devices/"
LARGEST = 256 * 1024
log = structlog.get_logger()


def take(post: Post) -> Reply:
    format, _slash, token = post.path.removeprefix(PATH).partition("/")
    try:
        hook = hooks.opened(format, token)
        if post.length > LARGEST:
            return Reply.json(413, error="too large")
        done = hooks.take(hook, post.body, post.query)
    except (peewee.OperationalError, peewee.InterfaceError) as error:
        log.warning("device_hook.database_not_reachable", error=type(error).__name__)
        return Reply.json(503, error="please try again")
    return Reply.json(stored=done.readings, repeats=done.repeats, put_aside=done.quarantined)


TAKES: dict[str, Take] = {PATH: take}
