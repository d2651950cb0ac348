"""What a Message looks like in Telegram: HTML, cut to size, with buttons. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate, groupby, pairwise
from urllib.parse import urlsplit

from backend.core.i18n import _, render
from backend.messaging import emphasis
from backend.messaging.content import Choice, Content

LIMIT = 4096
"""Telegram's longest text, in UTF-16 units. It counts without the tags; we count with them, to be safe from both readings."""
MOST_BUTTONS = 100
LONGEST_LABEL = 64
_TAGS = len("<b></b>")
_SHORT = LIMIT // (5 + len("<b></b>"))
"""Characters that fit whatever they are: each escaped, and bold by itself."""
_CUTS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"[。!?!?;;…]+|[.,,、]\s"), re.compile(r"\s"))
_SHARES = ("contact", "location")

Button = tuple[str, str]
"""What is read on it, and the callback data (64 bytes at most), or the address that it opens."""


@dataclass(frozen=True, slots=True)
class Part:
    """One Telegram message. `share` asks for a reply keyboard that shares the contact or the location with one tap;
    `close` takes such a keyboard away. Inline buttons and a reply keyboard exclude each other."""

    html: str
    plain: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    share: tuple[Button, ...] = ()
    """(label, "contact" or "location")"""
    close: bool = False


def shape(content: Content, message_id: int, *, reply: bool = True) -> tuple[Part, ...]:
    """The Telegram messages that say `content`, in order; the buttons are on the last part that carries its text.

    `reply`: it answers the person, so that a sharing keyboard of an earlier question may go.
    """
    texts = _parts("\n".join([content.text, *_unopened(content)])) or _parts(content.short) or [("…", "…")]
    buttons = _rows(content.options, message_id)
    share = tuple((_share_label(kind, content.locale), kind) for kind in _SHARES if kind in content.accepts)
    last = len(texts) - 1
    parts = [
        Part(
            html,
            plain,
            buttons=buttons if i == last else (),
            share=share if i == last and not buttons else (),
            close=i == last and reply and not buttons and not share,
        )
        for i, (html, plain) in enumerate(texts)
    ]
    if buttons and share:
        hint = render(_("Or share it with one tap, below."), content.locale)
        parts.append(Part(escape(hint, quote=False), hint, share=share))
    return tuple(parts)


def data_of(message_id: int, index: int) -> str:
    """The callback data of one option."""
    return f"m{message_id}:{index}"


_DATA = re.compile(r"m(\d{1,18}):(\d{1,4})", re.ASCII)


def picked(data: str) -> tuple[int, int] | None:
    """(message id, option index) of callback data that `data_of` made; None for anything else."""
    match = _DATA.fullmatch(data)
    return (int(match[1]), int(match[2])) if match else None


def chosen(html: str, label: str) -> str | None:
    """An answered question, with what was chosen under it; None when that would be too long."""
    shown = f"{html}\n\n<b>✓ {escape(label, quote=False)}</b>"
    return shown if _width(shown) <= LIMIT else None


# --- text -----------------------------------------------------------------------------------------------------


def _width(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _clean(text: str) -> str:
    """Without what Telegram refuses or drops: lone surrogates, control characters but line breaks and tabs."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    lines = whole.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) != "Cc")


def _parts(text: str) -> list[tuple[str, str]]:
    """(HTML, plain) of each message that `text` takes; none when there is nothing to see."""
    pieces = emphasis.runs(_clean(text))
    plain = "".join(piece for piece, _bold in pieces)
    bold = [is_bold for piece, is_bold in pieces for _char in piece]
    found = []
    for start, end in _spans(plain, bold):
        shown = plain[start:end]
        left = start + len(shown) - len(shown.lstrip())
        right = start + len(shown.rstrip())
        if left < right:
            found.append((_html(plain, bold, left, right), plain[left:right]))
    return found


def _html(plain: str, bold: Sequence[bool], start: int, end: int) -> str:
    out = []
    for is_bold, group in groupby(range(start, end), key=bold.__getitem__):
        indexes = list(group)
        piece = escape(plain[indexes[0] : indexes[-1] + 1], quote=False)
        out.append(f"<b>{piece}</b>" if is_bold else piece)
    return "".join(out)


def _cost(char: str) -> int:
    return {"&": 5, "<": 4, ">": 4}.get(char, 2 if ord(char) > 0xFFFF else 1)


def _spans(plain: str, bold: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where to cut `plain`, so that each span's HTML fits: at a paragraph, else a line, a sentence, a word, a character."""
    if len(plain) <= _SHORT:
        yield 0, len(plain)
        return
    enters = [b and not a for a, b in pairwise([False, *bold])]
    upto = [0, *accumulate(_cost(c) + (_TAGS if new else 0) for c, new in zip(plain, enters, strict=True))]
    start = 0
    while start < len(plain):
        room = upto[start] + LIMIT - _TAGS  # a cut inside bold opens it anew
        end = start
        while end < len(plain) and upto[end + 1] <= room:
            end += 1
        cut = end if end == len(plain) else _cut(plain, start, end)
        yield start, cut
        start = cut


def _cut(plain: str, start: int, end: int) -> int:
    least = start + (end - start) // 3
    for pattern in _CUTS:
        last = None
        for match in pattern.finditer(plain, least, end):
            last = match
        if last is not None:
            return last.end()
    cut = end
    while cut > least and _joined(plain[cut - 1], plain[cut]):
        cut -= 1
    return cut if cut > least else end


def _joined(before: str, after: str) -> bool:
    """Whether two characters make one sign (accents, skin tones, families of emoji, flags)."""
    return (
        bool(unicodedata.combining(after))
        or unicodedata.category(after) in ("Mn", "Me", "Mc")
        or "\u200d" in (before, after)
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or ("\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff")
    )


# --- buttons --------------------------------------------------------------------------------------------------


def _rows(options: Sequence[Choice], message_id: int) -> tuple[tuple[Button, ...], ...]:
    """Buttons in order; neighbours of like length share a row, evenly filled."""
    buttons = [
        (_label(option, index), option.url or data_of(message_id, index))
        for index, option in enumerate(options[:MOST_BUTTONS])
        if option.url is None or _opens(option.url)
    ]
    rows: list[tuple[Button, ...]] = []
    for columns, group in groupby(buttons, key=lambda b: _columns(b[0])):
        same = list(group)
        count = -(-len(same) // columns)
        for i in range(count):
            rows.append(tuple(same[i * len(same) // count : (i + 1) * len(same) // count]))
    return tuple(rows)


def _opens(url: str) -> bool:
    """Whether Telegram takes it for a button: of a host without a dot it refuses the whole message."""
    return "." in (urlsplit(url).hostname or "")


def _unopened(content: Content) -> list[str]:
    return [f"{label}: {url}" for label, url in content.links if not _opens(url)]


def _columns(label: str) -> int:
    """How many such buttons stand side by side on a phone."""
    cells = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in label)
    return 3 if cells <= 10 else 2 if cells <= 17 else 1


def _label(option: Choice, index: int) -> str:
    label = " ".join(emphasis.plain(_clean(option.label or option.short)).split()) or str(index + 1)
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def _share_label(kind: str, locale: str) -> str:
    if kind == "contact":
        return render(_("📱 Share my phone number"), locale)
    return render(_("📍 Share where I am"), locale)
