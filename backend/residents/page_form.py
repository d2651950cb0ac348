"""The registration Form on a web page: what stands in it, and what came back from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backend.core import clock
from backend.core.i18n import Text
from backend.fields.form import Form
from backend.residents import file
from backend.residents.form import FILE, REGISTRATION
from backend.web.form_rows import rows

__all__ = ["CORRECTION", "read_correction", "read_registration", "rows", "typed_of"]

CORRECTION = Form(
    "correction",
    "",
    [replace(field, optional=True, unless=None, none_words=()) for field in FILE.values()],
    review=False,
)


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
