"""The way to Twilio: what becomes of a send. Calls go through its official client, and text messages, of which a campaign has
many, past it over the same connections: it took longer for each than the network does. `twilio` is the way in.

Source of the rules: twilio.com/docs/api/errors (codes).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode, urlsplit
from weakref import WeakKeyDictionary

import aiohttp
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from yarl import URL

from backend.settings import settings
from bots import twilio
from bots.channel import AnswerLost, Refused, TryLater

CONNECT_SECONDS = 4.0
ANSWER_SECONDS = 10.0
CONNECTIONS = 100
_TWILIO = "https://api.twilio.com"
_PAUSE_S = 1.0

_PATIENCE = frozenset({20429, 14107, 21611, 30001, 30002})
"""Too many requests or messages queued: later it works."""


class _Http(AsyncTwilioHttpClient):
    """The official client's transport, on one session with a pool, to another base address when one is set."""

    def __init__(self, base: str) -> None:
        # Twilio's own client logs every request at level INFO: numbers of people do not belong in a log.
        super().__init__(pool_connections=False, logger=_quiet())
        self._base = base.rstrip("/")
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=CONNECT_SECONDS, sock_read=ANSWER_SECONDS, connect=ANSWER_SECONDS
            ),
        )

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Raises TryLater where repeating helps and AnswerLost where it was sent and nothing came back."""
        if self._base:
            url = self._base + urlsplit(url).path
        sealed = dict(headers or {})
        if auth:
            sealed["Authorization"] = aiohttp.encode_basic_auth(*auth)
        asked = self._session.request(
            method,
            url,
            params=cast("Any", params),
            data=data,
            headers=sealed,
            allow_redirects=allow_redirects,
        )
        answer, body = await self._answered(asked)
        return Response(answer.status, body.decode(), answer.headers)

    async def post(self, url: URL, form: dict[str, str], headers: dict[str, str]) -> tuple[int, bytes]:
        """(status, body) of the answer to a form. Raises as `request` does."""
        body = urlencode(form).encode()
        asked = self._session.post(url, data=body, headers=headers, allow_redirects=False)
        answer, told = await self._answered(asked)
        return answer.status, told

    async def _answered(self, asked: Any) -> tuple[aiohttp.ClientResponse, bytes]:
        try:
            async with asked as answer:
                if answer.status == 429 or answer.status >= 500:
                    pause = _seconds(answer.headers.get("Retry-After"))
                    # Somebody is too fast: everybody waits, also when it is not said for how long.
                    pause = _PAUSE_S if pause is None and answer.status == 429 else pause
                    raise TryLater(f"Twilio answered {answer.status}", pause)
                return answer, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise TryLater(f"Twilio cannot be reached: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise AnswerLost(f"Twilio did not answer: {type(error).__name__}") from error

    async def close(self) -> None:
        await self._session.close()


_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Client] = WeakKeyDictionary()


def client() -> Client:
    """The official client on this event loop's connections; for `await client().messages.create_async(…)`."""
    loop = asyncio.get_running_loop()
    ready = _clients.get(loop)
    if ready is None:
        found = settings()
        ready = _clients[loop] = Client(
            found.twilio_account_sid,
            found.twilio_auth_token.get_secret_value(),
            http_client=_Http(found.twilio_api_base),
        )
    return ready


@dataclass(frozen=True, slots=True)
class _Account:
    """Where the text messages of our account are posted to, and in whose name."""

    url: URL
    headers: dict[str, str]


@lru_cache(maxsize=4)
def _account(base: str, sid: str, token: str) -> _Account:
    url = URL(f"{base or _TWILIO}/2010-04-01/Accounts/{sid}/Messages.json")
    return _Account(
        url,
        {
            "Authorization": aiohttp.encode_basic_auth(sid, token),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        },
    )


async def text(to: str, body: str, callback: str | None) -> tuple[str, str]:
    """Send one text message; returns its SID and status (queued, sent, delivered…). `callback`: where its receipts go. Raises TryLater,
    Refused or AnswerLost by what Twilio says."""
    found = settings()
    account = _account(
        found.twilio_api_base.rstrip("/"),
        found.twilio_account_sid,
        found.twilio_auth_token.get_secret_value(),
    )
    form = {"To": to, "From": found.twilio_from, "Body": body}
    if callback:
        form["StatusCallback"] = callback
    status, told = await client().http_client.post(account.url, form, account.headers)
    try:
        answer = json.loads(told)
        if status in (200, 201):
            return str(answer["sid"]), str(answer["status"])
        code, sentence = answer.get("code"), str(answer.get("message") or answer.get("title"))[:150]
    except (ValueError, KeyError, AttributeError) as error:
        raise AnswerLost("Twilio's answer could not be read") from error
    raise _refusal(code, status, f"Twilio {code}: {sentence}")


async def close() -> None:
    """Give back this event loop's connections."""
    ready = _clients.pop(asyncio.get_running_loop(), None)
    if ready is not None:
        await ready.http_client.close()


async def create(made: Coroutine[Any, Any, Any]) -> str:
    """Await a `create_async`; returns the SID. Raises TryLater, Refused or AnswerLost by what Twilio says."""
    try:
        return str((await made).sid)
    except (TwilioRestException, TwilioServiceException) as error:
        raise _refusal(error.code, error.status, f"Twilio {error.code}: {_sentence(error)}") from error
    except ValueError as error:
        raise AnswerLost("Twilio's answer could not be read") from error


def _refusal(code: int | None, status: int, reason: str) -> Exception:
    # 401, 403 and 404 are about our account and mended by the operator: nobody's number is to blame.
    if code in _PATIENCE or status in (401, 403, 404, 408):
        return TryLater(reason)
    return Refused(reason, ends_identity=twilio.dead_number(code), opted_out=twilio.opted_out(code))


def _sentence(error: TwilioRestException | TwilioServiceException) -> str:
    return str(error.msg if isinstance(error, TwilioRestException) else error.title)[:150]


def _seconds(retry_after: str | None) -> float | None:
    try:
        return max(0.0, float(retry_after)) if retry_after else None
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _quiet() -> logging.Logger:
    logger = logging.getLogger("twilio.http")
    logger.setLevel(logging.WARNING)
    return logger
