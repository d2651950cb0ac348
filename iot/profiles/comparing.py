"""Whether a codec said what its author's example promises. Pure.

As the acceptance vectors are compared: numbers to 1e-9, times as instants to 2 ms, null is the same as absent; all else exactly, and a yes is no 1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_CLOSE = timedelta(milliseconds=2)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")


def difference(wanted: Any, given: Any, where: str = "") -> str:
    """Where the two part, with both values, "" when they are the same."""
    if isinstance(wanted, Mapping) and isinstance(given, Mapping):
        for key in dict.fromkeys((*wanted, *given)):
            if told := difference(wanted.get(key), given.get(key), f"{where}.{key}" if where else str(key)):
                return told
        return ""
    if isinstance(wanted, list) and isinstance(given, list) and len(wanted) == len(given):
        for place, (one, other) in enumerate(zip(wanted, given, strict=True)):
            if told := difference(one, other, f"{where}[{place}]"):
                return told
        return ""
    return "" if _same(wanted, given) else f"{where or 'answer'}: {_short(given)} instead of {_short(wanted)}"


def _same(wanted: Any, given: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(given, bool):
        return wanted is given
    if isinstance(wanted, int | float) and isinstance(given, int | float):
        if isinstance(wanted, float) and math.isnan(wanted):
            return isinstance(given, float) and math.isnan(given)
        return math.isclose(wanted, given, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(wanted, str) and isinstance(given, str) and wanted != given:
        one, other = _instant(wanted), _instant(given)
        return one is not None and other is not None and abs(one - other) <= _CLOSE
    return bool(wanted == given)


def _instant(text: str) -> datetime | None:
    if not _INSTANT.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
