"""A Form filled in on one page: the rows that the page draws with `forms.field`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.core import clock
from backend.core.i18n import Text, _
from backend.fields.base import Context, Field
from backend.fields.form import Form
from backend.fields.words import Option


@dataclass(frozen=True, slots=True)
class Row:
    """One field of the page: its HTML attributes, what stands in it, and what is wrong with it."""

    name: str
    label: Text
    html: dict[str, Any]
    value: Any
    error: Text | None
    options: tuple[Option, ...]
    hint: Text | None


def rows(
    form: Form, typed: Mapping[str, Any], errors: Mapping[str, Text], facts: Mapping[str, Any], locale: str
) -> list[Row]:
    """The page's rows; a Field whose facts are missing (only one community) is left out."""
    ctx = Context(clock.now(), locale, clock.zone(), {}, facts)
    return [
        _row(field, typed.get(field.name, ""), errors.get(field.name), ctx)
        for field in form.fields
        if field.when is None or facts
    ]


def _row(field: Field, value: Any, error: Text | None, ctx: Context) -> Row:
    html = dict(field.html())
    derived = field.name in ("birthday", "gender") and field.unless is not None
    if derived or field.skippable:
        html["required"] = False
    options = field.options(ctx)
    if field.decisive:
        hint: Text | None = field.question
    elif derived:
        hint = _("A resident ID card fills this in.")
    else:
        hint = field.help or (None if options else field.example(ctx))
    return Row(field.name, field.label, html, value, error, options, hint)
