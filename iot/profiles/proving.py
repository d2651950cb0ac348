"""A codec put to the test messages that came with it, in the worker that will run it later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backend.core import clock
from iot.profiles import comparing
from iot.profiles.layouts.found import Vector
from iot.uplink import Scalar, Unreadable, flat
from iot.vendor import calling, pool, sources
from iot.vendor.process import Job


@dataclass(frozen=True, slots=True)
class Tried:
    """One message and what the codec said: `answer` has data, errors, warnings, {} where it gave none; `wrong` says what is not as it should be."""

    vector: Vector
    answer: Mapping[str, Any]
    wrong: str

    @property
    def values(self) -> dict[str, Scalar]:
        """The decoded names."""
        return flat(self.answer.get("data"))


def unloadable(source: str) -> str:
    """Why it is no codec, "" when it is one."""
    (outcome,) = pool.ours().run(
        [Job(sources.name(source), b"\0", 1, clock.now())], {sources.name(source): source}.__getitem__
    )
    return str(outcome.text) if outcome.kind == "unloadable" else ""


def tried(source: str, vectors: Iterable[Vector]) -> list[Tried]:
    """Each of them, in order. Takes as long as the codec does: not for use inside a transaction."""
    return [_one(source, vector) for vector in vectors]


def decoded(source: str, payload: bytes, port: int) -> dict[str, Any]:
    """One payload's whole answer. Raises Unreadable when the codec gives none."""
    return calling.decode_one(source, payload, port, clock.now())


def _one(source: str, vector: Vector) -> Tried:
    try:
        answer = calling.decode_one(source, vector.payload, vector.port, _moment(vector.at))
    except Unreadable as error:
        return Tried(vector, {}, str(error))
    return Tried(vector, answer, comparing.difference(_plain(vector.expected), _plain(answer)))


def _plain(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What counts of an answer; no errors are the same as none said."""
    return {
        "data": answer.get("data"),
        "errors": answer.get("errors") or None,
        "warnings": answer.get("warnings") or None,
    }


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text) if text else clock.now()
    except ValueError:
        found = clock.now()
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
