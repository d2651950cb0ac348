"""What a notice says: per language a text and its forms for short messages, calls and mail, with places for each person's values.

Pure. A Wording is plain data; a Script is the same ready to be filled, thousands of times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from backend.core.errors import Invalid
from backend.core.i18n import DEFAULT_LOCALE, LANGUAGES, Msg, Text, _
from backend.fields import placeholders
from backend.fields.placeholders import Drawing, Part, normal
from backend.messaging.content import Choice, Content
from backend.printing.columns import WORDS, Columns
from bots import email_html

TEXTS: dict[str, tuple[Msg, int]] = {
    "text": (_("Text"), 3_000),
    "short": (_("For short messages"), 600),
    "spoken": (_("For calls"), 1_500),
    "subject": (_("Subject of the e-mail"), 150),
    "html": (_("E-mail with pictures and colours"), 100_000),
}
"""Each form of a notice, with its most characters; all but the text may be left empty."""
MOST_BUTTONS = 6
LONGEST_LABEL = 40

Value = Callable[[str], str]
"""The text of a name, "" of one without value."""


class Button(NamedTuple):
    """`value`: an address ("url:https://…"), a conversation ("flow:repair"), a command ("event.mine:"), or "!menu"."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A notice in one language. `photo` is a key of `core.media`."""

    text: str = ""
    short: str = ""
    spoken: str = ""
    subject: str = ""
    html: str = ""
    buttons: tuple[Button, ...] = ()
    photo: str = ""

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            name: getattr(self, name) for name in (*TEXTS, "photo") if getattr(self, name)
        }
        if self.buttons:
            data["buttons"] = [list(b) for b in self.buttons]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Variant:
        texts = {name: str(data.get(name, "")) for name in (*TEXTS, "photo")}
        return cls(**texts, buttons=tuple(Button(*b) for b in data.get("buttons", ())))


