"""The way in: payloads and codecs in, what they mean out. Not for use inside a transaction: it takes as long as codecs do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

import structlog

from backend.core import clock
from backend.core.i18n import Msg, Text, _
from iot.uplink import Later, Scalar, Told, Unreadable
from iot.vendor import answer, breaker, pool, sources
from iot.vendor.process import Job, Outcome

log = structlog.get_logger()


def engine() -> str:
    """What runs codecs, with its version: "quickjs-ng 0.17.0.2"."""
    return f"quickjs-ng {version('quickjs-ng')}"


def decode_one(source: str, payload: bytes, port: int, at: datetime | None = None) -> dict[str, Any]:
    """The whole answer of a codec: {"data": …, "errors": […], "warnings": […]}, `data` as it gave it, None where it gave none. For trying a codec
    out: no breaker is asked and none is told. Raises Unreadable, saying why, when it cannot be loaded, throws or runs into a limit."""
    name = sources.name(source)
    (outcome,) = pool.ours().run([Job(name, payload, port, at or clock.now())], {name: source}.__getitem__)
    return answer.read(_text(outcome))


def decode(jobs: Sequence[Job]) -> list[Mapping[str, Scalar] | Unreadable]:
    """The values that each payload means by the device's own names, in order, or why it could not be read. Codecs that are stopped are not asked;
    those that misbehave are written down, and stopped when it is too much. What the machine had no memory for is Later."""
    stopped = breaker.stopped({job.codec for job in jobs})
    going = [place for place, job in enumerate(jobs) if job.codec not in stopped]
    outcomes = pool.ours().run([jobs[place] for place in going], sources.read) if going else []
    breaker.note(
        [(jobs[place].codec, str(o.text)) for place, o in zip(going, outcomes, strict=True) if o.faulty]
    )
    found: list[Mapping[str, Scalar] | Unreadable] = [
        Told(_("the model’s codec is stopped: {why}", why=stopped.get(job.codec, ""))) for job in jobs
    ]
    for place, outcome in zip(going, outcomes, strict=True):
        if outcome.kind == "starved":
            found[place] = Later(STARVED)
            continue
        try:
            found[place] = answer.values(answer.read(_text(outcome)))
        except Unreadable as error:
            found[place] = error
    return found


def _text(outcome: Outcome) -> bytes | str:
    if outcome.kind == "answer":
        return outcome.text
    raise Unreadable(_why(outcome))


STARVED = _("there was no memory for the model’s codec just now: it is tried again by itself")
_WHY: dict[str, Msg] = {
    "thrown": _("the model’s codec refused it: {why}"),
    "limit": _("the model’s codec was ended: {why}"),
    "unloadable": _("the model’s codec cannot be loaded: {why}"),
    "stopped": _("the model’s codec is stopped: it was ended several times in a moment"),
    "starved": STARVED,
}


def _why(outcome: Outcome) -> Text:
    why = outcome.text if isinstance(outcome.text, str) else ""
    known = _WHY.get(outcome.kind)
    return why if known is None else Msg(known.id, {"why": why})
