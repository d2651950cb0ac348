"""The contract of those who bring readings to another system, one module each: webhook, mqtt, redis_stream, sql_table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from backend.core.i18n import Msg, Text
from iot.routes.shape import Item, Shape

Target = Mapping[str, Any]
Given = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Failure:
    """`whose`: "target" when nothing can be sent now, "item" when this one was refused and others may pass. `wait`: seconds that the receiver asks for.
    `final`: trying again is of no use. `why` is for people who know the other system: its own words, never a secret."""

    why: str
    whose: Literal["target", "item"] = "target"
    wait: float | None = None
    final: bool = False


Outcome = Failure | None
"""None: it was taken."""


class Sender(Protocol):
    """Brings readings to one target, in their order, and keeps its connection between calls; one thread uses it."""

    def send(self, items: Sequence[Item], until: float) -> list[Outcome]:
        """The outcomes of the first ones, in order; those that are missing at the end were not tried. A failure of the target is the last. Done by `until`
        (`time.monotonic()`), or soon after. Raises nothing that a target can cause."""

    def try_out(self, item: Item) -> tuple[bool, str]:
        """Send a sample as far as that does no harm: whether it was taken, and what the other side said."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of the form, as the macros of forms take it. `secret`: it is never shown again; left empty it stays."""

    name: str
    label: Msg
    html: Mapping[str, Any] = field(default_factory=lambda: {"tag": "input", "type": "text"})
    hint: Msg | None = None
    secret: bool = False
    options: Sequence[tuple[str, Text]] = ()
    default: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of target. `checked(given, before)` makes the target of what the form says (raises Invalid), keeping the secrets of `before` where that is safe;
    `shown(target)` says where it leads, without secrets; `opened(target, shape, uid)` makes its Sender and connects nothing yet."""

    name: str
    title: Msg
    about: Msg
    fields: Sequence[Asked]
    checked: Callable[[Given, Target], dict[str, Any]]
    shown: Callable[[Target], str]
    opened: Callable[[Target, Shape, str], Sender]
    at_once: int
    """How many readings a batch has."""


def told(error: BaseException) -> str:
    """An error as a line of its own, without what could be a secret."""
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}"[:180] if words else type(error).__name__
