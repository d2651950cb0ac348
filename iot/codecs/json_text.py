"""Reading JSON that strangers send. What says everything but for one wrong sign is read too: there may be smoke in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import orjson

from backend.core.i18n import _
from iot.uplink import Unreadable

LARGEST = 64 * 1024
_BOM, _NUL = b"\xef\xbb\xbf", b"\\u0000"
_LARGEST_WHOLE = 2**63


def read(payload: bytes) -> Any:
    """Raises Unreadable."""
    if len(payload) > LARGEST:
        raise Unreadable(_("larger than {n} KiB", n=LARGEST // 1024))
    try:
        data = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        why = str(error)
    else:
        return _text(data) if _NUL in payload else data
    try:
        return _text(_loose(payload))
    except (ValueError, RecursionError):
        raise Unreadable(_("no JSON: {why}", why=why)) from None


def _loose(payload: bytes) -> Any:
    """NaN and 1e999 are no values; a byte order mark and what a C program sends after the end of its text mean nothing; text may be GBK. Raises
    ValueError."""
    payload = payload.removeprefix(_BOM).rstrip(b"\0 \t\r\n")
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        text = payload.decode("gb18030", "replace")
    return json.loads(
        text, strict=False, parse_float=_finite, parse_int=_whole, parse_constant=lambda _: None
    )


def _finite(text: str) -> float | None:
    found = float(text)
    return found if isfinite(found) else None


def _whole(text: str) -> float | None:
    """A number of more digits than databases keep is one with a point."""
    found = _finite(text)
    return int(text) if found is not None and abs(found) < _LARGEST_WHOLE else found


def _text(data: Any) -> Any:
    """Without what no database takes as text: NUL, and half of a pair of surrogates."""
    match data:
        case str():
            return data.replace("\0", "").encode("utf-8", "replace").decode()
        case list():
            return [_text(one) for one in data]
        case dict():
            return {_text(key): _text(one) for key, one in data.items()}
        case _:
            return data


def mapping(payload: bytes) -> Mapping[str, Any]:
    """A JSON object. Raises Unreadable."""
    data = read(payload)
    if not isinstance(data, dict):
        raise Unreadable(_("no JSON object"))
    return data


def part(data: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The object under these names; empty where it is missing, since proto3 leaves out what is empty."""
    for name in names:
        inner = data.get(name)
        data = inner if isinstance(inner, dict) else {}
    return data


def instant(text: object) -> datetime | None:
    """An RFC 3339 time with its zone; None for anything else, such as Tasmota's time without one."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    try:
        found = datetime.fromisoformat(_six(text))
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):  # a Go program's “never” in the east lies before the first year
        return None


def _six(text: str) -> str:
    """Nanoseconds cut to microseconds, which is as far as Python reads."""
    head, dot, tail = text.partition(".")
    digits = len(tail) - len(tail.lstrip("0123456789"))
    return f"{head}.{tail[: min(digits, 6)]}{tail[digits:]}" if dot else text


def number(value: object) -> int | None:
    """A whole number that is not a truth value."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
