"""What is said and what is heard, before any channel gives it a shape."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from backend.core.i18n import Text
from backend.core.values import value


@value
class Option:
    """An answer to pick: `value` comes back as `Said.choice`; `short` is the SMS label when the label is long."""

    value: str
    label: Text
    short: Text | None = None


@value
class Words:
    """One thing that we say, channel-neutral and not yet rendered.

    `text` may hold `**bold**`. `short` is for SMS, `spoken` for voice; each defaults to `text`. `keypad` is how many
    digits a voice caller keys to answer (0: any number, ended by #; None: speech or one option digit). `accepts` lists
    what else counts as an answer: "photo", "location", "contact". `sensitive`: the answer is masked wherever it is kept.
    """

    text: Text
    short: Text | None = None
    spoken: Text | None = None
    options: tuple[Option, ...] = ()
    accepts: frozenset[str] = frozenset()
    keypad: int | None = None
    sensitive: bool = False
    subject: Text | None = None
    """The subject line, for e-mail."""
    media: tuple[str, ...] = ()
    """Photos that go with it, keys of `core.media`, where the channel shows them."""

    def with_options(self, *options: Option) -> Words:
        return replace(self, options=self.options + options)


@dataclass(frozen=True, slots=True)
class Media:
    """A photo or document that we hold: `key` finds it in `core.media`."""

    key: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map, WGS 84 degrees."""

    latitude: float
    longitude: float


@value
class Said:
    """What a person said: typed, spoken or keyed `text`, a picked option's value, a photo, a place, a shared contact."""

    text: str = ""
    choice: str | None = None
    media: Media | None = None
    location: Place | None = None
    contact: str | None = None
    """E.164 number that the channel itself vouches for (Telegram's own-contact button)."""
    keyed: bool = False
    """`text` came from a keypad: digits and `*` only."""
    extra: dict[str, str] = field(default_factory=dict)
