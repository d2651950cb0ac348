"""The photo of an MMS: fetched from Twilio with our account, from nowhere else."""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import requests
import structlog

from backend.core import media
from backend.core.errors import LinliError
from backend.fields.words import Media
from backend.settings import settings

SECONDS = 5.0
"""For everything: Twilio waits 15 seconds for our answer, and the words of the message wait too."""
MOST_REDIRECTS = 3
_STORES = (".twiliocdn.com", ".amazonaws.com")
"""Where Twilio's own API redirects to; without our credentials."""

log = structlog.get_logger()


def photo(form: Mapping[str, str], owner: str) -> Media | None:
    """The first attachment that can be kept, for `owner` (`identity:7`). None when there is none or it cannot be had:
    the words of the message still count."""
    end = time.monotonic() + SECONDS
    for place in range(_count(form.get("NumMedia", ""))):
        claimed = form.get(f"MediaContentType{place}", "")
        try:
            key = media.save(_fetched(form.get(f"MediaUrl{place}", ""), end), claimed, owner)
        except (requests.RequestException, ValueError, LinliError) as error:
            log.info("sms.media_not_kept", error=type(error).__name__)
            continue
        return Media(key, "application/pdf" if claimed == "application/pdf" else "image/jpeg")
    return None


def _count(given: str) -> int:
    return min(int(given), 10) if given.isascii() and given.isdigit() and len(given) < 4 else 0


def _api() -> tuple[str, str]:
    """(scheme, host:port) of the API that our credentials are for."""
    parts = urlsplit(settings().twilio_api_base or "https://api.twilio.com")
    return parts.scheme, parts.netloc


def _fetched(url: str, end: float) -> bytes:
    """The bytes at `url`. Raises ValueError for an address that is not Twilio's, and for what is too large or too slow."""
    for hop in range(MOST_REDIRECTS + 1):
        parts = urlsplit(url)
        ours = (parts.scheme, parts.netloc) == _api()
        stored = hop > 0 and parts.scheme == "https" and (parts.hostname or "").endswith(_STORES)
        if not (ours or stored):
            raise ValueError("not an address of Twilio's")
        account = (settings().twilio_account_sid, settings().twilio_auth_token.get_secret_value())
        with requests.get(
            url,
            auth=account if ours else None,
            stream=True,
            allow_redirects=False,
            timeout=_left(end),
        ) as answer:
            if answer.is_redirect:
                url = urljoin(url, answer.headers["Location"])
                continue
            answer.raise_for_status()
            return _read(answer, end)
    raise ValueError("too many redirects")


def _read(answer: requests.Response, end: float) -> bytes:
    data = bytearray()
    for chunk in answer.iter_content(65_536):
        data += chunk
        _left(end)
        if len(data) > media.MAX_BYTES:
            raise ValueError("too large")
    return bytes(data)


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise ValueError("too slow")
    return left
