"""What a half-filled Form remembers between two messages, and what one step of it brings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from backend.core.values import value
from backend.fields.words import Words

Phase = Literal["asking", "code", "review", "correcting", "done"]
Outcome = Literal["asking", "misheard", "submitted", "cancelled", "person"]


@value
class State:
    """A Form in progress. Everything in it is JSON; never change it in place.

    `answers` holds dumped values; None is a question that was skipped. `derived` names the answers that another answer
    determined, with that other field. `proof` is the code that is being waited for and the addresses proven here.
    """

    form: str
    phase: Phase = "asking"
    asking: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    misses: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    proof: dict[str, Any] = field(default_factory=dict)
    derived: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"form": self.form, "phase": self.phase}
        for name in ("asking", "answers", "misses", "facts", "proof", "derived"):
            value = getattr(self, name)
            if value:
                data[name] = value
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> State:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class SendCode:
    """Please make a code, send it to `to`, and put its digest into the state with `Form.with_code`."""

    field: str
    to: str
    via: Literal["sms", "email"] = "sms"


@value
class Step:
    """What came of one message. `answers` are parsed values, only when submitted; a skipped question is absent.

    `proven` are the addresses proven in this conversation or before it.
    """

    state: State
    replies: tuple[Words, ...] = ()
    outcome: Outcome = "asking"
    effects: tuple[SendCode, ...] = ()
    answers: dict[str, Any] = field(default_factory=dict)
    proven: tuple[str, ...] = ()


def code_digest(code: str, salt: str) -> str:
    """What is kept of a code that was sent: hex SHA-256 of salt and code."""
    return hashlib.sha256(f"{salt}{code}".encode()).hexdigest()
