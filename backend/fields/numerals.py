"""Numbers as they are written and spoken in Chinese: 一百二十、壹佰贰拾、一二零、３.５、两万三 — and the way back for the voice."""

from __future__ import annotations

import re
from decimal import Decimal

from backend.fields.plain import half_width

_DIGITS = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    **{c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")},
    **{c: i for i, c in enumerate("零壹貳參肆伍陸柒捌玖")},
    "〇": 0,
    "○": 0,
    "两": 2,
    "兩": 2,
    "俩": 2,
    "叄": 3,
    "幺": 1,
    "弌": 1,
    "弍": 2,
    "弎": 3,
    "仨": 3,
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_NUMERAL = "".join([*_DIGITS, *_UNITS, *_MYRIADS])
_RUN = re.compile(f"[{_NUMERAL}]+")
_LONGEST = 40
_PLAIN = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,20})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3}){1,9}(?:\.\d{1,20})?")
_MIXED = re.compile(rf"(\d{{1,15}}(?:\.\d{{1,9}})?)\s*([万萬亿億千百])([{_NUMERAL}\d]{{0,9}})")
SPOKEN_DIGITS = "零一二三四五六七八九"


def _whole(run: str) -> int | None:
    """A run of Chinese numerals as an integer; positional (一二零) when it has no unit."""
    if not run or len(run) > _LONGEST:
        return None
    if not any(c in _UNITS or c in _MYRIADS for c in run):
        return int("".join(str(_DIGITS[c]) for c in run))
    total = section = digit = 0
    seen_digit, last_unit = False, 1
    for c in run:
        if c in _DIGITS:
            if seen_digit and digit:
                return None
            digit, seen_digit = _DIGITS[c], True
            if digit == 0:
                last_unit = 1
        elif c in _UNITS:
            section += (digit if seen_digit and digit else 1) * _UNITS[c]
            digit, seen_digit, last_unit = 0, False, _UNITS[c]
        else:
            section += digit
            total = (
                (total + (section or 1)) * _MYRIADS[c]
                if _MYRIADS[c] > 10_000
                else total + (section or 1) * 10_000
            )
            section, digit, seen_digit, last_unit = 0, 0, False, _MYRIADS[c]
    if digit and last_unit >= 100:  # 一百二 is 120, 两万三 is 23,000
        digit *= last_unit // 10
    return total + section + digit


def arabic(text: str) -> str:
    """The text with its Chinese numerals written in digits: 三号楼二单元五零一 → 3号楼2单元501; leading zeros stay."""

    def digits(match: re.Match[str]) -> str:
        run = match.group()
        if all(c in _DIGITS for c in run):
            return "".join(str(_DIGITS[c]) for c in run)
        value = _whole(run)
        return run if value is None else str(value)

    return _RUN.sub(digits, text)


_ENGLISH = {
    word: n
    for n, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {"oh": 0}
_TENS = {
    word: n * 10
    for n, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_ENGLISH_WORD = "|".join([*_ENGLISH, *_TENS])
_ENGLISH_RUN = re.compile(
    rf"(\b(?:building|block|tower|unit|entrance|room|flat|apartment|phase|area|zone|floor)\s+)?"
    rf"\b((?:{_ENGLISH_WORD})(?:[\s-]+(?:{_ENGLISH_WORD}))*)\b",
    re.IGNORECASE,
)


def english_digits(text: str) -> str:
    """The text with spoken house numbers in digits: building three, room five oh one → building 3, room 501.

    A number that stands alone in a sentence ("the big one") is left as it is."""

    def digits(match: re.Match[str]) -> str:
        words = re.split(r"[\s-]+", match[2].lower())
        if match[1] is None and len(words) < 3:
            return match[0]
        said: list[int] = []
        for n, word in enumerate(words):
            small = _ENGLISH.get(word)
            if small is not None and 0 < small < 10 and n and words[n - 1] in _TENS:
                said[-1] += small
            else:
                said.append(_TENS[word] if small is None else small)
        return (match[1] or "") + "".join(map(str, said))

    return _ENGLISH_RUN.sub(digits, text)


def number(text: str) -> Decimal | None:
    """The number that the whole text is, or None: `12`, `１，２００.５`, `-3`, `一百二十三`, `三点五`, `负二`, `1.5万`, `3万5`."""
    text = half_width(text).replace(" ", "").replace("，", ",").replace("。", ".").rstrip(".")
    if not text or len(text) > 60:
        return None
    sign = 1
    if text[0] in "负負":
        sign, text = -1, text[1:]
    if _PLAIN.fullmatch(text) or _GROUPED.fullmatch(text):
        return sign * Decimal(text.replace(",", ""))
    mixed = _MIXED.fullmatch(text)
    if mixed:
        unit = _MYRIADS.get(mixed[2]) or _UNITS[mixed[2]]
        rest = number(mixed[3]) if mixed[3] else Decimal(0)
        if rest is None:
            return None
        if 0 < rest < 10:
            rest *= unit // 10
        return sign * (Decimal(mixed[1]) * unit + rest)
    head, point, tail = text.partition("点")
    if head and not _RUN.fullmatch(head):
        return None
    if point and (not tail or not all(c in _DIGITS for c in tail) or len(tail) > 20):
        return None
    whole = _whole(head)
    if whole is None:
        return None
    fraction = "".join(str(_DIGITS[c]) for c in tail)
    return sign * Decimal(f"{whole}.{fraction}" if fraction else whole)


def spelled(digits: str, locale: str, *groups: int) -> str:
    """Digits as they are read out, one by one, with a breath between groups: 一三八 零零一三 / 1 3 8, 0 0 1 3.

    Letters are read as themselves. `groups` are the lengths of the groups; what is left over is the last group.
    """
    parts, at = [], 0
    for size in groups:
        parts.append(digits[at : at + size])
        at += size
    parts.append(digits[at:])
    parts = [p for p in parts if p]
    if locale.startswith("zh"):
        return " ".join("".join(SPOKEN_DIGITS[int(c)] if c in "0123456789" else c for c in p) for p in parts)
    return ", ".join(" ".join(p) for p in parts)
