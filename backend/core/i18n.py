"""Words in the reader's language.

Code holds English message ids; `locales/<locale>/LC_MESSAGES/messages.po` holds the Chinese (and, where the id is
a key rather than a sentence, the English). A text stays lazy (`Msg`) until the reader is known: the same notice may go
to a grandmother in Chinese and to her son in English.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from backend.core.values import value


@dataclass(frozen=True, slots=True)
class Language:
    """A language that we speak: its own name for itself and for its easy-read register, and its BCP 47 tag."""

    name: str
    easy: str
    tag: str
    easy_short: str = ""
    """For a button or a text message."""


LANGUAGES: dict[str, Language] = {
    "zh_CN": Language("中文", "中文（简单好懂）", "zh-CN", "中文简单"),
    "en": Language("English", "English, easy to read", "en", "easy English"),
}
"""By gettext locale. One more is a row here, a catalogue, and a voice in `bots/voice_shape.py`."""
LOCALES = tuple(LANGUAGES)
"""The languages that pages are shown in."""
DEFAULT_LOCALE = "zh_CN"
EASY = "@easy"
"""Marks the easy-read register of a language: `zh_CN@easy` says the same in shorter sentences, where its catalogue has any."""
SPOKEN = (*LOCALES, *(f"{locale}{EASY}" for locale in LOCALES))
"""What a conversation can be held in."""
LOCALES_DIR = Path(__file__).resolve().parents[2] / "locales"


@value
class Msg:
    """A translatable text: an English id with `{name}` places, and what fills them (texts may nest)."""

    id: str
    params: Mapping[str, Any] | None = None
    plural: str | None = None

    def __str__(self) -> str:
        return render(self, DEFAULT_LOCALE)

    def to_json(self) -> dict[str, Any]:
        return {"msg": self.id, **({"params": dict(self.params)} if self.params else {})}


Text = Msg | str | dict[str, str]
"""A text for people: lazy (`Msg`), as written by staff per locale (`{"zh_CN": …, "en": …}`), or already plain."""


def _(message: str, **params: Any) -> Msg:
    """Mark an English message for translation; it is rendered when the reader is known."""
    return Msg(message, params or None)


def ngettext(singular: str, plural: str, n: int, **params: Any) -> Msg:
    return Msg(singular, {"n": n, **params}, plural)


def text_from_json(value: Any) -> Text:
    """The inverse of storing a Text as JSON: a plain string, a per-locale dict, or `{"msg": id}`."""
    if isinstance(value, dict) and "msg" in value:
        return Msg(value["msg"], value.get("params"))
    if isinstance(value, dict):
        return {str(k): str(v) for k, v in value.items()}
    return str(value)


def text_to_json(text: Text) -> Any:
    return text.to_json() if isinstance(text, Msg) else text


def language(locale: str) -> str:
    """The language without its register: zh_CN of zh_CN@easy."""
    return locale.partition("@")[0]


def tag(locale: str) -> str:
    """The BCP 47 tag for HTML: zh-CN of zh_CN@easy."""
    return LANGUAGES[language(locale)].tag


def is_easy(locale: str) -> bool:
    return locale.endswith(EASY)


@lru_cache(maxsize=8)
def _catalogue(locale: str) -> gettext.NullTranslations:
    """What the register lacks, its language has."""
    return gettext.translation("messages", LOCALES_DIR, languages=[locale, language(locale)], fallback=True)


@lru_cache(maxsize=16384)
def translate(message: str, locale: str) -> str:
    return _catalogue(locale).gettext(message)


def render(text: Text | None, locale: str) -> str:
    """The text in `locale`; a per-locale dict falls back to Chinese, then to whatever there is."""
    if text is None:
        return ""
    if isinstance(text, str):
        return text
    if isinstance(text, dict):
        return (
            text.get(locale)
            or text.get(language(locale))
            or text.get(DEFAULT_LOCALE)
            or next(iter(text.values()), "")
        )
    if text.plural is not None and text.params is not None:
        words = _catalogue(locale).ngettext(text.id, text.plural, int(text.params["n"]))
    else:
        words = translate(text.id, locale)
    if not text.params:
        return words
    return words.format_map(
        {k: render(v, locale) if isinstance(v, Msg | dict) else v for k, v in text.params.items()}
    )


def match_locale(tag: str | None) -> str | None:
    """Our locale for a language tag such as Telegram's `zh-hans` or HTTP's `en-GB`, exactly or at least in the same language;
    None when we do not speak it."""
    wanted = (tag or "").replace("_", "-").lower()
    if not wanted:
        return None
    for locale, spoken in LANGUAGES.items():
        if spoken.tag.lower() == wanted:
            return locale
    return next((at for at, spoken in LANGUAGES.items() if _main(spoken.tag) == _main(wanted)), None)


def _main(tag: str) -> str:
    return tag.lower().partition("-")[0]


def best_locale(accept_language: str | None) -> str:
    """The first language of an Accept-Language header that we speak; Chinese otherwise."""
    for part in (accept_language or "").split(","):
        found = match_locale(part.split(";")[0].strip())
        if found:
            return found
    return DEFAULT_LOCALE
