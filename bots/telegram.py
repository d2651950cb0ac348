"""The `telegram` process: long polling, or the care of the webhook that the web process answers (`telegram_hook`).

    python -m bots.telegram

An update counts as taken once what it does is committed: Telegram's offset moves only then, so a kill at any point
loses nothing, and `event_id` makes the repeat harmless.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import structlog
from telegram import BotCommand, Update
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError

from backend.core import db, health, lease
from backend.core import log as logs
from backend.core.i18n import DEFAULT_LOCALE, LANGUAGES, Text, _, match_locale, render
from backend.ready import wait_ready
from backend.settings import settings
from bots import telegram_api
from bots.telegram_channel import TelegramChannel, seconds
from bots.telegram_hook import webhook_secret
from bots.telegram_turn import DATABASE_LOST, Listener
from conversations import engine
from conversations.inbound import Inbound, Turn

POLL_SECONDS = 8
RECHECK_SECONDS = 0.5
"""While an update is being worked on, how often to look for others."""
BEAT_SECONDS = 10.0
LEASE = "telegram-poll"
LEASE_SECONDS = 12.0
"""Longer than a poll; when the polling process is killed, another goes on after this."""
_LEASE_AGAIN_S = 3.0
WORKERS = 4
_LONGEST_PAUSE_S = 30.0
_STANDBY_SECONDS = 1.0
_COMMANDS: tuple[tuple[str, Text], ...] = (
    ("menu", _("What I can do for you")),
    ("repair", _("Report a repair")),
    ("register", _("Register as a resident")),
    ("language", _("Language / 语言")),
    ("help", _("How this works")),
    ("cancel", _("Stop what we are doing")),
)

log = structlog.get_logger()


class Poller:
    """Fetches updates and hands them to the Listener; knows which of them are still being worked on."""

    def __init__(self, bot: telegram_api.LinliBot, listener: Listener) -> None:
        self._bot, self._listener = bot, listener
        self._flying: dict[int, asyncio.Task[None]] = {}
        self._done: set[int] = set()
        self._next = 0
        self._leased_at: float | None = None

    async def leads(self) -> bool:
        """Whether this process is the one among many that polls: Telegram refuses a second one."""
        now = asyncio.get_running_loop().time()
        if self._leased_at is None or now - self._leased_at > _LEASE_AGAIN_S:
            held = await asyncio.to_thread(lease.acquire, LEASE, health.INSTANCE, LEASE_SECONDS)
            self._leased_at = now if held else None
        return self._leased_at is not None

    async def round(self) -> None:
        """One fetch. Raises TelegramError, or DATABASE_LOST when an update has to come again."""
        for raw in await self._fetch():
            number = int(raw["update_id"])
            if number not in self._flying and number not in self._done:
                self._flying[number] = asyncio.create_task(self._take(raw))
            self._next = max(self._next, number + 1)
        if self._flying:
            await asyncio.wait(self._flying.values(), timeout=RECHECK_SECONDS)
        await self._land()

    async def finish(self) -> None:
        """Complete what is being worked on, and tell Telegram."""
        if self._flying:
            await asyncio.wait(self._flying.values())
        with suppress(*DATABASE_LOST):
            await self._land()
        with suppress(TelegramError):
            await self._call(timeout=0)

    async def _fetch(self) -> list[dict[str, Any]]:
        return await self._call(timeout=0 if self._flying else POLL_SECONDS)

    async def _call(self, timeout: int) -> list[dict[str, Any]]:
        return await self._bot.raw_updates(self.offset, timeout)

    @property
    def offset(self) -> int:
        """Everything before it is committed."""
        return min([self._next, *self._flying])

    async def _take(self, raw: dict[str, Any]) -> None:
        try:
            update = Update.de_json(raw, self._bot)
        except Exception:
            log.exception("telegram.update_unreadable")
            return
        await self._listener.take(update)

    async def _land(self) -> None:
        """Note who is done. An update whose commit failed is forgotten, so that the next fetch brings it again."""
        lost: BaseException | None = None
        for number, task in list(self._flying.items()):
            if not task.done():
                continue
            del self._flying[number]
            if task.exception() is None:
                self._done.add(number)
            else:
                lost = task.exception()
                self._next = min(self._next, number)
        offset = self.offset
        self._done = {number for number in self._done if number >= offset}
        if lost is not None:
            raise lost


async def prepare(bot: telegram_api.LinliBot) -> None:
    """Command menus in every language, and who asks whom: polling here, or the webhook of the web process."""
    for language in (None, *sorted({spoken.tag.partition("-")[0] for spoken in LANGUAGES.values()})):
        locale = match_locale(language) or DEFAULT_LOCALE
        menu = [BotCommand(name, render(title, locale)) for name, title in _COMMANDS]
        await bot.set_my_commands(menu, language_code=language)
    public = settings().public_url
    if public:
        await bot.set_webhook(
            f"{public}/hooks/telegram",
            allowed_updates=telegram_api.ALLOWED_UPDATES,
            secret_token=webhook_secret(),
        )
        log.info("telegram.webhook_set")
    else:
        await bot.delete_webhook()
        log.info("telegram.polling")


async def serve(stopping: asyncio.Event, hear: Callable[[Inbound], Turn] = engine.handle) -> None:
    """Prepare the bot, then poll until `stopping`; behind a webhook there is nothing more to do here."""
    channel = TelegramChannel()
    listener = Listener(channel, hear)
    beats = asyncio.create_task(_beat(stopping))
    try:
        await _persist(lambda: prepare(channel.bot), stopping, until_done=True)
        if settings().public_url:
            await stopping.wait()
        else:
            poller = Poller(channel.bot, listener)
            await _persist(lambda: _poll(poller, stopping), stopping)
            await poller.finish()
            await asyncio.to_thread(lease.release, LEASE, health.INSTANCE)
    finally:
        await listener.finish()
        await beats
        await channel.close()


async def _poll(poller: Poller, stopping: asyncio.Event) -> None:
    """One round, or a moment's patience while another process polls."""
    if not await poller.leads():
        await _pause(stopping, _STANDBY_SECONDS)
        return
    fetch = asyncio.create_task(poller.round())
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait((fetch, stop), return_when=asyncio.FIRST_COMPLETED)
    if not fetch.done():
        fetch.cancel()
        with suppress(asyncio.CancelledError):
            await fetch
        return
    stop.cancel()
    fetch.result()


