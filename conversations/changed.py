"""A Form that staff have changed while somebody was in the midst of it: what she answered and still fits stays, and she goes
on from the first question that is open now.

What each question was when it was asked stands among the facts of the State; only Forms that are data can change so.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.core import clock
from backend.fields.base import Context, Field
from backend.fields.choices import Choice, MultiChoice
from backend.fields.form import Form
from backend.fields.state import State
from backend.fields.turn import Turn
from backend.web.form_builder import bones
from conversations.flow import Flow
from conversations.talk import Talk

AS_ASKED = "as_asked"
"""The fact that holds the marks."""


def heed(talk: Talk) -> bool:
    """Fit the open Form to what it is now; whether its open question is another one than she was asked."""
    flow, form = talk.flow, talk.memory.form
    if flow is None or form is None or not _is_data(flow):
        return False
    state, other = fitted(flow.form, State.from_json(form), talk.now, talk.speaks)
    talk.memory.form = state.to_json()
    return other


def as_asked(flow: Flow) -> dict[str, Any]:
    """The fact with which a Form that is data begins."""
    return {AS_ASKED: marks(flow.form)} if _is_data(flow) else {}


def _is_data(flow: Flow) -> bool:
    return ":" in flow.name


def marks(form: Form) -> dict[str, str]:
    """By Field name its kind and a digest of all that is not words."""
    return {f.name: f"{f.kind}:{_digest(f)}" for f in form.fields}


def _digest(field: Field) -> str:
    said = json.dumps(bones(field.to_json()), sort_keys=True, default=str)
    return f"{zlib.crc32(said.encode()):08x}"


def fitted(form: Form, state: State, now: datetime, locale: str) -> tuple[State, bool]:
    """The State as it fits the Form of now, and whether the question that she was asked is another one since, so that what she
    says is no answer to it."""
    before, today = state.facts.get(AS_ASKED), marks(form)
    if before == today or not form.fields:
        return state, False
    before = before or {}
    ctx = Context(now, locale, clock.zone())
    kept = {
        name: data
        for name, data in state.answers.items()
        if name in today and _stays(form.by_name[name], before.get(name, today[name]), today[name], data, ctx)
    }
    fresh = replace(
        state,
        answers=kept,
        facts={**state.facts, AS_ASKED: today},
        derived={name: by for name, by in state.derived.items() if name in kept and by in kept},
    )
    asked = state.asking
    other = asked is not None and (asked not in today or before.get(asked, today[asked]) != today[asked])
    lost = state.phase in ("review", "done") and len(kept) < len(state.answers)
    if not other and not lost:
        return fresh, False
    fresh = replace(fresh, phase="asking", asking=None, misses=0, proof={})
    first = Turn(form, fresh, now, locale).open()
    return (fresh, False) if first is None else (replace(fresh, asking=first.name), True)


def _stays(field: Field, before: str, today: str, data: Any, ctx: Context) -> bool:
    """Whether a stored answer is one to the question of now."""
    if before.partition(":")[0] != today.partition(":")[0]:
        return False
    if data is None:  # skipped
        return field.optional
    if isinstance(field, Choice | MultiChoice):
        chosen = data if isinstance(data, list) else [data]
        return {c.value for c in field.choices}.issuperset(chosen)
    if before == today:
        return True
    try:
        return field.known(field.load(data), ctx) is not None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return False
