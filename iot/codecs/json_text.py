"""Reading JSON that strangers send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from iot.uplink import Unreadable

LARGEST = 64 * 1024


def read(payload: bytes) -> Any:
    """Raises Unreadable."""
    if len(payload) > LARGEST:
        raise Unreadable(f"larger than {LARGEST // 1024} KiB")
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"no JSON: {error}") from None


def mapping(payload: bytes) -> Mapping[str, Any]:
    """A JSON object. Raises Unreadable."""
    data = read(payload)
    if not isinstance(data, dict):
        raise Unreadable("no JSON object")
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
