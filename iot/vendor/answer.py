"""What a codec answered, checked: it comes from a process that a codec may have taken over. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from backend.core.i18n import _
from iot.uplink import Scalar, Unreadable, flat

LONGEST_NAME = 120
LONGEST_TEXT = 500
WARNINGS = "warnings"


def read(text: bytes | str) -> dict[str, Any]:
    """{"data": …, "errors": [text, …], "warnings": [text, …]}. Raises Unreadable when it is no such JSON."""
    try:
        answer = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Unreadable(_("the model’s codec answered no JSON: {why}", why=str(error))) from None
    if not isinstance(answer, dict):
        raise Unreadable(_("the model’s codec answered no JSON object"))
    return {
        "data": answer.get("data"),
        "errors": _texts(answer.get("errors")),
        "warnings": _texts(answer.get("warnings")),
    }


def values(answer: Mapping[str, Any]) -> Mapping[str, Scalar]:
    """The leaves of `data` by dotted names. Warnings become the value `warnings`, one text, so that staff see them and a mapping may read them.
    Raises Unreadable where the codec told of an error or gave no data."""
    if answer["errors"]:
        raise Unreadable(_("the model’s codec refused it: {why}", why="; ".join(answer["errors"])))
    data = answer["data"]
    if not isinstance(data, dict | list):
        raise Unreadable(_("the model’s codec gave no data"))
    found = {
        name.replace("\0", ""): _kept(value)
        for name, value in flat(data).items()
        if len(name) <= LONGEST_NAME
    }
    if answer["warnings"]:
        found.setdefault(WARNINGS, "; ".join(answer["warnings"])[:LONGEST_TEXT])
    return found


def _kept(value: Scalar) -> Scalar:
    """Codecs pad texts with zeros, which PostgreSQL does not store."""
    return value.replace("\0", "")[:LONGEST_TEXT] if isinstance(value, str) else value


def _texts(given: object) -> list[str]:
    if given is None or given == "":
        return []
    rows = given if isinstance(given, list) else [given]
    return [(row if isinstance(row, str) else orjson.dumps(row).decode())[:LONGEST_TEXT] for row in rows]
