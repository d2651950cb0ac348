"""What a Conversation remembers between turns, and its sealed form in the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from backend.core.crypto import seal, unseal
from backend.messaging.models import STATE_PLACE

MAX_PARKED = 3


@dataclass(slots=True)
class Memory:
    """`flow` and `form` (a form State as JSON) are what is open; `parked` holds what was open before, the latest last.

    `asked`: the Message of the open question, the only one whose buttons still answer it. `misses`: turns not
    understood with nothing open. `guard`: see `conversations.guard`. `heard`: the event that gave the last answer.
    """

    flow: str | None = None
    form: dict[str, Any] | None = None
    parked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    asked: int | None = None
    misses: int = 0
    guard: list[Any] = field(default_factory=list)
    heard: str = ""
    reminded: bool = False
    codes: list[int] = field(default_factory=list)

    def open(self, flow: str, form: dict[str, Any]) -> None:
        self.flow, self.form = flow, form
        self.misses, self.asked, self.reminded = 0, None, False

    def park(self) -> None:
        """Lay the open Form aside for a digression."""
        if self.flow and self.form:
            self.parked = [*(p for p in self.parked if p[0] != self.flow), (self.flow, self.form)][
                -MAX_PARKED:
            ]
        self.close()

    def close(self) -> None:
        self.flow = self.form = self.asked = None
        self.misses, self.reminded = 0, False

    def unpark(self) -> bool:
        """Take up again what was laid aside last; False when there is nothing."""
        if not self.parked:
            return False
        flow, form = self.parked.pop()
        self.open(flow, form)
        return True

    def seal(self) -> bytes:
        data = [
            self.flow,
            self.form,
            self.parked,
            self.asked,
            self.misses,
            self.guard,
            self.heard,
            int(self.reminded),
            self.codes,
        ]
        return seal(data, STATE_PLACE)

    @classmethod
    def unseal(cls, sealed: bytes | memoryview | None) -> Memory:
        if sealed is None:
            return cls()
        flow, form, parked, asked, misses, guard, heard, reminded, codes = unseal(sealed, STATE_PLACE)
        return cls(
            flow, form, [(f, s) for f, s in parked], asked, misses, guard, heard, bool(reminded), codes
        )
