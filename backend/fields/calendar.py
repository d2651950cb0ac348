"""Days and times of day as people say them, in Chinese and English: 明天下午三点、周六上午、5月3日、1948年3月5日、tomorrow 3pm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from backend.core.i18n import Msg, _, render
from backend.fields.numerals import arabic
from backend.fields.plain import half_width

MONTHS = (
    _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"), _("September"),
    _("October"), _("November"), _("December"),
)  # fmt: skip
WEEKDAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip

_MONTH_NAMES = {m.id[:3].lower(): i for i, m in enumerate(MONTHS, 1)}
_MONTH = r"(?P<mon>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
_ISO = re.compile(r"(?<!\d)(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?!\d)")
_SHORT_YEAR = re.compile(r"(?<!\d)(?P<y>\d{2})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})")
_MONTH_DAY = re.compile(r"(?<!\d)(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})(?!\d)")
_NAMED = re.compile(rf"\b{_MONTH}\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:\s*,?\s*(?P<y>\d{{4}}))?")
_NAMED_REVERSED = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:of\s+)?{_MONTH}(?:\s*,?\s*(?P<y>\d{{4}}))?"
)
_SLASHED = re.compile(r"(?<![\d.])(?P<a>\d{1,2})\s*[/.-]\s*(?P<b>\d{1,2})\s*[/.-]\s*(?P<y>\d{4})(?!\d)")
_SLASH_DAY = re.compile(r"(?<![\d./-])(?P<m>\d{1,2})\s*[/.-]\s*(?P<d>\d{1,2})(?![\d./-])")
_DAY_ONLY = re.compile(
    r"(?<![\d月])(?P<d>\d{1,2})\s*[号日](?!楼|院|线)|\bthe\s+(?P<e>\d{1,2})(?:st|nd|rd|th)\b"
)
_DAYS_ON = re.compile(
    r"(?:过|再过|in\s+)?(?P<n>\d{1,3})\s*(?:天(?:以?后|之后)|days?(?:\s+(?:from now|later|time))?)"
)
_WEEKDAY = re.compile(
    r"(?P<next>下+|这|本|上)?个?\s*(?:周|星期|礼拜)(?P<w>[1-7日天末])"
    r"|\b(?P<enext>next\s+|this\s+|last\s+)?(?P<ew>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b"
)
_EN_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RELATIVE = (
    ("大后天", 3), ("后天", 2), ("后日", 2), ("明天", 1), ("明日", 1), ("明儿", 1), ("明早", 1), ("明晚", 1), ("今天", 0), ("今日", 0),
    ("今儿", 0), ("今早", 0), ("今晚", 0), ("大前天", -3), ("前天", -2), ("昨天", -1), ("昨日", -1), ("昨晚", -1),
    ("day after tomorrow", 2), ("day before yesterday", -2), ("tomorrow", 1), ("tmr", 1), ("today", 0), ("tonight", 0),
    ("yesterday", -1),
)  # fmt: skip
_LUNAR = re.compile(r"农历|阴历|旧历|正月|腊月|冬月|大年|除夕|初[一二三四五六七八九十\d]|lunar")

_PERIODS: tuple[tuple[str, int, int], ...] = (
    (r"凌晨|清晨|清早|大清早|early morning", 0, 8), (r"上午|早上|早晨|早|am\b|a\.m\.|morning", 6, 12), (r"中午|午间|noon|midday|lunch", 11, 14),
    (r"下午|午后|afternoon|pm\b|p\.m\.", 12, 18), (r"傍晚|黄昏", 16, 20), (r"晚上|晚间|夜里|夜间|今晚|明晚|晚|evening|tonight|night", 17, 24),
)  # fmt: skip
_PERIOD_RES = tuple((re.compile(words), start, end) for words, start, end in _PERIODS)
_CLOCK = re.compile(
    r"(?<![\d:])(?P<h>\d{1,2})\s*(?:[:：](?P<m>\d{2})(?!\d)|[点时點](?:钟|整)?\s*(?:(?P<half>半)|(?P<q>[13])刻|(?P<zm>\d{1,2})分?)?)"
    r"\s*(?P<ap>am|pm|a\.m\.|p\.m\.)?"
    r"|(?<![\d:])(?P<eh>\d{1,2})\s*(?:o'?clock\s*)?(?P<eap>am|pm|a\.m\.|p\.m\.)|(?<![\d:])(?P<oh>\d{1,2})\s*o'?clock"
)


class Ambiguous(ValueError):
    """A date with day and month in an order that cannot be told; `readings` are the two."""

    def __init__(self, *readings: date) -> None:
        super().__init__("ambiguous date")
        self.readings = readings


class Lunar(ValueError):
    """A day of the lunar calendar."""


class NoYear(ValueError):
    """A day and a month without the year that is needed."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a phrase says: a day, a time of day (`at`), a part of the day in hours (`hours`); each may be missing."""

    day: date | None = None
    at: time | None = None
    hours: tuple[int, int] | None = None


def ready(text: str) -> str:
    """The phrase in half width, lower case and with its numerals in digits."""
    return arabic(half_width(text[:120])).casefold()


