"""What changed from one version of a notice to the next, for people to read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from backend.core.i18n import LANGUAGES, Msg, Text, _
from broadcasts.notices.wording import TEXTS, Variant, Wording

NAMES: dict[str, Msg] = {
    **{name: title for name, (title, _most) in TEXTS.items()},
    "buttons": _("Buttons"),
    "photo": _("Photo"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One form in one language: `runs` are (how, text) with how "", "del" or "ins"; none where it cannot be read, as of a photo."""

    what: Text
    language: str
    runs: list[tuple[str, str]]


def changes(before: Wording, after: Wording) -> list[Change]:
    """In the order of the languages and forms."""
    codes = [code for code in LANGUAGES if code in before.variants or code in after.variants]
    found = []
    for code in codes:
        old, new = before.variants.get(code, Variant()), after.variants.get(code, Variant())
        for name, title in NAMES.items():
            if getattr(old, name) != getattr(new, name):
                runs = [] if name == "photo" else _runs(_text(old, name), _text(new, name))
                found.append(Change(title, LANGUAGES[code].name, runs))
    return found


def _text(variant: Variant, name: str) -> str:
    if name == "buttons":
        return "\n".join(f"[{b.label}] {b.value.removeprefix('url:')}" for b in variant.buttons)
    return str(getattr(variant, name))


def _runs(old: str, new: str) -> list[tuple[str, str]]:
    runs: list[tuple[str, str]] = []
    for how, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            runs.append(("", old[a:b]))
            continue
        runs += [("del", old[a:b])] if b > a else []
        runs += [("ins", new[c:d])] if d > c else []
    return runs
