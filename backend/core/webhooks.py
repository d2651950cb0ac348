"""Posting to another system's address, signed as Standard Webhooks says (standardwebhooks.com)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from backend.core import clock, places

SECONDS = 5.0
GONE = 410
"""The receiver wants nothing more at this address."""
MOST_WAIT = 3_600.0
"""Seconds: who asks for a longer pause is asked again after this one."""
_READ = 16_384
"""Bytes of an answer that are read, so that the connection can be used again; what they say is nothing to us."""
UNREACHED = (HTTPError, HTTPException, OSError, ValueError, places.Refused)
"""What `post` raises when there is no answer. ValueError: a name that is none, or that no header can hold."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`wait`: seconds after which the receiver wants to be asked again (Retry-After), None when it does not say."""

    status: int
    wait: float | None = None

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


def new_secret() -> str:
    """A secret as the specification writes it: whsec_ and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, uid: str, moment: str, body: bytes) -> str:
    """The header `webhook-signature`; `secret` is whsec_ and base64, `moment` seconds since 1970."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"{uid}.{moment}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


class Line:
    """Posts one after the other to one address, over one connection while it holds. Closed at the end of the `with`.

    Each post goes to exactly the machine that was looked at: a name may mean another one a moment later. No redirect is followed.
    """

    def __init__(self, url: str, seconds: float = SECONDS) -> None:
        """`seconds` for each step of a post, twice as many for all of it. Raises ValueError, places.Refused, OSError."""
        self._place, self._seconds = places.of(url), seconds
        address, port = places.looked_up(self._place), self._place.port
        if self._place.secure:
            name = self._place.host
            self._wire: HTTPConnection = HTTPSConnection(
                address, port, timeout=seconds, server_hostname=name, assert_hostname=name
            )
        else:
            self._wire = HTTPConnection(address, port, timeout=seconds)

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._wire.close()

    def post(self, secret: str, uid: str, body: bytes) -> Answer:
        """`uid` names what is posted: a receiver that has it already drops a second one. Raises one of UNREACHED."""
        moment = str(int(clock.now().timestamp()))
        headers = {
            "Host": self._place.netloc,
            "Content-Type": "application/json",
            "User-Agent": "Linli",
            "webhook-id": uid,
            "webhook-timestamp": moment,
            "webhook-signature": signature(secret, uid, moment, body),
        }
        if not self._wire.is_connected:
            self._wire.close()
        # Each byte that comes begins the time of a step anew: who answers by drops would hold us for ever.
        watch = threading.Timer(2 * self._seconds, self._cut)
        watch.daemon = True
        watch.start()
        try:
            self._wire.request(
                "POST",
                self._place.path,
                body=body,
                headers=headers,
                preload_content=False,
                decode_content=False,
            )
            answer = self._wire.getresponse()
            wait = _asked_wait(answer.headers.get("Retry-After"))
            answer.read(_READ)
            whole = answer.closed or not answer.read(1)
        except BaseException:
            self._wire.close()
            raise
        finally:
            watch.cancel()
        if not whole:
            self._wire.close()
        return Answer(int(answer.status), wait)

    def _cut(self) -> None:
        wire = self._wire.sock
        if wire is not None:
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)


def _asked_wait(said: str | None) -> float | None:
    """Seconds of a Retry-After (RFC 9110, 10.2.3): a number of them, or a date."""
    if not said:
        return None
    if said.strip().isascii() and said.strip().isdigit():
        return min(float(said), MOST_WAIT)
    try:
        at: datetime = parsedate_to_datetime(said)
        return min(max((at - clock.now()).total_seconds(), 0.0), MOST_WAIT)
    except (ValueError, TypeError, OverflowError):
        return None  # TypeError: a date without a zone
