"""The repair Form on one page, for staff who take a call: what the caller says first, then only what still matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.core import clock
from backend.core.i18n import Text
from backend.fields.base import Context, Field
from backend.fields.words import Option, Said
from backend.requests import slots, triage
from backend.requests.form import FIELDS, FORM, PAGE, degree_field
from backend.residents.queries import Summary

VISITS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One field of the page."""

    name: str
    label: Text
    html: dict[str, Any]
    value: Any
    error: Text | None
    options: tuple[Option, ...]


def facts(org_id: int, caller: Summary | None) -> dict[str, Any]:
    """What the Form may look up."""
    home = {"home": caller.home} if caller is not None and caller.home else {}
    return {"channel": PAGE, "slots": slots.facts(org_id, VISITS), "unregistered": caller is None, **home}


def heard(text: str, caller: Summary | None, locale: str) -> dict[str, str]:
    """What stands in the fields after the caller's first sentence."""
    said = triage.hear(text)
    typed = {"description": text} if text else {}
    if said.category is not None:
        typed["category"] = said.category
        if said.degree is not None:
            typed[degree_field(said.category)] = said.degree
    if caller is not None and caller.home:
        place = _field("place").load(caller.home)
        typed["place"] = f"{place.show(locale)} {said.spot or ''}".strip()
    return typed


def rows(
    typed: Mapping[str, Any], errors: Mapping[str, Text], known: Mapping[str, Any], locale: str
) -> list[Row]:
    """The fields for the chosen category; how bad it is only where that is a question."""
    ctx = Context(clock.now(), locale, clock.zone(), {}, known)
    found = []
    for field in FIELDS:
        if not _shown(field, str(typed.get("category", "")), known):
            continue
        html = dict(field.html())
        if field.name == "description":
            html["required"] = False
        options = field.options(ctx)
        if html.get("tag") == "select" and len(options) <= 6:
            html["tag"] = "radio"
        label = field.question if field.name.startswith("degree_") else field.label
        found.append(
            Row(
                field.name,
                label,
                html,
                typed.get(field.name, ""),
                errors.get(field.name),
                _options(field, options),
            )
        )
    return found


def _shown(field: Field, category: str, known: Mapping[str, Any]) -> bool:
    if field.name.startswith("degree_"):
        return field.name == degree_field(category)
    if field.name == "phone":
        return bool(known.get("unregistered"))
    return field.name != "same"


def _options(field: Field, options: tuple[Option, ...]) -> tuple[Option, ...]:
    # A place is typed: "home" stands in the field already.
    return () if field.name == "place" else options


def read(
    typed: Mapping[str, str | Said], known: Mapping[str, Any], locale: str
) -> tuple[dict[str, Any], dict[str, Text]]:
    """(values, what is wrong) of the whole page."""
    return FORM.validate(typed, known, clock.now(), locale)


def _field(name: str) -> Field:
    return next(f for f in FIELDS if f.name == name)
