"""What a subject like `request:1047` is called, and its page: each part registers its own kind."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, url_for

from backend.core.i18n import Msg, Text, _


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` may have the place {number}; `endpoint` takes the number as `argument`, and is empty where there is no page."""

    name: Msg
    endpoint: str = ""
    argument: str = ""


_KINDS: dict[str, Kind] = {}


def register(kind: str, name: Msg, endpoint: str = "", argument: str = "") -> None:
    """At import. `subjects.register("request", _("R-{number}"), "requests.show", "number")`."""
    _KINDS[kind] = Kind(name, endpoint, argument)


def known() -> frozenset[str]:
    return frozenset(_KINDS)


def shown(subject: str | None) -> Text:
    """As people call it; of a kind that nobody registered, as it stands; "" of nothing."""
    kind, _colon, number = (subject or "").partition(":")
    found = _KINDS.get(kind)
    return Msg(found.name.id, {"number": number}) if found is not None else subject or ""


def called(subject: str) -> Text:
    """The same where several of a kind stand beside each other: with its number in any case."""
    kind, _colon, number = subject.partition(":")
    found = _KINDS.get(kind)
    if found is None or "{number}" in found.name.id:
        return shown(subject)
    return _("{name} {number}", name=found.name, number=number)


def link(subject: str | None) -> str:
    """Its page; empty when it has none."""
    kind, _colon, number = (subject or "").partition(":")
    found = _KINDS.get(kind)
    if found is None or not number.isdigit() or found.endpoint not in current_app.view_functions:
        return ""
    return url_for(found.endpoint, **{found.argument: int(number)})  # type: ignore[arg-type]
