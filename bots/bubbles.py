"""What we say as each channel shows it, as plain data to be drawn on a page: for staff who want to see what people get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.core.i18n import Text, _, ngettext
from backend.messaging import emphasis
from backend.messaging.content import Content
from backend.settings import settings
from bots import sms_shape, telegram_shape, voice_shape
from bots.email_shape import Mail


@dataclass(frozen=True, slots=True)
class Bubble:
    """One thing on a screen or on the line: `runs` are (text, is bold); `keys` the answers to pick; `note` in grey; `pictures` the
    addresses of photos."""

    hers: bool
    runs: list[tuple[str, bool]]
    keys: tuple[str, ...] = ()
    note: Text = ""
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """What is said on one channel; `summary` is what it takes, `letter` what it is on paper, `mark` a word beside its title."""

    title: Text
    bubbles: list[Bubble]
    summary: Text
    ended: Text = ""
    letter: Mail | None = None
    mark: Text = ""


def drawn(channel: str, contents: Sequence[Content]) -> list[Bubble]:
    """`contents` on telegram, sms, voice or webchat."""
    return _DRAWERS[channel](contents)


def sms_total(messages: int, segments: int) -> Text:
    """What short messages cost."""
    price = settings().sms_price
    if not price:
        return _("Messages: {n}, segments: {segments}", n=messages, segments=segments)
    return _(
        "Messages: {n}, segments: {segments}, about {cost} yuan",
        n=messages,
        segments=segments,
        cost=f"{segments * price:.2f}",
    )


def counted(messages: int) -> Text:
    return ngettext("{n} message", "{n} messages", messages)


def _telegram(contents: Sequence[Content]) -> list[Bubble]:
    return [
        Bubble(
            False,
            emphasis.runs(content.text) if len(parts) == 1 else [(part.plain, False)],
            tuple(label for row in part.buttons for label, _data in row)
            + tuple(label for label, _kind in part.share),
        )
        for content in contents
        for parts in [telegram_shape.shape(content, 1)]
        for part in parts
    ]


def _sms(contents: Sequence[Content]) -> list[Bubble]:
    return [
        Bubble(
            False,
            [(body.text, False)],
            note=_(
                "{encoding}, characters: {units}, segments: {n}",
                encoding=body.cost.encoding,
                units=body.cost.units,
                n=body.cost.segments,
            ),
        )
        for body in sms_shape.shape(contents, settings().community_name)
    ]


def _voice(contents: Sequence[Content]) -> list[Bubble]:
    lines = voice_shape.script(contents, person=True)
    return [Bubble(False, [("\n".join(lines), False)])] if lines else []


def _webchat(contents: Sequence[Content]) -> list[Bubble]:
    return [
        Bubble(False, emphasis.runs(content.text), tuple(emphasis.plain(o.label) for o in content.options))
        for content in contents
    ]


_DRAWERS = {"telegram": _telegram, "sms": _sms, "voice": _voice, "webchat": _webchat}
