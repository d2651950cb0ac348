"""The way to the Bot API: python-telegram-bot over aiohttp, which tells a request that never left from an answer that got lost."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram import Bot, TelegramObject
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from backend.settings import settings

# Time spans as timedelta, python-telegram-bot's coming default; without it every 429 logs a deprecation.
os.environ.setdefault("PTB_TIMEDELTA", "true")

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
CONNECTIONS = 30
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# A preview would make Telegram's servers open our one-time links before the person does.
_NO_PREVIEW = '{"is_disabled": true}'
_CONNECT_SECONDS = 5.0
_READ_SECONDS = 10.0
_KEEP_SECONDS = 4.0
"""Shorter than servers keep an idle connection: a send on one that is just being closed would count as a lost answer."""


class AiohttpRequest(BaseRequest):
    """`NetworkError` means that the request did not reach Telegram, `TimedOut` that it may have."""

    def __init__(self, connections: int = CONNECTIONS) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return _READ_SECONDS

    async def initialize(self) -> None:
        self._opened()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_KEEP_SECONDS)
            )
        return self._session

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        read = read_timeout if isinstance(read_timeout, int | float) else _READ_SECONDS
        body, headers = _body(request_data)
        try:
            async with self._opened().request(
                method, _url(url), data=body, headers=headers, timeout=_timeout(read), proxy=_proxy(url)
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise NetworkError(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TimedOut(type(error).__name__) from None


_url = lru_cache(maxsize=64)(URL)


@lru_cache(maxsize=64)
def _proxy(url: str) -> str | None:
    """The proxy that HTTPS_PROXY and NO_PROXY name. Read once: aiohttp reads them for each request, in a thread of its own."""
    parts = urlsplit(url)
    return None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)


@lru_cache(maxsize=64)
def _timeout(read: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=read + _CONNECT_SECONDS, sock_connect=_CONNECT_SECONDS, sock_read=read)


def _body(request_data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str] | None]:
    """The parameters as a form and its headers; with a photo, in parts."""
    if request_data is None:
        return None, None
    if not request_data.contains_files:
        return urlencode(request_data.json_parameters).encode(), _FORM
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in (request_data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form, None


class LinliBot(Bot):
    """The bot, with one more way to ask for updates, and one to send words."""

    async def send_words(
        self, chat_id: int, words: str, markup: TelegramObject | None, parse_mode: str | None = None
    ) -> int:
        """`sendMessage`, without what takes most of its time: the answer is not made a Message, only its id is read. Raises
        TelegramError."""
        asked: dict[str, Any] = {"chat_id": chat_id, "text": words, "link_preview_options": _NO_PREVIEW}
        if parse_mode is not None:
            asked["parse_mode"] = parse_mode
        if markup is not None:
            asked["reply_markup"] = markup
        said: dict[str, Any] = await self._post("sendMessage", asked)
        return int(said["message_id"])

    async def raw_updates(self, offset: int, timeout: int) -> list[dict[str, Any]]:
        """Updates from `offset` on, not parsed yet: one that the library cannot read must not hold up the others.

        `timeout`: seconds that Telegram waits for the first one. Raises TelegramError.
        """
        wanted = {
            "offset": offset,
            "timeout": timeout,
            "limit": 100,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        found: list[dict[str, Any]] = await self._post(
            "getUpdates", wanted, read_timeout=timeout + _READ_SECONDS
        )
        return found


def make_bot(connections: int = CONNECTIONS) -> LinliBot:
    """The bot of the settings, on one set of connections. `close` gives them back."""
    base = settings().telegram_api_base.rstrip("/")
    request = AiohttpRequest(connections)
    return LinliBot(
        settings().telegram_bot_token.get_secret_value(),
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=request,
        get_updates_request=request,
    )


async def close(bot: Bot) -> None:
    """Give back the bot's connections (`Bot.shutdown` does so only after the network call of `Bot.initialize`)."""
    await bot.request.shutdown()
