"""When a question of a Form is asked, in words: staff read conditions as sentences, not as JSON."""

from __future__ import annotations

from functools import reduce
from typing import Any

from backend.core.i18n import Text, _
from backend.fields.base import Field
from backend.fields.condition import Condition
from backend.fields.form import Form
from backend.web.form_words import OPERATIONS

_VALUELESS = ("filled", "empty")


def sometimes(form: Form) -> list[tuple[int, Field, Text]]:
    """(number from 1, question, “when …” in words) of each question that is not always asked; a condition that no page of ours
    writes is passed over."""
    found = ((number, field, in_words(form, field.when)) for number, field in enumerate(form.fields, 1))
    return [(number, field, words) for number, field, words in found if words]


def in_words(form: Form, condition: Condition | None) -> Text:
    """“Do you go to the garden?” is “Never”; "" where there is no condition, or none in the builder's words."""
    if not condition:
        return ""
    for key, joined in (("and", _both), ("or", _either)):
        if key in condition:
            parts = [in_words(form, inner) for inner in condition[key]]
            return reduce(joined, parts) if parts and all(parts) else ""
    asked = form.by_name.get(str(condition.get("field", "")))
    operation = OPERATIONS.get(condition.get("op", "eq"))
    if asked is None or operation is None:
        return ""
    if condition.get("op") in _VALUELESS:
        return _("“{question}” {operation}", question=asked.question, operation=operation)
    value = _value(asked, condition.get("value"))
    return _("“{question}” {operation} “{value}”", question=asked.question, operation=operation, value=value)


def _both(one: Text, other: Text) -> Text:
    return _("{one}, and {other}", one=one, other=other)


def _either(one: Text, other: Text) -> Text:
    return _("{one}, or {other}", one=one, other=other)


def _value(asked: Field, value: Any) -> Text:
    """What it is compared with, as the page shows it: the label of an option."""
    labels: dict[Any, Text] = {c.value: c.label for c in getattr(asked, "choices", ())}
    if asked.kind == "yes_no":
        labels = {True: _("Yes"), False: _("No")}
    return labels.get(value, str(value))
