"""What SMS and voice share of Twilio: the signature of its requests, and the way out through its official client.

Source of the rules: twilio.com/docs/usage/security (signature), twilio.com/docs/api/errors (codes).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
import re
from collections.abc import Coroutine
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import aiohttp
from flask import abort, request
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from werkzeug.datastructures import MultiDict

from backend.settings import settings
from bots.channel import AnswerLost, Refused, TryLater

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# What stands for a hidden caller: the words, and the same words keyed on a keypad (+266696687 spells ANONYMOUS).
_HIDDEN = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})

CONNECT_SECONDS = 4.0
ANSWER_SECONDS = 10.0
CONNECTIONS = 100

_DEAD_NUMBER = frozenset({21211, 21214, 21217, 21610, 21614, 30005, 30006})
"""Invalid, not a mobile, unsubscribed, unknown or landline: nothing else will arrive there either. Not 30003 (switched off for
now), 30004 and 30007 (this message was blocked), 30008 (unknown)."""
_PATIENCE = frozenset({20429, 14107, 21611, 30001, 30002})
"""Too many requests or messages queued: later it works."""


def configured() -> bool:
    """Whether SMS and voice are on."""
    found = settings()
    return bool(found.twilio_account_sid and found.twilio_auth_token.get_secret_value() and found.twilio_from)


def personal_number(address: str) -> str | None:
    """The E.164 number of a person; None for short codes, company names, hidden callers, other networks (`whatsapp:…`)."""
    found = address.strip()
    return found if E164.fullmatch(found) and found not in _HIDDEN else None


_NO_ID = re.compile(r"[^A-Za-z0-9]+")


def sid(given: str) -> str:
    """A message's or a call's id as we keep it: letters and digits, as Twilio's are."""
    return _NO_ID.sub("", given[:200])[:60]


def dead_number(code: int | None) -> bool:
    """Whether a Twilio error code says that the number itself is no use."""
    return code in _DEAD_NUMBER


# --- what comes in --------------------------------------------------------------------------------------------


def signature(token: str, url: str, form: MultiDict[str, str]) -> str:
    """HMAC-SHA1 in base64 over the public URL and the form's names and values in the order of their names."""
    signed = [url]
    for name, values in sorted(form.lists()):
        for value in sorted(set(values)) if len(values) > 1 else values:
            signed += (name, value)
    message = "".join(signed).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.new(token.encode(), message, hashlib.sha1).digest()).decode()


def public_url(path: str, query: str) -> str:
    """The address that Twilio called, as it knows it: ours behind whatever proxy, the query exactly as it was sent."""
    return f"{settings().base_url}{path}{'?' + query if query else ''}"


def verify() -> None:
    """For `before_request` of a blueprint: 403 unless Twilio itself sent this request to us."""
    token = settings().twilio_auth_token.get_secret_value()
    url = public_url(request.path, request.environ.get("QUERY_STRING", ""))
    if not genuine(token, url, request.form, request.headers.get("X-Twilio-Signature", "")):
        abort(403)


def genuine(token: str, url: str, form: MultiDict[str, str], given: str) -> bool:
    """Whether `given` is Twilio's signature of this request; never without a token."""
    if not token or not given:
        return False
    claimed = given.encode("utf-8", "replace")
    if hmac.compare_digest(signature(token, url, form).encode(), claimed):
        return True
    # Twilio is known to sign some URLs with the port and some without (twilio-csharp #44): only then a second look.
    return hmac.compare_digest(signature(token, _other_port_form(url), form).encode(), claimed)


def _other_port_form(url: str) -> str:
    parts = urlsplit(url)
    host = (
        parts.netloc.rpartition(":")[0]
        if parts.port
        else f"{parts.netloc}:{443 if parts.scheme == 'https' else 80}"
    )
    return parts._replace(netloc=host).geturl()


# --- what goes out --------------------------------------------------------------------------------------------


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
        try:
            async with self._session.request(
                method,
                url,
                params=cast("Any", params),
                data=data,
                headers=sealed,
                allow_redirects=allow_redirects,
            ) as answer:
                if answer.status == 429 or answer.status >= 500:
                    raise TryLater(
                        f"Twilio answered {answer.status}", _seconds(answer.headers.get("Retry-After"))
                    )
                return Response(answer.status, await answer.text(), answer.headers)
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
        reason = f"Twilio {error.code}: {_sentence(error)}"
        # 401, 403 and 404 are about our account and mended by the operator: nobody's number is to blame.
        if error.code in _PATIENCE or error.status in (401, 403, 404, 408):
            raise TryLater(reason) from error
        raise Refused(reason, ends_identity=dead_number(error.code)) from error
    except ValueError as error:
        raise AnswerLost("Twilio's answer could not be read") from error


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
