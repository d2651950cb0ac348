"""The providers' door: what they post, taken by plain functions. Pages need Flask; a provider needs an address, a form and an answer,
and what Flask does for browsers took a fifth of a text's whole time.

As all over the house: a correlation id for what one call causes, a duration in the metrics, errors told in words with their status.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

import structlog

from backend.core import db, ids, metrics
from backend.core.errors import LinliError
from backend.core.i18n import best_locale, render
from backend.core.values import value
from backend.web import rim

MOST_BYTES = 1024 * 1024
MOST_FIELDS = 1000
_STATUS = {s.value: f"{s.value} {s.phrase}" for s in HTTPStatus}


class TurnedAway(Exception):
    """The answer is this status, with its usual words."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@value
class Reply:
    """What is answered. `after`: done when it has been handed to the server, or its caller has gone."""

    body: str = ""
    kind: str = "text/plain"
    status: int = 200
    after: Callable[[], None] | None = None

    @classmethod
    def json(cls, status: int = 200, **said: Any) -> Reply:
        return cls(json.dumps(said, ensure_ascii=False), "application/json", status)


class Post:
    """What a provider posted, read when it is asked for: who is turned away unheard costs little."""

    __slots__ = ("_body", "_form", "_pairs", "environ", "path")

    def __init__(self, environ: dict[str, Any]) -> None:
        self.environ = environ
        self.path: str = environ.get("PATH_INFO", "")
        self._body: bytes | None = None
        self._pairs: list[tuple[str, str]] | None = None
        self._form: dict[str, str] | None = None

    def header(self, name: str) -> str:
        """The header, named in capitals with `_` for `-`; "" when there is none."""
        return str(self.environ.get(f"HTTP_{name}", ""))

    @property
    def kind(self) -> str:
        """The media type, without its parameters."""
        return str(self.environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()

    @property
    def length(self) -> int:
        """Bytes of the body, as it was sent."""
        told = self.environ.get("CONTENT_LENGTH") or ""
        return int(told) if told.isascii() and told.isdigit() and len(told) < 16 else 0

    @property
    def body(self) -> bytes:
        if self._body is None:
            length = self.length
            if length > MOST_BYTES:
                raise TurnedAway(413)
            self._body = self.environ["wsgi.input"].read(length) if length else b""
            if len(self._body) < length:
                raise TurnedAway(400)
        return self._body

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Names and values of the form in their order, where one came."""
        if self._pairs is None:
            self._pairs = _read(self.body) if self.kind == "application/x-www-form-urlencoded" else []
        return self._pairs

    @property
    def form(self) -> Mapping[str, str]:
        """The form; of a name that came twice the first value."""
        if self._form is None:
            self._form = dict(reversed(self.pairs))
        return self._form

    @property
    def query_string(self) -> str:
        return str(self.environ.get("QUERY_STRING", ""))

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the address, read like a form."""
        return dict(reversed(_read(self.query_string.encode("latin-1"))))


Take = Callable[[Post], Reply]
"""Takes a Post; raises TurnedAway, LinliError."""


class Door:
    """The WSGI application of these addresses, for POST alone. An address that ends in `/` takes whatever is below it."""

    def __init__(self, takes: Mapping[str, Take]) -> None:
        self._takes = {path: (_name(take), take) for path, take in takes.items()}
        self._below = [path for path in takes if path.endswith("/")]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        began = time.perf_counter()
        correlation = ids.correlation()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(correlation=correlation)
        post = Post(environ)
        found = self._takes.get(post.path) or self._takes.get(self._above(post.path))
        name = None
        try:
            if found is None:
                raise TurnedAway(404)
            if environ["REQUEST_METHOD"] != "POST":
                raise TurnedAway(405)
            name, take = found
            db.reconnect_if_lost()
            reply = take(post)
        except Exception as error:
            reply = _sorry(post, error, name, correlation)
        if name is not None:
            metrics.http_request_seconds.observe(time.perf_counter() - began, name, str(reply.status))
        return _said(reply, start_response)

    def _above(self, path: str) -> str:
        return next((above for above in self._below if path.startswith(above)), "")


class _Whole:
    """An answer in one piece, and what is done after it."""

    def __init__(self, body: bytes, after: Callable[[], None]) -> None:
        self._body, self.close = body, after

    def __iter__(self) -> Iterator[bytes]:
        yield self._body


def _said(reply: Reply, start_response: Any) -> Iterable[bytes]:
    body = reply.body.encode()
    headers = [("X-Content-Type-Options", "nosniff")]
    if reply.status != HTTPStatus.NO_CONTENT:
        headers += [("Content-Type", f"{reply.kind}; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response(_STATUS[reply.status], headers)
    return (body,) if reply.after is None else _Whole(body, reply.after)


def _sorry(post: Post, error: Exception, name: str | None, correlation: str) -> Reply:
    if isinstance(error, LinliError):
        status, text = error.status, error.text
    else:
        status = error.status if isinstance(error, TurnedAway) else rim.status_of(error, name)
        text = rim.usual_words(status)[1]
    words = render(text, best_locale(post.header("ACCEPT_LANGUAGE")))
    return Reply.json(status, error=words, correlation=correlation)


def _name(take: Take) -> str:
    """What the metrics call it: module.function."""
    return f"{take.__module__.rpartition('.')[2]}.{take.__name__}"


def _read(encoded: bytes) -> list[tuple[str, str]]:
    pairs = encoded.split(b"&", MOST_FIELDS)
    if len(pairs) > MOST_FIELDS:
        raise TurnedAway(400)
    split = (pair.partition(b"=") for pair in pairs if pair)
    return [(_text(name), _text(value)) for name, _equals, value in split]


def _text(encoded: bytes) -> str:
    if encoded.isalnum():
        return encoded.decode()
    return unquote_to_bytes(encoded.replace(b"+", b" ")).decode("utf-8", "replace")
