"""What a device repository says of one model, however it is laid out. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.core.errors import Invalid, NotFound
from backend.core.i18n import _

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_GAPS = re.compile(r"[^\w]+|_")
_MOST_VECTORS = 2_000
_LONGEST = 4_096
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a search. `key` is brand/model."""

    key: str
    name: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Vector:
    """A message that comes with a codec, and what it should be read as: `expected` has data, errors, warnings. `at`: when it was received, RFC 3339,
    "" where it does not matter."""

    name: str
    port: int
    payload: bytes
    expected: Mapping[str, Any]
    at: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "port": self.port, "payload": self.payload.hex(), "at": self.at, "expected": dict(self.expected),
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Vector:
        return cls(
            data["name"], data["port"], bytes.fromhex(data["payload"]), data["expected"], data.get("at", "")
        )


@dataclass(frozen=True, slots=True)
class Found:
    """`codec` is its path in the repository; `says` are the names by which `Uplink.model` may know the model."""

    key: str
    name: str
    about: str
    firmware: str
    codec: str
    says: tuple[str, ...]
    vectors: tuple[Vector, ...]


def split(key: str) -> tuple[str, str]:
    """brand/model apart. Raises NotFound when it is not written so."""
    brand, slash, model = key.strip().partition("/")
    if not (len(key) <= 80 and slash and _PART.fullmatch(brand) and _PART.fullmatch(model)):
        raise NotFound(_("“{key}” is not written as brand/model, such as dragino/lds02.", key=key))
    return brand, model


def vectors(rows: object, file: str, *, given: str, wanted: str) -> tuple[Vector, ...]:
    """From a list of {"name" or "description", "input": {"bytes", "fPort"}, <wanted>: {…}}. Raises Invalid when it is something else: a test that cannot
    be run is none that passed."""
    if rows is None:
        return ()
    if not isinstance(rows, list) or len(rows) > _MOST_VECTORS:
        raise Invalid(_("The test messages in “{name}” cannot be read.", name=file))
    return tuple(_vector(row, file, number, given, wanted) for number, row in enumerate(rows, start=1))


def _vector(row: object, file: str, number: int, given: str, wanted: str) -> Vector:
    try:
        if not isinstance(row, Mapping):
            raise TypeError
        said, expected = row[given], row[wanted]
        name = str(row.get("name") or row.get("description") or number)
        port, at = int(said.get("fPort", 1)), said.get("recvTime") or ""
        if not 0 <= port <= 255 or _depth(expected) > _DEEPEST:
            raise ValueError
        # As JavaScript has it: every name a text, nothing that JSON does not know.
        return Vector(
            name[:120], port, payload(said["bytes"]), dict(json.loads(json.dumps(expected))), str(at)
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(_("Test message {n} in “{name}” cannot be read.", n=number, name=file)) from error


def payload(written: object) -> bytes:
    """Bytes as a list of numbers or as hexadecimal digits. Raises ValueError, TypeError."""
    if isinstance(written, str):
        return bytes.fromhex(written)
    if not isinstance(written, list) or len(written) > _LONGEST:
        raise TypeError
    return bytes(written)


def _depth(value: object) -> int:
    """How deeply it is nested, without following it deeper than matters."""
    depth, level = 0, [value]
    while level and depth <= _DEEPEST:
        depth += 1
        inner = [
            list(v.values()) if isinstance(v, Mapping) else v for v in level if isinstance(v, Mapping | list)
        ]
        level = [one for each in inner for one in each]
    return depth


def matches(words: tuple[str, ...], *texts: str) -> bool:
    """Whether each of the words begins one in the texts: indoor is no door."""
    whole = _GAPS.sub(" ", f" {' '.join(texts)}".casefold())
    return all(f" {word}" in whole or (not word.isascii() and word in whole) for word in words)


def newest(versions: Mapping[str, Any]) -> str:
    """The highest of version names: 1.10 is newer than 1.9."""
    return max(
        versions,
        key=lambda name: [(p.isdigit(), int(p) if p.isdigit() else 0, p) for p in re.split(r"[.\-_ ]", name)],
    )


def mapping(value: object) -> Mapping[str, Any]:
    """What should be one, nothing where it is not: repositories are written by many hands."""
    return value if isinstance(value, Mapping) else {}


def rows(value: object) -> list[Any]:
    """The same of a list."""
    return value if isinstance(value, list) else []