@dataclass(frozen=True, slots=True)
class Wording:
    """Variants by language; who reads a language that is missing gets the community's own, or the first there is."""

    variants: Mapping[str, Variant]

    def to_json(self) -> dict[str, Any]:
        return {locale: variant.to_json() for locale, variant in self.variants.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Wording:
        return cls({locale: Variant.from_json(variant) for locale, variant in data.items()})

    def script(self) -> Script:
        """Raises Invalid when a condition is not closed."""
        return Script({locale: _compiled(v) for locale, v in self.variants.items()})


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: tuple[Part, ...]
    short: tuple[Part, ...]
    spoken: tuple[Part, ...]
    subject: tuple[Part, ...]
    html: tuple[Part, ...]
    buttons: tuple[tuple[tuple[Part, ...], tuple[Part, ...]], ...]
    photo: str

    def all(self) -> list[tuple[Part, ...]]:
        return [
            self.text, self.short, self.spoken, self.subject, self.html, *(p for pair in self.buttons for p in pair)
        ]  # fmt: skip


def _compiled(variant: Variant) -> _Compiled:
    return _Compiled(
        **{name: _read(name, getattr(variant, name)) for name in TEXTS},
        buttons=tuple(
            (placeholders.text_parts(b.label), placeholders.text_parts(b.value)) for b in variant.buttons
        ),
        photo=variant.photo,
    )


def _read(name: str, written: str) -> tuple[Part, ...]:
    if not written:
        return ()
    return placeholders.parts(written) if name == "html" else placeholders.text_parts(written)


def _button_parts(button: Button) -> tuple[Part, ...]:
    return (*placeholders.text_parts(button.label), *placeholders.text_parts(button.value))


_NO_PICTURES = Drawing(qr=lambda _text: "", photo=lambda _key: "", is_photo=lambda _name: False)


@dataclass(frozen=True, slots=True)
class Script:
    """A Wording ready to be filled."""

    variants: Mapping[str, _Compiled]

    def locale(self, wanted: str) -> str:
        """In which language somebody who reads `wanted` gets it."""
        return next(code for code in (wanted, DEFAULT_LOCALE, *self.variants) if code in self.variants)

    def names(self) -> list[str]:
        """Every name that is asked for, as written, each once."""
        return _once(placeholders.names(parts) for v in self.variants.values() for parts in v.all())

    def needed(self, locale: str) -> list[str]:
        """The names without whose values the notice in this language cannot be said."""
        return _once(placeholders.needed(parts) for parts in self.variants[locale].all())

    def said(self, locale: str, value: Value) -> Content:
        """For one person, in this language, which must be one of the variants'."""
        compiled = self.variants[locale]
        text = placeholders.fill_text(compiled.text, value)
        return Content(
            text=text,
            short=placeholders.fill_text(compiled.short, value) if compiled.short else text,
            spoken=placeholders.fill_text(compiled.spoken, value) if compiled.spoken else text,
            locale=locale,
            options=tuple(_choice(label, to, value) for label, to in compiled.buttons),
            subject=placeholders.fill_text(compiled.subject, value).replace("\n", " "),
            media=(compiled.photo,) if compiled.photo else (),
            html=placeholders.fill(compiled.html, value, _NO_PICTURES) if compiled.html else "",
        )


def _choice(label: tuple[Part, ...], to: tuple[Part, ...], value: Value) -> Choice:
    shown = placeholders.fill_text(label, value)
    written = placeholders.fill_text(to, value)
    # A name has spaces and letters that make a button unacceptable to Telegram, and so the whole message.
    return Choice(quote(written, safe=_IN_ADDRESSES) if written.startswith("url:") else written, shown, shown)


_IN_ADDRESSES = "/:?#[]@!$&'()*+,;=%-._~"
"""What has a meaning in an address (RFC 3986)."""


def _once(lists: Iterable[list[str]]) -> list[str]:
    seen: dict[str, str] = {}
    for names in lists:
        for name in names:
            seen.setdefault(normal(name), name)
    return list(seen.values())


def checked(wording: Wording, columns: Columns, locale: str) -> Wording:
    """The same without empty variants, blanks at the ends, and what no mailbox should get. Raises Invalid, in the language `locale`, for
    the first of its `problems`."""
    kept = trimmed(wording)
    for where, text in problems(kept, columns, locale).items():
        raise Invalid(text, where)
    return kept


def trimmed(wording: Wording) -> Wording:
    """As it is kept."""
    return Wording(
        {code: found for code, v in wording.variants.items() if (found := _trimmed(v)) != Variant()}
    )


def problems(kept: Wording, columns: Columns, locale: str) -> dict[str, Text]:
    """What cannot be sent, by field ("zh_CN.short", "en.buttons"; "text" of nothing at all): nothing said, too long, a name that means
    nothing, a condition without an end, a picture in a text, a button that leads nowhere."""
    if not kept.variants:
        return {"text": _("What shall the notice say?")}
    found: dict[str, Text] = {}
    for code, variant in kept.variants.items():
        if code not in LANGUAGES:
            return {"text": _("There is no such language.")}
        found |= {f"{code}.{name}": text for name, text in _problems(code, variant, columns, locale).items()}
    return found


def _trimmed(variant: Variant) -> Variant:
    texts = {name: getattr(variant, name).strip() for name in (*TEXTS, "photo")}
    texts["html"] = email_html.clean(texts["html"], pictures=False).strip()
    buttons = (Button(b.label.strip(), b.value.strip()) for b in variant.buttons)
    return Variant(**texts, buttons=tuple(b for b in buttons if b.label or b.value))


def _problems(code: str, variant: Variant, columns: Columns, locale: str) -> dict[str, Text]:
    found: dict[str, Text] = {}
    for name, (title, most) in TEXTS.items():
        written = getattr(variant, name)
        if len(written) > most:
            found[name] = _("“{name}” is longer than {n} characters.", name=title, n=most)
        elif name == "text" and not written:
            found[name] = _(
                "The text in {language} is missing: it is what chat shows.", language=LANGUAGES[code].name
            )
        elif name == "html" and _IN_A_TAG.search(written):
            found[name] = _("A place cannot stand inside of a link’s address. Use a button for that.")
        elif text := _of_parts(partial(_read, name, written), columns, locale):
            found[name] = text
    if len(variant.buttons) > MOST_BUTTONS:
        found["buttons"] = _("More than {n} buttons are too many.", n=MOST_BUTTONS)
    for button in variant.buttons:
        text = _of_button(button) or _of_parts(partial(_button_parts, button), columns, locale)
        if text:
            found.setdefault("buttons", text)
    return found


def _of_parts(read: Callable[[], tuple[Part, ...]], columns: Columns, locale: str) -> Text | None:
    """What is wrong with the places."""
    try:
        parts = read()
    except Invalid as error:
        return error.text
    if placeholders.kinds(parts) - {"value"}:
        return _("QR codes and photos of a record can be printed, not sent.")
    for unknown in columns.unknown(parts, locale):
        if unknown.meant:
            return _(
                "Nothing is called “{name}”. Did you mean “{meant}”?", name=unknown.name, meant=unknown.meant
            )
        return _("Nothing is called “{name}”.", name=unknown.name)
    return None


_IN_A_TAG = re.compile(r"<[^>]*\{\{")
_LEADS = re.compile(r"!menu|url:https?://[^\s/].*|(?!url:)[a-z_.]+:.*")
"""A page, or what an option of a conversation says: `flow:repair`, `event.mine:`."""


def _of_button(button: Button) -> Text | None:
    if not button.label or len(button.label) > LONGEST_LABEL:
        return _("A button needs words, at most {n} characters.", n=LONGEST_LABEL)
    if not _LEADS.fullmatch(button.value):
        return _(
            "The button “{label}” leads nowhere. Give it an address or a conversation.", label=button.label
        )
    return None


def unfilled(written: Wording) -> list[str]:
    """What a writer meant to fill in and did not: 〔…〕, each once."""
    texts = "\n".join(getattr(v, name) for v in written.variants.values() for name in TEXTS)
    return list(dict.fromkeys(_UNFILLED.findall(texts)))


_UNFILLED = re.compile(r"〔[^〔〕\n]{1,30}〕")


def needs(script: Script, locale: str, columns: Columns) -> list[tuple[str, str]]:
    """(name, key) of the values without which the notice cannot be said in this language. Our own words always have one."""
    keys = ((name, columns.key(name) or "") for name in script.needed(locale))
    return [(name, key) for name, key in keys if key not in WORDS]


def lacking(needed: Sequence[tuple[str, str]], row: Mapping[str, str]) -> list[str]:
    """The names of `needs` that this row has no value for."""
    return [name for name, key in needed if not row.get(key)]
