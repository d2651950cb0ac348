"""Ready-made templates, one for each preset, in Chinese and in English: to print with as they are, or to change a copy.

They lie in `starters/`: `<preset>.<locale>.html` and `<preset>.css`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from backend.core.errors import NotFound
from backend.core.i18n import DEFAULT_LOCALE, LOCALES, Msg, _, language, render
from backend.printing.actions import Draft
from backend.printing.page import PRESETS

FOLDER = Path(__file__).parent / "starters"
NAMES: dict[str, Msg] = {
    "letter": _("Letter to a household"),
    "certificate": _("Certificate of thanks"),
    "badge": _("Name badge with a pass"),
    "desk_card": _("Desk card"),
    "greeting_card": _("Greeting card"),
    "envelope_dl": _("Envelope DL"),
    "envelope_c5": _("Envelope C5"),
    "envelope_zl": _("Envelope ZL"),
}
_KINDS = {"badge": "event_signup", "letter": "resident", "envelope_dl": "resident", "envelope_c5": "resident", "envelope_zl": "resident"}  # fmt: skip
"""Made for rows of this kind; the others need nothing but a name."""


@dataclass(frozen=True, slots=True)
class Starter:
    """`key` is `<preset>.<locale>`."""

    key: str
    locale: str
    draft: Draft


@lru_cache(maxsize=64)
def get(key: str) -> Starter:
    """Raises NotFound."""
    preset, _dot, locale = key.partition(".")
    if preset not in NAMES or locale not in LOCALES:
        raise NotFound()
    draft = Draft(
        name=render(NAMES[preset], locale),
        kind=_KINDS.get(preset, ""),
        preset=preset,
        page=PRESETS[preset].page,
        body=(FOLDER / f"{key}.html").read_text("utf-8"),
        css=(
            FOLDER / f"{preset.partition('_')[0] if preset.startswith('envelope') else preset}.css"
        ).read_text("utf-8"),
    )
    return Starter(key, locale, draft)


def listed(reader: str) -> list[Starter]:
    """All of them, those in the reader's language first."""
    own = language(reader) if language(reader) in LOCALES else DEFAULT_LOCALE
    return [
        get(f"{preset}.{locale}")
        for locale in sorted(LOCALES, key=lambda one: one != own)
        for preset in NAMES
    ]