async def _persist(work: Any, stopping: asyncio.Event, *, until_done: bool = False) -> None:
    """Do `work` again and again (or until it succeeds once), with growing pauses while it fails."""
    failures = 0
    while not stopping.is_set():
        try:
            await work()
        except RetryAfter as error:
            pause = seconds(error)
            log.warning("telegram.slow_down", seconds=pause)
        except (TelegramError, *DATABASE_LOST) as error:
            failures += 1
            pause = min(2.0 ** min(failures - 1, 8), _LONGEST_PAUSE_S)
            log.warning(_event(error), error=type(error).__name__, detail=str(error)[:200], pause=pause)
        else:
            if until_done:
                return
            failures, pause = 0, 0.0
        if pause:
            await _pause(stopping, pause)


def _event(error: Exception) -> str:
    match error:
        case Conflict():
            return "telegram.somebody_else_polls_with_this_token"
        case InvalidToken():
            return "telegram.token_not_accepted"
        case BadRequest():
            return "telegram.request_refused"
        case TelegramError():
            return "telegram.not_reachable"
    return "telegram.database_not_reachable"


async def _beat(stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        with suppress(*DATABASE_LOST):
            await asyncio.to_thread(health.beat, "telegram")
        await _pause(stopping, BEAT_SECONDS)


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


async def _main() -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(WORKERS, thread_name_prefix="turn"))
    stopping = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopping.set)
    if not settings().telegram_bot_token.get_secret_value():
        log.info("telegram.off", hint="set TELEGRAM_BOT_TOKEN (from @BotFather) to switch it on")
        await stopping.wait()
        return
    await serve(stopping)


def main() -> None:
    logs.configure("telegram")
    wait_ready()
    db.connect(settings().database_url)
    asyncio.run(_main())


if __name__ == "__main__":
    main()
