"""Plain JSON: linli/{device}/up or linli/{community}/{device}/up with an object of values, for devices and gateways that people program themselves.

`id` names the message (another content under the same one is another message), `at` is its time (RFC 3339), `event` says that it is one; every other member is a value. linli/{device}/state is "online" or
"offline", which a device leaves as its last will. A list of objects is several messages in one. linli/{device}/answer says what became of a command that came
under linli/{device}/down: {"answer": its id, "ok": true}; the same under …/up will do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from backend.core.i18n import _
from iot.codecs import Codec, json_text
from iot.uplink import Arrived, Scalar, Unreadable, Uplink, content_key, flat, tells_apart

MOST = 500
"""Messages of one list."""
_OWN = ("id", "at", "event")
_ANSWER = frozenset({*_OWN, "answer", "ok"})


def read(arrived: Arrived) -> list[Uplink]:
    parts = arrived.topic.split("/")
    device, last = "/".join(parts[1:-1]), parts[-1]
    if not device:
        raise Unreadable(_("the topic names no device"))
    if last == "state":
        return [Uplink(f"plain:{device}", _state(arrived.payload), retained=arrived.retained)]
    data = json_text.read(arrived.payload)
    rows = data if isinstance(data, list) else [data]
    if len(rows) > MOST:
        raise Unreadable(_("more than {n} messages in one", n=MOST))
    if rows and not any(isinstance(row, Mapping) for row in rows):
        raise Unreadable(_("no JSON object"))
    return [_one(device, row, arrived, place) for place, row in enumerate(rows)]


def _one(device: str, row: object, arrived: Arrived, place: int) -> Uplink:
    if not isinstance(row, Mapping):
        return Uplink(
            f"plain:{device}", wrong=_("one of its messages is no JSON object"), retained=arrived.retained
        )
    given: Mapping[str, Any] = row
    if isinstance(given.get("answer"), str) and _ANSWER.issuperset(given):
        done: dict[str, Scalar] = {"answer": given["answer"][:36], "ok": given.get("ok") is not False}
        return Uplink(f"plain:{device}", "answer", done, retained=arrived.retained)
    event = given.get("event") is True
    own, at = given.get("id"), json_text.instant(given.get("at"))
    key = (
        _named(own, given, arrived)
        if isinstance(own, str | int) and own != ""
        else ""
        if event
        else f"{content_key(arrived, at)}.{place}"
    )
    return Uplink(
        f"plain:{device}",
        "event" if event else "data",
        {name: value for name, value in flat(given).items() if name not in _OWN},
        key=key,
        at=at,
        retained=arrived.retained,
    )


def _named(own: str | int, given: Mapping[str, Any], arrived: Arrived) -> str:
    """Many devices count their messages from one again after each power cut: only the same content is the same message, and without a likely time of its own,
    only on the same day."""
    dated = tells_apart(arrived, json_text.instant(given.get("at")))
    day = "" if dated else str(int(arrived.since.timestamp()) // 86_400)
    said = f"{own}|{day}|{given!r}".encode("utf-8", "backslashreplace")
    return f"{str(own)[:36]}:{hashlib.blake2b(said, digest_size=12).hexdigest()}"


def _state(payload: bytes) -> Any:
    text = payload.decode("utf-8", "replace").strip().casefold()
    if text not in ("online", "offline"):
        raise Unreadable(_("neither online nor offline"))
    return text


CODEC = Codec(
    "plain",
    "JSON",
    ("linli/+/up", "linli/+/state", "linli/+/answer", "linli/+/+/up", "linli/+/+/state", "linli/+/+/answer"),
    read,
)
