"""The registration Form on a web page: the rows that the page draws, and what came back from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from backend.core import clock
from backend.core.i18n import Text, _
from backend.fields.base import Context, Field
from backend.fields.form import Form
from backend.fields.words import Option
from backend.residents import file
from backend.residents.form import FILE, REGISTRATION

CORRECTION = Form(
    "correction",
    "",
    [replace(field, optional=True, unless=None, none_words=()) for field in FILE.values()],
    review=False,
)


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


def read_registration(
    typed: Mapping[str, str], facts: Mapping[str, Any], locale: str
) -> tuple[dict[str, Any], dict[str, Text]]:
    return REGISTRATION.validate(typed, facts, clock.now(), locale)


def typed_of(answers: file.Answers) -> dict[str, str]:
    """What stands in the fields of the correction page: nothing sensitive, an empty field keeps what is on file."""
    shown: dict[str, str] = {}
    for name, value in answers.items():
        field = FILE[name]
        if not field.sensitive and value is not None:
            shown[name] = str(value) if name in ("gender", "id_type") else field.short(value, "zh_CN")
    return shown


def read_correction(
    typed: Mapping[str, str], on_file: file.Answers, locale: str
) -> tuple[dict[str, Any], dict[str, Text]]:
    """Only what differs from the file; a document change needs its number, and brings its birthday and gender."""
    given = {n: v for n, v in typed.items() if n in FILE and v.strip()}
    values, errors = CORRECTION.validate(given, {}, clock.now(), locale)
    changes = {n: v for n, v in values.items() if on_file.get(n) != v}
    if "id_number" not in changes:
        changes.pop("id_type", None)
    elif "id_type" not in changes:
        changes["id_type"] = values.get("id_type", on_file.get("id_type"))
    return changes, errors
