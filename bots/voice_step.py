"""What a call carries from one turn to the next, in the query of the address that Twilio calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

MOST_SAID = 10


@dataclass(frozen=True, slots=True)
class Step:
    """`n`: the number of the coming turn (None: the call has just begun). `silences`: how often nothing was heard in a row.
    `said`: the Messages just said. `offered`: the Message that our own call was for, whose options a key picks.
    `question`: an answer is awaited. `language`: she was asked for her language. `listed`: the
    options were read out, however many."""

    n: int | None = None
    silences: int = 0
    said: tuple[int, ...] = ()
    offered: int | None = None
    question: bool = False
    language: bool = False
    listed: bool = False

    def silent(self) -> Step:
        return replace(self, silences=self.silences + 1)

    def heard(self) -> Step:
        return replace(self, silences=0)

    def read_out(self) -> Step:
        return replace(self, listed=True)

    def to_query(self) -> dict[str, str]:
        """The shortest query that `of` reads back."""
        query = {
            "n": None if self.n is None else str(self.n),
            "s": str(self.silences) if self.silences else None,
            "m": ".".join(map(str, self.said[-MOST_SAID:])) or None,
            "o": str(self.offered) if self.offered else None,
            "q": "1" if self.question else None,
            "l": "1" if self.language else None,
            "r": "1" if self.listed else None,
        }
        return {name: value for name, value in query.items() if value is not None}

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Step:
        """Read leniently: what is not ours counts as absent."""
        return cls(
            n=_number(query.get("n", "")),
            silences=_number(query.get("s", "")) or 0,
            said=tuple(filter(None, map(_number, query.get("m", "").split(".")[:MOST_SAID]))),
            offered=_number(query.get("o", "")),
            question="q" in query,
            language="l" in query,
            listed="r" in query,
        )


def _number(given: str) -> int | None:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None
