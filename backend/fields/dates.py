"""A day as an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from backend.core.i18n import Msg, _
from backend.core.i18n import Text as AnyText
from backend.fields.base import Context, Field, Misunderstood
from backend.fields.calendar import Ambiguous, Lunar, NoYear, day_of, day_text, ready, shown_day
from backend.fields.words import Said

_OFFSET = re.compile(r"today(?:([+-])(\d{1,5})([dy]?))?")


def limit(bound: str | None, today: date) -> date | None:
    """A bound of a Date: an ISO date, `today`, `today+30` (days), `today-150y`."""
    if bound is None:
        return None
    match = _OFFSET.fullmatch(bound)
    if not match:
        return date.fromisoformat(bound)
    if not match[1]:
        return today
    n = int(match[2]) * (1 if match[1] == "+" else -1)
    if match[3] == "y":
        year = today.year + n
        return date(year, today.month, 28 if (today.month, today.day) == (2, 29) else today.day)
    return today + timedelta(days=n)


@dataclass(frozen=True, kw_only=True)
class Date(Field):
    """A day between `earliest` and `latest` (see `limit`). `birthday` means: in the past, with its year, not 150 years ago."""

    kind: ClassVar[str] = "date"
    aliases: ClassVar[tuple[str, ...]] = ("日期", "date")
    digits: ClassVar[bool] = True

    earliest: str | None = None
    latest: str | None = None
    birthday: bool = False

    @property
    def keypad(self) -> int | None:
        return 8

    @property
    def called(self) -> tuple[str, ...]:
        return (
            (*super().called, "出生日期", "生日", "birthday", "birth date")
            if self.birthday
            else super().called
        )

    def parse(self, said: Said, ctx: Context) -> date:
        text = ready(said.choice or said.text)
        low = limit("today-150y" if self.birthday and not self.earliest else self.earliest, ctx.today)
        high = limit("today" if self.birthday and not self.latest else self.latest, ctx.today)
        try:
            day = day_of(
                text, ctx.today, with_year=self.birthday, past=high is not None and high <= ctx.today
            )
        except NoYear:
            raise Misunderstood(
                _("Which year was that? Please send it with the year, like 1948-03-05.")
            ) from None
        except Lunar:
            raise Misunderstood(
                _("Please give the date of the solar calendar, as on the ID, like 1948-03-05.")
            ) from None
        except Ambiguous as two:
            a, b = two.readings
            raise Misunderstood(
                _("Is that {a} or {b}? Please write it like 1948-03-05.", a=day_text(a), b=day_text(b))
            ) from None
        except OverflowError:
            day = None
        if day is None:
            raise Misunderstood(self.example(ctx))
        if high is not None and day > high:
            if high == ctx.today:
                raise Misunderstood(_("{day} is still to come. Which day was it?", day=day_text(day)))
            raise Misunderstood(_("{day} is too late for this. The last day is {latest}.", day=day_text(day),
                                  latest=day_text(high)))  # fmt: skip
        if low is not None and day < low:
            if low == ctx.today:
                raise Misunderstood(_("{day} is already over. Which day shall it be?", day=day_text(day)))
            raise Misunderstood(_("{day} is too early for this. The first day is {earliest}.", day=day_text(day),
                                  earliest=day_text(low)))  # fmt: skip
        return day

    def example(self, ctx: Context) -> AnyText:
        if self.birthday:
            return _("A date like 1948-03-05 is easiest: year, month, day.")
        return _("A day like {date} or “tomorrow” is fine.", date=day_text(ctx.today + timedelta(days=2)))

    def show(self, value: date, locale: str) -> str:
        return shown_day(value, locale)

    def short(self, value: date, locale: str) -> str:
        return value.isoformat()

    def dump(self, value: date) -> str:
        return value.isoformat()

    def load(self, data: Any) -> date:
        return date.fromisoformat(data)

    def cell(self, value: date, locale: str) -> date:
        return value

    def from_cell(self, cell: Any, ctx: Context) -> date:
        if isinstance(cell, datetime):
            cell = cell.date()
        return (
            self.parse(Said(text=cell.isoformat()), ctx)
            if isinstance(cell, date)
            else super().from_cell(cell, ctx)
        )

    def search(self, value: date) -> str:
        return value.isoformat()

    def masked(self, value: date, locale: str) -> str:
        return f"{value.year}-**-**"

    def html(self) -> dict[str, Any]:
        extra = {"autocomplete": "bday"} if self.birthday else {}
        return super().html() | {"type": "date"} | extra

    def default_question(self) -> Msg:
        return _("{label}: which day?", label=self.label)
