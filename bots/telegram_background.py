"""Telegram's updates in a web process: taken at once, answered beside its requests."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from telegram import Update

from bots.telegram_channel import TelegramChannel
from bots.telegram_turn import DATABASE_LOST, Listener

__all__ = ["DATABASE_LOST", "background"]

COMMIT_SECONDS = 40
"""Longer than fetching a photo takes, shorter than Telegram waits (60 s)."""
WORKERS = 4

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


_ours: Background | None = None


def background() -> Background:
    """This process's, started at its first update (after the server has forked)."""
    global _ours
    with _starting:
        if _ours is None:
            _ours = Background()
        return _ours


def stop() -> None:
    """End this process's, if it was started: the next update starts another."""
    global _ours
    with _starting:
        if _ours is not None:
            _ours.stop()
            _ours = None
