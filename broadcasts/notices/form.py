"""The notice editor's form: what its fields hold, and what was typed into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.core.access import Actor
from backend.core.i18n import LANGUAGES, LOCALES, Text, _
from backend.printing import rows
from broadcasts.notices import actions as notices
from broadcasts.notices.wording import MOST_BUTTONS, TEXTS, Button, Variant, Wording
from conversations import engine
from conversations.flow import Command, Flow

_URL = "url:"


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    name: str
    topic: str
    kind: str
    wording: Wording


def fields(typed: Typed) -> dict[str, str]:
    """The form's fields as they show this."""
    found = {"name": typed.name, "topic": typed.topic, "kind": typed.kind}
    for code, variant in typed.wording.variants.items():
        found |= {f"{code}.{name}": getattr(variant, name) for name in (*TEXTS, "photo")}
        for n, button in enumerate(variant.buttons):
            is_page = button.value.startswith(_URL)
            found[f"{code}.label.{n}"] = button.label
            found[f"{code}.to.{n}"] = _URL if is_page else button.value
            found[f"{code}.url.{n}"] = button.value.removeprefix(_URL) if is_page else ""
    return found


def read(form: Mapping[str, str]) -> Typed:
    """What was typed, as it is."""
    variants = {code: _variant(form, code) for code in LANGUAGES}
    return Typed(
        form.get("name", "").strip(),
        form.get("topic", ""),
        form.get("kind", ""),
        Wording({code: variant for code, variant in variants.items() if variant != Variant()}),
    )


def _variant(form: Mapping[str, str], code: str) -> Variant:
    # Browsers send line ends as two characters, which would count twice.
    texts = {name: form.get(f"{code}.{name}", "").replace("\r\n", "\n") for name in (*TEXTS, "photo")}
    buttons = []
    for n in range(MOST_BUTTONS):
        label, to = form.get(f"{code}.label.{n}", "").strip(), form.get(f"{code}.to.{n}", "")
        value = _address(form.get(f"{code}.url.{n}", "").strip()) if to == _URL else to
        if label or value:
            buttons.append(Button(label, value))
    return Variant(**texts, buttons=tuple(buttons))


def _address(typed: str) -> str:
    """As people write it: without https:// most of the time."""
    if not typed:
        return ""
    return _URL + (typed if "://" in typed else f"https://{typed}")


def leads() -> list[tuple[str, Text]]:
    """Where a button may lead."""
    known = engine.engine().registry
    entries: list[Flow | Command] = [*known.flows.values(), *known.commands.values()]
    shown = [e for e in entries if e.menu is not None and e.audience != "staff"]
    return [
        (_URL, _("A page on the web")),
        ("!menu", _("The menu")),
        *(
            (f"flow:{e.name}" if isinstance(e, Flow) else f"{e.name}:", e.title)
            for e in sorted(shown, key=lambda e: (e.menu or 0, e.name))
        ),
    ]


def offered(actor: Actor) -> dict[str, list[dict[str, str]]]:
    """The placeholders of each kind of rows: the label in every language. Photos cannot be said."""
    found = {}
    for kind in notices.kinds(actor):
        columns = rows.columns(actor, kind)
        photos = {c.key for c in columns.all if c.photo}
        found[kind] = [
            {code: columns.label(key, code) for code in LOCALES}
            for key in columns.offered()
            if key not in photos
        ]
    return found