def day_of(text: str, today: date, *, with_year: bool = False, past: bool = False) -> date | None:
    """The day that `text` (made `ready`) names, or None.

    A day without a year is the next one, with `past` the last one; with `with_year` it raises NoYear. Raises Ambiguous
    for 03/05/1948 and Lunar for a day of the lunar calendar. A date that does not exist (2 月 30 日) is None.
    """
    for pattern in (_ISO, _COMPACT, _SHORT_YEAR):
        if match := pattern.search(text):
            year = int(match["y"])
            if year < 100:
                year += 2000 if 2000 + year <= today.year else 1900
            return _date(year, match["m"], match["d"])
    if match := _SLASHED.search(text):
        a, b = _date(match["y"], match["a"], match["b"]), _date(match["y"], match["b"], match["a"])
        if a and b and a != b:
            raise Ambiguous(a, b)
        return a or b
    if _LUNAR.search(text):
        raise Lunar
    for pattern in (_NAMED_REVERSED, _NAMED):
        if match := pattern.search(text):
            month = _MONTH_NAMES[match["mon"][:3]]
            return (
                _date(match["y"], month, match["d"])
                if match["y"]
                else _near(month, match["d"], today, with_year, past)
            )
    if match := _MONTH_DAY.search(text):
        return _near(match["m"], match["d"], today, with_year, past)
    for word, days in _RELATIVE:
        if word in text:
            return today + timedelta(days=days)
    if match := _WEEKDAY.search(text):
        return _weekday(match, today)
    if "周末" in text or "weekend" in text:
        return today + timedelta(days=(5 - today.weekday()) % 7)
    if match := _DAYS_ON.search(text):
        return today + timedelta(days=int(match["n"]))
    if match := _SLASH_DAY.fullmatch(text.strip()):
        return _near(match["m"], match["d"], today, with_year, past)
    if match := _DAY_ONLY.search(text):
        return _day_of_month(int(match["d"] or match["e"]), today, with_year)
    return None


def time_of(text: str) -> tuple[time | None, tuple[int, int] | None]:
    """The time of day and the part of the day (from hour, to hour) that `text` (made `ready`) names."""
    hours = next(((start, end) for words, start, end in _PERIOD_RES if words.search(text)), None)
    match = _CLOCK.search(text)
    if not match:
        return None, hours
    hour = int(match["h"] or match["eh"] or match["oh"])
    minute = (
        30 if match["half"] else 15 * int(match["q"]) if match["q"] else int(match["m"] or match["zm"] or 0)
    )
    half_day = (match["ap"] or match["eap"] or "")[:1]
    later = half_day == "p" or (
        not half_day and hours is not None and hours[0] >= 11 and not (hours[0] == 11 and hour >= 10)
    )
    if later and hour < 12:
        hour += 12
    elif half_day == "a" and hour == 12:
        hour = 0
    if hour == 24 and minute == 0:
        hour = 0
    return (time(hour, minute) if hour < 24 and minute < 60 else None), hours


def spoken(text: str, today: date) -> Spoken:
    """Day and time of a phrase; what is not said is None. Raises as `day_of`."""
    phrase = ready(text)
    return Spoken(day_of(phrase, today), *time_of(phrase))


def day_text(day: date) -> Msg:
    """A date with its year: 1948年3月5日 / March 5, 1948."""
    return _("{month} {day}, {year}", month=MONTHS[day.month - 1], day=day.day, year=day.year)


def weekday_text(day: date) -> Msg:
    """A day soon: 5月3日周六 / Saturday, May 3."""
    return _(
        "{weekday}, {month} {day}", weekday=WEEKDAYS[day.weekday()], month=MONTHS[day.month - 1], day=day.day
    )


def shown_day(day: date, locale: str) -> str:
    return render(day_text(day), locale)


def _date(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _near(month: str | int, day: str | int, today: date, with_year: bool, past: bool) -> date | None:
    if with_year:
        raise NoYear
    years = range(today.year, today.year - 9, -1) if past else range(today.year, today.year + 9)
    found = (_date(year, month, day) for year in years)
    return next((d for d in found if d and (d <= today if past else d >= today)), None)


def _weekday(match: re.Match[str], today: date) -> date:
    word = (match["next"] or match["enext"] or "").strip()
    if match["w"]:
        wanted = int(match["w"]) - 1 if match["w"].isdigit() else {"日": 6, "天": 6, "末": 5}[match["w"]]
        weeks, fixed = word.count("下") - word.count("上"), bool(word)
    else:
        wanted = _EN_DAYS.index(match["ew"][:3])
        weeks, fixed = {"next": 1, "last": -1}.get(word, 0), word in ("next", "last")
    if fixed:
        return today - timedelta(days=today.weekday()) + timedelta(days=wanted, weeks=weeks)
    return today + timedelta(days=(wanted - today.weekday()) % 7)


def _day_of_month(day: int, today: date, with_year: bool) -> date | None:
    if with_year:
        raise NoYear
    for ahead in range(13):
        year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
        found = _date(year, month + 1, day)
        if found and found >= today:
            return found
    return None
