"""The dashboard's cards: each domain says who needs somebody now, then what is coming."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from backend.core.access import Actor
from backend.core.i18n import Text

Severity = Literal["calm", "attention", "urgent"]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a card: what, where it leads, and when or who in grey."""

    text: Text
    link: str = ""
    detail: Text = ""


@dataclass(frozen=True, slots=True)
class Card:
    """`count` of all, the first few `items`, `link` to the list behind it, `empty`: what to say when there is nothing."""

    title: Text
    count: int
    items: list[Item] = field(default_factory=list)
    link: str = ""
    severity: Severity = "calm"
    empty: Text = ""
    live: str = ""
    """The kind of live event (`request`, `resident`, …) after which the card is drawn anew."""


Maker = Callable[[Actor], Card | None]
_makers: list[tuple[int, Maker]] = []


def register(maker: Maker, order: int = 100) -> None:
    """Add a card: `maker(actor)` returns None for those whom it does not concern."""
    _makers.append((order, maker))
    _makers.sort(key=lambda pair: pair[0])


def cards(actor: Actor) -> list[Card]:
    """The cards for this actor; those where something waits come first, the more urgent the earlier."""
    weight = {"urgent": 0, "attention": 1, "calm": 2}
    made = [card for _order, maker in _makers if (card := maker(actor)) is not None]
    return sorted(made, key=lambda card: weight[card.severity] if card.count else 2)
