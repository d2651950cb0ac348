"""What a Message says, rendered in its reader's language and sealed for the database."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from backend.core.crypto import seal, unseal
from backend.core.i18n import render
from backend.core.values import value
from backend.fields.words import Words
from backend.messaging.models import CONTENT_PLACE


@value
class Choice:
    """A rendered option: `value` is what answering means, `label` what chat shows, `short` what SMS shows."""

    value: str
    label: str
    short: str

    @property
    def url(self) -> str | None:
        """The page that it opens (`url:https://…`): nothing comes back of it."""
        return self.value[4:] if self.value.startswith(("url:https://", "url:http://")) else None


@value
class Content:
    """Rendered words; see `fields.words.Words` for the meaning of each part."""

    text: str
    short: str
    spoken: str
    locale: str
    options: tuple[Choice, ...] = ()
    accepts: tuple[str, ...] = ()
    keypad: int | None = None
    sensitive: bool = False
    subject: str = ""
    media: tuple[str, ...] = field(default=())
    html: str = ""
    """The e-mail as HTML, already clean; empty: made of the text."""
    topic: str = ""
    """What it is about, for whoever wishes to hear no more of it: a key of `messaging.topics.TOPICS`."""

    @property
    def answers(self) -> list[tuple[int, Choice]]:
        """The options that can be answered, each with its number; a page that is opened leaves its number unused."""
        return [(n, option) for n, option in enumerate(self.options, 1) if option.url is None]

    @property
    def links(self) -> list[tuple[str, str]]:
        """(label, address) of the pages that its options open."""
        return [(option.label, option.url) for option in self.options if option.url is not None]

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"t": self.text, "l": self.locale}
        if self.short != self.text:
            data["s"] = self.short
        if self.spoken != self.text:
            data["v"] = self.spoken
        if self.options:
            data["o"] = [[o.value, o.label, o.short] for o in self.options]
        if self.accepts:
            data["a"] = list(self.accepts)
        if self.keypad is not None:
            data["k"] = self.keypad
        if self.sensitive:
            data["x"] = 1
        if self.subject:
            data["u"] = self.subject
        if self.media:
            data["m"] = list(self.media)
        if self.html:
            data["h"] = self.html
        if self.topic:
            data["p"] = self.topic
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Content:
        text = data["t"]
        return cls(
            text=text,
            short=data.get("s", text),
            spoken=data.get("v", text),
            locale=data["l"],
            options=tuple(Choice(*o) for o in data.get("o", ())),
            accepts=tuple(data.get("a", ())),
            keypad=data.get("k"),
            sensitive=bool(data.get("x")),
            subject=data.get("u", ""),
            media=tuple(data.get("m", ())),
            html=data.get("h", ""),
            topic=data.get("p", ""),
        )

    def seal(self) -> bytes:
        return seal(self.to_json(), CONTENT_PLACE)

    @classmethod
    def unseal(cls, sealed: bytes | memoryview) -> Content:
        return cls.from_json(unseal(sealed, CONTENT_PLACE))


def rendered(words: Words, locale: str) -> Content:
    """`words` in `locale`."""
    text = render(words.text, locale)
    return Content(
        text=text,
        short=render(words.short, locale) if words.short is not None else text,
        spoken=render(words.spoken, locale) if words.spoken is not None else text,
        locale=locale,
        options=tuple(
            _choice(o.value, render(o.label, locale), render(o.short, locale)) for o in words.options
        ),
        accepts=tuple(sorted(words.accepts)),
        keypad=words.keypad,
        sensitive=words.sensitive,
        subject=render(words.subject, locale),
        media=words.media,
    )


def _choice(value: str, label: str, short: str) -> Choice:
    return Choice(value, label, short or label)
