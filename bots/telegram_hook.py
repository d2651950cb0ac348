"""Telegram's webhook, answered by the web process: 200 once the update is committed; the answer follows by a call."""

from __future__ import annotations

import hashlib
import hmac
import json
from concurrent.futures import TimeoutError as TooLong

import structlog

from backend.settings import settings
from backend.web.door import Post, Reply, Take, TurnedAway

log = structlog.get_logger()


def webhook_secret() -> str:
    """What Telegram shows us with every webhook call; derived, so that every process knows it."""
    key = settings().secret_key.get_secret_value().encode()
    return hmac.new(key, b"telegram webhook", hashlib.sha256).hexdigest()


def telegram(post: Post) -> Reply:
    if not settings().telegram_bot_token.get_secret_value():
        raise TurnedAway(404)
    shown = post.header("X_TELEGRAM_BOT_API_SECRET_TOKEN")
    if not hmac.compare_digest(shown.encode(), webhook_secret().encode()):
        raise TurnedAway(403)
    try:
        raw = json.loads(post.body)
    except (ValueError, RecursionError):
        return Reply(status=400)
    if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
        return Reply(status=400)
    # Slow to load, and needless where there is no bot.
    from bots.telegram_background import DATABASE_LOST, background

    try:
        background().take(raw)
    except DATABASE_LOST as error:
        log.warning("telegram.database_not_reachable", error=type(error).__name__)
        return Reply(status=503)
    except TooLong:
        log.warning("telegram.update_too_slow")
        return Reply(status=503)
    except Exception:
        # Not what Telegram sends: a shape that the library cannot read would come again and again.
        log.exception("telegram.update_unreadable")
    return Reply()


TAKES: dict[str, Take] = {"/hooks/telegram": telegram}
