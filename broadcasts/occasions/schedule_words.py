"""A rule of time in words: every Monday at 9:00, 每周一 9:00."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.i18n import Msg, Text, _
from backend.fields.calendar import MONTHS, WEEKDAYS, day_text
from broadcasts.occasions.schedule import Rule

NTH: dict[int, Msg] = {
    1: _("the first"), 2: _("the second"), 3: _("the third"), 4: _("the fourth"), -1: _("the last"),
}  # fmt: skip
_LUNAR_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
_DIGITS = "一二三四五六七八九十"


def title(rule: Rule, column: Text | None = None) -> Text:
    """`column` is what the date of each person is called."""
    at = f"{rule.at.hour}:{rule.at.minute:02}"
    match rule.every:
        case "once":
            words = _("once, on {day} at {time}", day=day_text(rule.day) if rule.day else "", time=at)
        case "day":
            words = _("every day at {time}", time=at)
        case "week":
            words = _(
                "every {weekday} at {time}",
                weekday=_listed([WEEKDAYS[d - 1] for d in rule.weekdays]),
                time=at,
            )
        case "month":
            words = _("on day {day} of every month at {time}", day=rule.number, time=at)
        case "nth":
            weekday = WEEKDAYS[rule.weekdays[0] - 1]
            words = _(
                "on {which} {weekday} of every month at {time}", which=NTH[rule.nth], weekday=weekday, time=at
            )
        case "year":
            words = _("every year on {day} at {time}", day=_day_of_year(rule), time=at)
        case "person":
            words = _person(rule, column or rule.column, at)
        case _:
            words = _("on the day of the event at {time}", time=at) if not rule.offset else _("{n} days before the event at {time}", n=-rule.offset, time=at)  # fmt: skip
    return _within(rule, words)


def lunar_text(month: int, day: int) -> Text:
    """八月十五; day 15 of lunar month 8."""
    tens, ones = divmod(day, 10)
    chinese = "初十" if day == 10 else "二十" if day == 20 else "三十" if day == 30 else f"{'初十廿'[tens]}{_DIGITS[ones - 1]}"  # fmt: skip
    return {"zh_CN": f"农历{_LUNAR_MONTHS[month - 1]}月{chinese}", "en": f"day {day} of lunar month {month}"}


def _day_of_year(rule: Rule) -> Text:
    if rule.calendar == "lunar":
        return lunar_text(rule.month, rule.number)
    return _("{month} {day}", month=MONTHS[rule.month - 1], day=rule.number)


def _person(rule: Rule, column: Text, at: str) -> Msg:
    if rule.calendar == "lunar" and rule.yearly:
        column = _("“{column}” by the lunar calendar", column=column)
    else:
        column = (
            _("“{column}”", column=column) if not rule.yearly else _("“{column}”, every year", column=column)
        )
    if not rule.offset:
        return _("on the day of {date} at {time}", date=column, time=at)
    n = abs(rule.offset)
    if rule.offset < 0:
        return _("{n} days before {date} at {time}", n=n, date=column, time=at)
    return _("{n} days after {date} at {time}", n=n, date=column, time=at)


def _within(rule: Rule, words: Msg) -> Msg:
    if rule.first is not None:
        words = _("{when}, from {day} on", when=words, day=day_text(rule.first))
    if rule.last is not None:
        words = _("{when}, until {day}", when=words, day=day_text(rule.last))
    return words


def _listed(texts: Sequence[Text]) -> Text:
    """a, b and c."""
    if len(texts) > 2:
        return _("{first}, {rest}", first=texts[0], rest=_listed(texts[1:]))
    return _("{first} and {last}", first=texts[0], last=texts[-1]) if len(texts) == 2 else texts[0]
