"""One turn of a Form: a working copy of its State, so that the State itself is never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from backend.fields.base import Context, Field, zone_for
from backend.fields.condition import holds
from backend.fields.state import Outcome, Phase, SendCode, State, Step
from backend.fields.words import Words

if TYPE_CHECKING:
    from backend.fields.form import Form


class Answers(Mapping[str, Any]):
    """The dumped answers, loaded when looked at; skipped questions are absent."""

    __slots__ = ("_by_name", "_dumped")

    def __init__(self, by_name: Mapping[str, Field], dumped: Mapping[str, Any]) -> None:
        self._by_name = by_name
        self._dumped = dumped

    def __getitem__(self, name: str) -> Any:
        data = self._dumped[name]
        if data is None:
            raise KeyError(name)
        return self._by_name[name].load(data)

    def __iter__(self) -> Iterator[str]:
        return (n for n, data in self._dumped.items() if data is not None)

    def __len__(self) -> int:
        return sum(data is not None for data in self._dumped.values())


class Turn:
    """The working copy. `finish` makes the Step of it."""

    __slots__ = ("answers", "asking", "ctx", "derived", "facts", "form", "locale", "misses", "phase", "proof")

    def __init__(self, form: Form, state: State, now: datetime, locale: str) -> None:
        self.form = form
        self.locale = locale
        self.phase: Phase = state.phase
        self.asking = state.asking
        self.answers = dict(state.answers)
        self.misses = state.misses
        self.facts = state.facts
        self.proof = state.proof
        self.derived = state.derived
        self.ctx = Context(
            now, locale, zone_for(now, self.facts), Answers(form.by_name, self.answers), self.facts
        )

    @property
    def field(self) -> Field | None:
        return self.form.by_name.get(self.asking) if self.asking else None

    @property
    def channel(self) -> str:
        return str(self.facts.get("channel", ""))

    @property
    def proven(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.facts.get("proven", ()), *self.proof.get("proven", ()))))

    def active(self) -> tuple[Field, ...] | list[Field]:
        """The fields whose conditions hold now; a condition sees only answers of fields that are active themselves."""
        return list(self._holding()) if self.form.conditional else self.form.fields

    def _holding(self) -> Iterator[Field]:
        seen: dict[str, Any] = {}
        for f in self.form.fields:
            if f.when is not None and not holds(f.when, seen, self.facts):
                continue
            if f.unless is not None and holds(f.unless, seen, self.facts):
                continue
            yield f
            seen[f.name] = self.answers.get(f.name)

    def reviewed(self) -> bool:
        """Whether the answers are looked over before they count."""
        review = self.form.review
        return review if isinstance(review, bool) else holds(review, self.answers, self.facts)

    def open(self) -> Field | None:
        """The first question without an answer."""
        active = self._holding() if self.form.conditional else self.form.fields
        return next((f for f in active if f.name not in self.answers), None)

    def accept(self, f: Field, value: Any) -> None:
        """Keep an answer, and what it determines; forget what was read by the answer that it replaces."""
        data = f.dump(value)
        if self.form.linked:
            if f.name in self.answers and self.answers[f.name] != data:
                for other in self.form.fields:
                    if f.name in other.depends:
                        self.forget(other)
            self._release(f.name)
            self.derived = {k: v for k, v in self.derived.items() if k != f.name}
            for name, filled in f.fills(value).items():
                other_field = self.form.by_name.get(name)
                if other_field is not None and filled is not None:
                    self.answers[name] = other_field.dump(filled)
                    self.derived = {**self.derived, name: f.name}
        self.answers[f.name] = data
        self.misses = 0

    def skip(self, f: Field) -> None:
        self._release(f.name)
        self.answers[f.name] = None
        self.misses = 0

    def forget(self, f: Field) -> None:
        self._release(f.name)
        self.answers.pop(f.name, None)

    def _release(self, source: str) -> None:
        gone = [name for name, by in self.derived.items() if by == source]
        if gone:
            for name in gone:
                self.answers.pop(name, None)
            self.derived = {k: v for k, v in self.derived.items() if v != source}

    def source(self, f: Field) -> Field:
        """The field to ask when this one is to be corrected: the ID number for a birthday that came from it."""
        return self.form.by_name.get(self.derived.get(f.name, ""), f)

    def correctable(self) -> list[Field]:
        return [
            f
            for f in self.active()
            if f.name in self.answers and f.name not in self.derived and not f.decisive
        ]

    def state(self) -> State:
        return State(
            self.form.name,
            self.phase,
            self.asking,
            self.answers,
            self.misses,
            self.facts,
            self.proof,
            self.derived,
        )

    def finish(
        self, *replies: Words, outcome: Outcome = "asking", effects: tuple[SendCode, ...] = ()
    ) -> Step:
        return Step(self.state(), replies, outcome, effects)
