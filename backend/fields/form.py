"""Form: a named list of Fields with conditions, asked on any channel or filled in on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from backend.core.i18n import Text, _, text_from_json, text_to_json
from backend.fields import commands, proof, step
from backend.fields.base import Field, Misunderstood
from backend.fields.commands import Command
from backend.fields.condition import FILLED, Condition
from backend.fields.state import State, Step
from backend.fields.turn import Turn
from backend.fields.words import Said, Words


@dataclass(frozen=True, init=False)
class Form:
    """One definition for every surface. Data itself: `to_json` / `from_json`.

    `review` shows all answers before they count, always or when its condition holds; `confirm_label` is on the button
    that submits them; `intro` is said before the first question.
    """

    name: str
    title: Text
    fields: tuple[Field, ...]
    review: bool | Condition
    intro: Text | None
    confirm_label: Text | None

    def __init__(
        self,
        name: str,
        title: Text,
        fields: Sequence[Field],
        review: bool | Condition = True,
        intro: Text | None = None,
        confirm_label: Text | None = None,
    ) -> None:
        names = [f.name for f in fields]
        twice = {n for n in names if names.count(n) > 1}
        if twice:
            raise ValueError(f"form {name!r} has fields of the same name: {sorted(twice)}")
        given = (("name", name), ("title", title), ("fields", tuple(fields)), ("review", review), ("intro", intro),
                 ("confirm_label", confirm_label))  # fmt: skip
        for key, value in given:
            object.__setattr__(self, key, value)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {f.name: f for f in self.fields}

    @cached_property
    def conditional(self) -> bool:
        """Whether any question depends on a condition (`unless=FILLED` is how every question works anyway)."""
        return any(f.when is not None or f.unless not in (None, FILLED) for f in self.fields)

    @cached_property
    def linked(self) -> bool:
        """Whether an answer can determine or undo another."""
        return any(f.depends or type(f).fills is not Field.fills for f in self.fields)

    def start(self, prefill: Mapping[str, Any], facts: Mapping[str, Any], now: datetime, locale: str) -> Step:
        """The first Step. `prefill`: parsed values, JSON of values, or text by field name; what is not valid is asked.

        `facts` is JSON (see Context); it stays in the State. Its "known", a text, is what is said back of the prefilled
        answers, in place of their list. A form whose every answer is known is at its review.
        """
        return step.start(self, prefill, facts, now, locale)

    def step(self, state: State, said: Said, now: datetime, locale: str) -> Step:
        """What one message does. Pure; raises nothing."""
        return step.step(self, state, said, now, locale)

    def ask(self, state: State, now: datetime, locale: str) -> Words:
        """The open question again: after a digression, a silence, a change of language."""
        return step.ask(Turn(self, state, now, locale))

    def reject(
        self,
        state: State,
        field_name: str,
        text: Text,
        facts: Mapping[str, Any] | None,
        now: datetime,
        locale: str,
    ) -> Step:
        """After a submit that could not be done for one answer: say `text`, ask that field again, keep the others."""
        return step.reject(self, state, field_name, text, facts, now, locale)

    def with_code(self, state: State, digest: str, salt: str, until_ms: int) -> State:
        """The State that waits for the code with this `state.code_digest`, valid until `until_ms`."""
        return proof.with_code(state, digest, salt, until_ms)

    def command(self, state: State, said: Said, now: datetime, locale: str) -> Command | None:
        """The command that `said` is here; None where the open question claims it ("0" to "how many children?")."""
        if commands.command(said) is None:
            return None
        return step.command_in(Turn(self, state, now, locale), said)

    def validate(
        self, raw: Mapping[str, str | Said], facts: Mapping[str, Any], now: datetime, locale: str
    ) -> tuple[dict[str, Any], dict[str, Text]]:
        """A whole page at once, by the same parsing: (values by field name, what is wrong by field name).

        Codes and links are the caller's business. An answer that another one determines is filled in; where both are
        given they must agree.
        """
        turn = Turn(self, State(self.name, facts=dict(facts)), now, locale)
        errors: dict[str, Text] = {}
        for f in self.fields:
            if f not in turn.active():
                continue
            said = _as_said(raw.get(f.name))
            if said is None or (f.optional and said.choice is None and said.text.strip() in f.nothing):
                if f.name not in turn.answers and not f.skippable:
                    errors[f.name] = _("Please fill this in.")
                continue
            try:
                value = f.parse(said, turn.ctx)
            except Misunderstood as why:
                errors[f.name] = why.text
                continue
            if f.name in turn.derived:
                known = turn.answers[f.name]
                if known != f.dump(value):
                    errors[f.name] = _(
                        "This does not match the ID number ({value}).", value=f.show(f.load(known), locale)
                    )
                continue
            turn.accept(f, value)
        active = {f.name for f in turn.active()}
        return {n: v for n, v in turn.ctx.answers.items() if n in active}, errors

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "name": self.name, "title": text_to_json(self.title), "fields": [f.to_json() for f in self.fields],
        }  # fmt: skip
        if self.review is not True:
            data["review"] = self.review
        for key in ("intro", "confirm_label"):
            text = getattr(self, key)
            if text is not None:
                data[key] = text_to_json(text)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Form:
        """The Form that was stored; ValueError says what is not known to us."""
        intro, confirm = data.get("intro"), data.get("confirm_label")
        return cls(
            data["name"],
            text_from_json(data["title"]),
            [Field.from_json(f) for f in data["fields"]],
            data.get("review", True),
            None if intro is None else text_from_json(intro),
            None if confirm is None else text_from_json(confirm),
        )


def _as_said(raw: Any) -> Said | None:
    """What came in a page's field; None when it was left empty."""
    if isinstance(raw, Said):
        return raw
    if isinstance(raw, list | tuple):
        raw = ",".join(map(str, raw))
    if raw is None or not str(raw).strip():
        return None
    return Said(text=str(raw), choice=str(raw))
