"""“I am at my daughter's until Sunday”: from plain words to the days on which she is not asked. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from backend.fields.calendar import Ambiguous, Lunar, NoYear, day_of, ready

LONGEST_DAYS = 366

_CLAUSES = re.compile(r"[,，。;；、!！]|\band\b|\bbut\b|然后|再")
_BACK_ON = re.compile(
    r"回来|回家|回到家|到家|返回|返程|归来|\b(?:come|be|am|get|i'?m|i'll be|coming|going)?\s*back\b|\breturn(?:ing)?\b|\b(?:come|be|get|coming)\s+home\b"
)
_BEFORE = re.compile(r"之前|以前|前(?!天|日|往)|\bbefore\b")
_UNTIL = re.compile(r"(?:住到|到|至|直到|待到|呆到|~|\buntil\b|\btill\b|\btil\b|\bthrough\b|\bto\b)")
_FOR = re.compile(
    r"(?<![\d:月号])(?:(?P<half>半)|(?P<n>\d{1,3}))\s*个?(?:来|多)?(?P<unit>天|日(?!以?后)|晚上?|周|星期|礼拜|月|年)(?!以?[后前]|之[后前])"
    r"|\b(?:for )?(?P<en>a|an|one|two|three|four|five|six|seven|ten|\d{1,3})(?: (?P<couple>couple of|few))? (?P<eunit>days?|nights?|weeks?|months?)\b(?! (?:later|from))"
)
_EN = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
_THIS_WEEK = re.compile(r"(?:这|本)(?:个)?(?:一)?(?:周|星期|礼拜)(?![1-7一二三四五六日天末])|\bthis week\b")
_NEXT_WEEK = re.compile(r"下(?:个)?(?:周|星期|礼拜)(?![1-7一二三四五六日天末])|\bnext week\b")
_WEEKEND = re.compile(r"周末|weekend")
_THIS_MONTH = re.compile(r"(?:这|本)个?月(?!\d)|\bthis month\b")
_HOME_AGAIN = re.compile(
    r"(?:我|已经|已|都|今天|刚|现在|们)*(?:(?:从.{1,8})?回来了?|(?:回|到)家了?|在家了)(?:了|啦|喽|咯|呢|啊|呀|恢复|吧|可以打了|可以问了|继续|[,，。\s])*"
    r"|(?:i'?m |i am |we'?re |now )?(?:back|home)(?: (?:home|again|now|already|from .{2,20}))*[.! ]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Away:
    """The first and the last day on which she is not asked, that day too; `last` is None when it was not said."""

    first: date
    last: date | None


def home_again(text: str) -> bool:
    """Whether the whole message says that she is back."""
    return bool(_HOME_AGAIN.fullmatch(text.strip())) and ready(text).strip() not in (
        "回家",
        "到家",
        "back",
        "home",
        "回来",
    )


def read(text: str, today: date) -> Away:
    """What the words say; without any day it begins today and has no end."""
    phrase = ready(text)
    clauses = [c for c in _CLAUSES.split(phrase) if c.strip()]
    try:
        return _read(phrase, clauses, today)
    except (Ambiguous, Lunar, NoYear, OverflowError):
        return Away(today, None)


def _read(phrase: str, clauses: list[str], today: date) -> Away:
    last, rest = _end(clauses, today)
    if last is None:
        return _span(phrase, clauses, today)
    first = _first(rest, today) or today
    if last < first:
        # “From Wednesday to Sunday”, said on a Thursday: the Sunday after that Wednesday.
        last += timedelta(days=7 * -(-(first - last).days // 7))
    return Away(first, last if (last - today).days <= LONGEST_DAYS else None)


def _end(clauses: list[str], today: date) -> tuple[date | None, str]:
    """(the last day that was said, what was said before it)."""
    for n, clause in enumerate(clauses):
        before = "，".join(clauses[:n])
        if match := _BACK_ON.search(clause):
            said = clause[: match.start()] + " " + clause[match.end() :]
            until = _last_until(said)
            day = day_of(until[1] if until else said, today)
            if day is not None:
                # She is asked again on the day of her return.
                return max(day - timedelta(days=1), today), f"{before}，{until[0] if until else ''}"
    for n, clause in enumerate(clauses):
        before = "，".join(clauses[:n])
        if match := _BEFORE.search(clause):
            day = day_of(clause, today)
            if day is not None and day > today:
                return day - timedelta(days=1), before
        if until := _last_until(clause):
            day = day_of(until[1], today)
            if day is not None and day >= today:
                return day, f"{before}，{until[0]}"
    return None, ""


def _last_until(clause: str) -> tuple[str, str] | None:
    """What stands before and after the last “until”."""
    found = list(_UNTIL.finditer(clause))
    return (clause[: found[-1].start()], clause[found[-1].end() :]) if found else None


def _first(said: str, today: date) -> date | None:
    day = day_of(said, today) if said.strip("，, ") else None
    return day if day is not None and day >= today else None


def _span(phrase: str, clauses: list[str], today: date) -> Away:
    """Without an end of its own: a length, this week, the weekend, or a single day."""
    monday = today - timedelta(days=today.weekday())
    length = _days(phrase)
    if length is not None:
        rest = _FOR.sub(" ", phrase)
        first = _first(rest, today) or (monday + timedelta(days=7) if _NEXT_WEEK.search(rest) else today)
        return Away(first, first + timedelta(days=length - 1))
    if _NEXT_WEEK.search(phrase):
        return Away(monday + timedelta(days=7), monday + timedelta(days=13))
    if _THIS_WEEK.search(phrase):
        return Away(today, monday + timedelta(days=6))
    if _WEEKEND.search(phrase):
        sunday = monday + timedelta(days=6 + 7 * phrase.count("下"))
        return Away(max(today, sunday - timedelta(days=1)), sunday)
    if _THIS_MONTH.search(phrase):
        return Away(today, (today.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1))
    day = _first(phrase, today)
    return Away(day, day) if day is not None else Away(today, None)


def _days(phrase: str) -> int | None:
    match = _FOR.search(phrase)
    if match is None:
        return None
    if match["eunit"]:
        n = (
            _EN.get(match["en"]) or int(match["en"])
            if not match["couple"]
            else (2 if "couple" in match["couple"] else 3)
        )
        unit = match["eunit"][0]
    else:
        n = int(match["n"]) if match["n"] else 0
        unit = {"天": "d", "日": "d", "晚": "d", "周": "w", "星": "w", "礼": "w", "月": "m", "年": "y"}[
            match["unit"][0]
        ]
        if match["half"]:
            return {"m": 15, "y": 182, "w": 4}.get(unit, 1)
    days = n * {"d": 1, "n": 1, "w": 7, "m": 30, "y": 365}[unit]
    return days if 0 < days <= LONGEST_DAYS else None
