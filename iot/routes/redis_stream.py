"""To a Redis (or Valkey) stream: XADD, cut to a length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import orjson
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from backend.core import places
from backend.core.errors import Invalid
from backend.core.i18n import _
from iot.routes import addresses
from iot.routes.sending import Asked, Failure, Given, Kind, Outcome, Target, told
from iot.routes.shape import Item, Shape, written

SCHEMES = {"rediss": (6379, True), "redis": (6379, False)}
WAIT_S = 5.0
MOST_KEPT = 10_000_000
_ERRORS = (redis.RedisError, OSError, places.Refused)


class Streamer:
    """A batch is one pipeline."""

    def __init__(self, target: Target, shape: Shape, _uid: str = "") -> None:
        self._target, self._shape = target, shape
        self._client: redis.Redis | None = None

    def send(self, items: Sequence[Item], until: float) -> list[Outcome]:
        try:
            line = self._ready().pipeline(transaction=False)
            for item in items:
                line.xadd(
                    self._target["stream"],
                    self._fields(item),
                    maxlen=self._target["maxlen"],
                    approximate=True,
                )
            answers = line.execute(raise_on_error=False)
        except _ERRORS as error:
            self.close()
            return [Failure(told(error))]
        outcomes: list[Outcome] = []
        for answer in answers:
            if isinstance(answer, Exception):  # no room, no right, another kind of key: it meets them all
                return [*outcomes, Failure(told(answer))]
            outcomes.append(None)
        return outcomes

    def try_out(self, item: Item) -> tuple[bool, str]:
        try:
            made: Any = self._ready().xadd(
                self._target["stream"], self._fields(item), maxlen=self._target["maxlen"], approximate=True
            )
        except _ERRORS as error:
            return False, told(error)
        return True, f"XADD {self._target['stream']} {bytes(made).decode()}"

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _ready(self) -> redis.Redis:
        """Raises places.Refused, OSError."""
        if self._client is None:
            target = self._target
            place = addresses.place_of(target["url"], SCHEMES)
            addresses.open_to(place)
            self._client = redis.Redis(
                host=place.host, port=place.port, db=int(place.path.strip("/") or 0), username=target["user"] or None,
                password=target["password"] or None, ssl=place.secure, socket_connect_timeout=WAIT_S,
                socket_timeout=2 * WAIT_S, retry=Retry(NoBackoff(), 0),
            )  # fmt: skip
        return self._client

    def _fields(self, item: Item) -> dict[Any, Any]:
        """`id`, `at`, `device` beside the whole reading as JSON, or beside each chosen point under its name."""
        fields: dict[Any, Any] = {"id": item.key, "at": written(item.at), "device": item.address}
        if self._shape.how == "points":
            return {name: _text(value) for name, value in self._shape.named(item).items()} | fields
        return fields | {"reading": orjson.dumps(self._shape.body(item))}


def _text(value: object) -> str:
    """As JSON writes it, but words without their quotes."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def checked(given: Given, before: Target) -> dict[str, Any]:
    """Raises Invalid."""
    target = addresses.taken(given, before, SCHEMES)
    number = urlsplit(target["url"]).path.strip("/")
    if urlsplit(target["url"]).query or (number and not (number.isascii() and number.isdigit())):
        raise Invalid(_("Behind the machine stands the database’s number alone, such as /0."), "url")
    stream = given.get("stream", "").strip()
    if not stream or len(stream) > 200:
        raise Invalid(_("What is the stream called?"), "stream")
    most = given.get("maxlen", "").strip() or "100000"
    if not (most.isascii() and most.isdigit() and 1 <= int(most) <= MOST_KEPT):
        raise Invalid(_("A number from 1 to {most}, please.", most=MOST_KEPT), "maxlen")
    return target | {"stream": stream, "maxlen": int(most)}


KIND = Kind(
    name="redis",
    title=_("Redis stream"),
    about=_("Each reading becomes an entry of a stream (XADD), which keeps the newest ones."),
    fields=(
        addresses.address(_("Server"), "rediss://redis.example.com:6379/0"),
        addresses.USER,
        addresses.PASSWORD,
        Asked(
            "stream",
            _("Stream"),
            {"tag": "input", "type": "text", "maxlength": 200, "required": True},
            default="readings",
        ),
        Asked(
            "maxlen",
            _("Entries that it keeps, about"),
            {"tag": "input", "type": "number", "min": 1, "max": MOST_KEPT, "inputmode": "numeric"},
            default="100000",
        ),
    ),
    checked=checked,
    shown=lambda target: f"{target['url']} · {target['stream']}",
    opened=Streamer,
    at_once=500,
)
