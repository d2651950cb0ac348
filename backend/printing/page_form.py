"""The template editor's form: what its fields hold, and what was typed into them."""

from __future__ import annotations

from collections.abc import Mapping

from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import Text, _
from backend.printing import rows
from backend.printing.actions import Draft
from backend.printing.page import PRESETS, Page

MARGINS = ("margin_top", "margin_right", "margin_bottom", "margin_left")


def typed(draft: Draft) -> dict[str, str]:
    """The form's fields as they show this template."""
    page = draft.page
    fields = {
        "name": draft.name,
        "kind": draft.kind,
        "preset": draft.preset,
        "width": f"{page.width:g}",
        "height": f"{page.height:g}",
        "layout": page.layout,
        "body": draft.body,
        "css": draft.css,
    }
    return fields | {name: f"{value:g}" for name, value in zip(MARGINS, page.margins, strict=True)}


def read(form: Mapping[str, str], actor: Actor) -> Draft:
    """What was typed. Raises Invalid, naming the field."""
    top, right, bottom, left = (_length(form, name, "margins") for name in MARGINS)
    kind = form.get("kind", "")
    if kind and kind not in rows.titles(actor):
        raise Invalid(_("Please choose what it is printed for."), "kind")
    return Draft(
        name=form.get("name", "").strip(),
        kind=kind,
        preset=form.get("preset", ""),
        page=Page(_length(form, "width", "width"), _length(form, "height", "width"), (top, right, bottom, left), form.get("layout", "")),
        body=form.get("body", ""),
        css=form.get("css", ""),
    )  # fmt: skip


def _length(form: Mapping[str, str], name: str, field: str) -> float:
    try:
        value = float(form.get(name, "").replace(",", ".") or 0)
    except ValueError:
        raise Invalid(_("Please give lengths in millimetres, like 90 or 12.5."), field) from None
    if not 0 <= value <= 1000:  # NaN too
        raise Invalid(_("Please give lengths in millimetres, like 90 or 12.5."), field)
    return round(value, 1)


def presets() -> dict[str, dict[str, str]]:
    """What the fields hold after a preset was chosen, by preset."""
    names = ("width", "height", "layout", *MARGINS)
    return {
        key: {
            name: value
            for name, value in typed(Draft("", "", key, preset.page, "", "")).items()
            if name in names
        }
        for key, preset in PRESETS.items()
    }


def offered(actor: Actor, locale: str) -> dict[str, list[str]]:
    """The names that the editor offers to insert, by kind of rows; our own words stand under ""."""
    kinds = {"": rows.columns(actor, "")} | {kind: rows.columns(actor, kind) for kind in rows.titles(actor)}
    return {kind: [found.label(key, locale) for key in found.offered()] for kind, found in kinds.items()}


def errors(problem: Invalid) -> dict[str, Text]:
    """For the form; a problem of no field is for the whole page."""
    if not problem.field:
        raise problem
    return {problem.field: problem.text}
