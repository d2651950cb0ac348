"""Telegram's webhook, answered by the web process: 200 once the update is committed; the answer follows by a call."""

from __future__ import annotations

import asyncio
import hmac
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from typing import Any

import structlog
from flask import Blueprint, abort, current_app, request
from telegram import Update

from backend.settings import settings
from bots import telegram_api
from bots.telegram_channel import TelegramChannel
from bots.telegram_turn import DATABASE_LOST, Listener

COMMIT_SECONDS = 40
"""Longer than fetching a photo takes, shorter than Telegram waits (60 s)."""
WORKERS = 4
_LISTENER = "linli.telegram"

blueprint = Blueprint("telegram_hook", __name__)
log = structlog.get_logger()
_starting = threading.Lock()


class Background:
    """A Listener in an event loop of its own, beside the web server's threads."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_default_executor(ThreadPoolExecutor(WORKERS, thread_name_prefix="telegram"))
        threading.Thread(target=self.loop.run_forever, name="telegram", daemon=True).start()
        self.listener: Listener = asyncio.run_coroutine_threadsafe(self._listen(), self.loop).result()

    async def _listen(self) -> Listener:
        return Listener(TelegramChannel())

    def take(self, raw: dict[str, Any]) -> None:
        """Returns once the update is committed; raises DATABASE_LOST, or TooLong."""
        update = Update.de_json(raw, self.listener.channel.bot)
        asyncio.run_coroutine_threadsafe(self.listener.take(update), self.loop).result(COMMIT_SECONDS)

    def stop(self) -> None:
        """Finish the answers under way and end the loop."""
        asyncio.run_coroutine_threadsafe(self._finish(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)

    async def _finish(self) -> None:
        await self.listener.finish()
        await self.listener.channel.close()


def background() -> Background:
    """This process's, started at its first update (after the server has forked)."""
    with _starting:
        found: Background | None = current_app.extensions.get(_LISTENER)
        if found is None:
            found = current_app.extensions[_LISTENER] = Background()
        return found


@blueprint.post("/hooks/telegram")
def telegram() -> tuple[str, int]:
    if not settings().telegram_bot_token.get_secret_value():
        abort(404)
    shown = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
    if not hmac.compare_digest(shown.encode(), telegram_api.webhook_secret().encode()):
        abort(403)
    try:
        raw = json.loads(request.get_data())
    except (ValueError, RecursionError):
        return "", 400
    if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
        return "", 400
    try:
        background().take(raw)
    except DATABASE_LOST as error:
        log.warning("telegram.database_not_reachable", error=type(error).__name__)
        return "", 503
    except TooLong:
        log.warning("telegram.update_too_slow")
        return "", 503
    except Exception:
        # Not what Telegram sends: a shape that the library cannot read would come again and again.
        log.exception("telegram.update_unreadable")
    return "", 200
