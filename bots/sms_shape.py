"""What we say, as short messages. Pure.

Counting follows 3GPP TS 23.038 (the GSM 7-bit default alphabet and its extension table) and TS 23.040 (the header of a
long message takes 7 septets, or 3 UCS-2 characters, of every segment).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from backend.core.i18n import _, language, render
from backend.messaging.content import Choice, Content
from bots.plain import plain

_WAY_OUT = re.compile(r"拒收|退订|\bSTOP\b|unsubscribe|\breply R\b", re.IGNORECASE)
Encoding = Literal["GSM-7", "UCS-2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
"""Sent as two septets: an escape and a character. Both stay in one segment."""

GSM = BASIC | EXTENDED
SINGLE = {"GSM-7": 160, "UCS-2": 70}
PART = {"GSM-7": 153, "UCS-2": 67}
MOST_SEGMENTS = 10
"""More than this makes phones join a message wrongly; Twilio's own limit of 1,600 characters lies just above."""
GOOD_SEGMENTS = 2

_GSM_FOR = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛′´`", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f", " "),
        "…": "...",
        "•": "-",
        "·": ".",
        "×": "x",
        "→": "->",
        "\t": " ",
    }
)
_SENTENCE = re.compile(r"(?<=[\u3002\uff01\uff1f\uff1b\n])|(?<=[.!?;]\s)")
_CLAUSE = re.compile(r"(?<=[\uff0c\u3001\uff1a,])|(?<=\s)")
_STOPS = "\u3002\uff01\uff1f\uff1b\uff1a\uff0c.!?;:,\n"
_NUMBER_WANTED = re.compile("数字|number", re.IGNORECASE)
"""The text itself says how to answer."""
_SHORT_LABEL = 10
_MOST_INLINE = 4
_CHINESE_GAP = re.compile(r"(?<=[\u3002\uff01\uff1f\uff1b\uff0c]) +(?=\S)")
_COMMA = re.compile("[,\uff0c]")
"""Stands between the options of a sentence, so it cannot stand in one."""
_OWN_SIGNATURE = re.compile(r"^【[^】]{1,30}】")


@dataclass(frozen=True, slots=True)
class Cost:
    """How a text travels: `units` are septets (GSM-7) or UTF-16 code units (UCS-2)."""

    encoding: Encoding
    units: int
    segments: int


@dataclass(frozen=True, slots=True)
class Body:
    """One message as it is sent, and what it costs."""

    text: str
    cost: Cost


def is_gsm(text: str) -> bool:
    return GSM.issuperset(text)


def segments(text: str) -> Cost:
    """The cost of `text` as one message. An empty text costs one segment."""
    encoding: Encoding = "GSM-7" if is_gsm(text) else "UCS-2"
    if encoding == "GSM-7":
        units = len(text) + sum(map(text.count, EXTENDED))
    else:
        units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if units <= SINGLE[encoding]:
        return Cost(encoding, units, 1)
    count, room = 1, PART[encoding]
    for c in text:
        needed = _units(c, encoding)
        if needed > room:
            count, room = count + 1, PART[encoding]
        room -= needed
    return Cost(encoding, units, count)


def _units(c: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return 2 if c in EXTENDED else 1
    return 2 if ord(c) > 0xFFFF else 1


def cheapest(text: str) -> str:
    """`text` with typographic signs replaced by plain ones where that makes it GSM-7; else unchanged."""
    simple = text.translate(_GSM_FOR)
    return simple if is_gsm(simple) else text


def shape(replies: Sequence[Content], community: str) -> list[Body]:
    """The messages that say `replies`, in order: one where they fit, each signed 【…】 in Chinese.

    Numbers pick among the options of the last reply that has any: those are what the conversation listens for.
    """
    return list(_shaped(tuple(replies), community))


@lru_cache(maxsize=4096)
def _shaped(replies: tuple[Content, ...], community: str) -> list[Body]:
    """Kept for a while: most questions and menus are the same for everybody, and what a campaign says is shaped when its price is
    counted and again when it leaves."""
    if not replies:
        return []
    locale = replies[-1].locale
    offering = next((i for i in reversed(range(len(replies))) if replies[i].options), None)
    told = [[_text(c)] if i != offering else _ways(c) for i, c in enumerate(replies)]
    ways = max((len(t) for t in told), default=1)
    wholes = [
        _signed("\n".join(filter(None, (t[min(n, len(t) - 1)] for t in told))), locale, community)
        for n in range(ways)
    ]
    whole = _handsomest(wholes)
    if _fits(whole):
        return [whole] if whole.text else []
    singles = (_handsomest([_signed(way, locale, community) for way in t]) for t in told)
    return [_body(part) for single in singles for part in split(single.text)]


def _body(text: str) -> Body:
    return Body(text, segments(text))


def _handsomest(ways: Sequence[str]) -> Body:
    """The first that stays within two segments; when none does, the shortest."""
    tried: list[Body] = []
    for way in ways:
        body = _body(cheapest(way))
        if body.cost.segments <= GOOD_SEGMENTS:
            return body
        tried.append(body)
    return min(tried, key=lambda body: body.cost.segments)


def cost(replies: Sequence[Content], community: str) -> tuple[int, int]:
    """(messages, segments) that saying `replies` takes."""
    bodies = shape(replies, community)
    return len(bodies), sum(b.cost.segments for b in bodies)


def signature(community: str) -> str:
    """The sender's name as Chinese carriers want it, short: 幸福里社区 → 【幸福里】."""
    short = community.removesuffix("社区") if len(community) > len("社区") + 1 else community
    return f"【{short}】"


def _signed(text: str, locale: str, community: str) -> str:
    if not text or language(locale) != "zh_CN":
        return text
    # A full-width stop brings its own gap, and every character is paid for.
    text = _CHINESE_GAP.sub("", text)
    if _OWN_SIGNATURE.match(text):
        return text
    return signature(community) + text


def _ways(content: Content) -> list[str]:
    """How a text with options can be put, the handsomest first."""
    locale = content.locale
    links = (
        render(_("{label}: {link}", label=plain(label), link=url), locale) for label, url in content.links
    )
    text = "\n".join([_text(content), *links]).lstrip()
    labels = [(n, _label(o)) for n, o in content.answers]
    if not labels:
        return [text]
    lines = "\n".join(f"{n} {label}" for n, label in labels)
    listed = [f"{text}\n{lines}".lstrip()]
    if not _NUMBER_WANTED.search(text):
        how = render(_("Reply with a number:"), locale)
        listed.insert(0, f"{text}\n{how}\n{lines}".lstrip())
    longest = _SHORT_LABEL if language(locale) == "zh_CN" else 2 * _SHORT_LABEL
    if len(labels) > _MOST_INLINE or any(
        len(label) > longest or _COMMA.search(label) for _n, label in labels
    ):
        return listed
    inline = render(_(", "), locale).join(
        render(_("{label}: reply {number}", label=label, number=n), locale) for n, label in labels
    )
    stopped = text.endswith(tuple(_STOPS))
    gap = ("" if stopped else "\n") if language(locale) == "zh_CN" else (" " if stopped or not text else ". ")
    return [f"{text}{gap}{inline}".lstrip(), *listed]


def _text(content: Content) -> str:
    """The words; an offer says how to get no more of them, as carriers and the law want it of advertisements."""
    text = plain(content.short)
    if content.topic != "offer" or _WAY_OUT.search(text):
        return text
    how = render(_("Reply R to get no more."), content.locale)
    return f"{text}{'' if language(content.locale) == 'zh_CN' else ' '}{how}".strip()


def _label(option: Choice) -> str:
    return " ".join((plain(option.short) or plain(option.label) or option.value).split())


def _fits(body: Body) -> bool:
    return body.cost.segments <= MOST_SEGMENTS and len(body.text) <= 1600


def split(text: str) -> list[str]:
    """`text` in as many messages as it needs, cut at sentences, else at clauses, else anywhere; nothing but the white space
    around a cut is lost."""
    if _fits(_body(text)):
        return [text]
    parts: list[str] = []
    current = ""
    for piece in _pieces(text):
        if current and not _fits(_body(current + piece)):
            parts.append(current)
            current = piece.lstrip()
        else:
            current += piece
    parts.append(current)
    return [p for p in (part.strip() for part in parts) if p]


def _pieces(text: str) -> list[str]:
    """Sentences; those that do not fit alone as clauses; those that still do not, cut hard."""
    pieces: list[str] = []
    for sentence in filter(None, _SENTENCE.split(text)):
        if _fits(_body(sentence)):
            pieces.append(sentence)
            continue
        for clause in filter(None, _CLAUSE.split(sentence)):
            # A hundred characters fit one message whatever they are.
            pieces += (
                [clause]
                if _fits(_body(clause))
                else [clause[i : i + 100] for i in range(0, len(clause), 100)]
            )
    return pieces
