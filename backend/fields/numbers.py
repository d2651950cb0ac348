"""Numbers as answers: whole, decimal, money, and a rating."""

from __future__ import annotations

import decimal
import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

from backend.core.i18n import Msg, _, render
from backend.core.i18n import Text as AnyText
from backend.fields.base import Context, Field, Misunderstood
from backend.fields.numerals import number
from backend.fields.plain import folded, half_width
from backend.fields.words import Option, Said

_COUNTED = re.compile(
    r"\s*(?:个人|口人|人|个|次|天|岁|口|位|只|条|件|台|辆|平方米|平米|平|度|号|names?|people|persons?|times|days|years?(?: old)?)$"
)
_ABOUT = re.compile(
    r"^(?:(?:大概|大约|约|差不多|一共|共|总共|有|就|只|我们家|我们|我家|家里|老两口[，, ]|about|around|just|only|we are|there are)\s*)+"
)
_NOBODY = re.compile(
    r"^(?:(?:就|只有|只)?我(?:自己|一个人?|一人)(?:来|去)?|就我|只有我|(?:我)?自己(?:来|去)|不带(?:人|了)?|没有?人|没有|一个(?:人)?(?:都|也)(?:没有|不带)"
    r"|(?:just|only) me|nobody|no ?one|none|alone|by myself|on my own)$"
)
"""How somebody says nought of the people who come along: 就我一个人 is no company."""


def _bare(text: str) -> str:
    return half_width(text).strip(" 。!！,，.").casefold()


def _read(text: str) -> decimal.Decimal | None:
    text = _ABOUT.sub("", _bare(text))
    return number(text) if number(text) is not None else number(_COUNTED.sub("", text))


@dataclass(frozen=True, kw_only=True)
class _Number(Field):
    """`least` and `most` are the smallest and largest value allowed; `unit` is said after the value."""

    digits: ClassVar[bool] = True

    least: float | int | None = None
    most: float | int | None = None
    unit: AnyText | None = field(default=None, metadata={"text": True})

    @property
    def keypad(self) -> int | None:
        return 0

    def claims(self, said: Said, ctx: Context) -> bool:
        """A nought is an answer where a nought is possible."""
        return half_width(said.text) == "0" and (self.least is None or self.least <= 0)

    def _within(self, value: decimal.Decimal) -> None:
        low = self.least is not None and value < decimal.Decimal(str(self.least))
        high = self.most is not None and value > decimal.Decimal(str(self.most))
        if not low and not high:
            return
        if self.least is not None and self.most is not None:
            raise Misunderstood(
                _("We expect a number from {least} to {most}.", least=self.least, most=self.most)
            )
        if low:
            raise Misunderstood(_("We expect {least} or more.", least=self.least))
        raise Misunderstood(_("We expect {most} or less.", most=self.most))

    def _number(self, said: Said) -> decimal.Decimal:
        value = _read(said.choice or said.text)
        if value is None and self.least == 0 and _NOBODY.search(_bare(said.text)):
            value = decimal.Decimal(0)
        if value is None:
            raise Misunderstood(_("A number is enough here, like 3."))
        self._within(value)
        return value

    def example(self, ctx: Context) -> AnyText | None:
        return _("A number is enough here, like 3.")

    def show(self, value: Any, locale: str) -> str:
        return str(value)

    def html(self) -> dict[str, Any]:
        limits = {k: v for k, v in (("min", self.least), ("max", self.most)) if v is not None}
        return super().html() | {"inputmode": "numeric"} | limits


@dataclass(frozen=True, kw_only=True)
class Integer(_Number):
    """A whole number: `３`, `三个`, `一百二十`."""

    kind: ClassVar[str] = "integer"

    def parse(self, said: Said, ctx: Context) -> int:
        value = self._number(said)
        if value != value.to_integral_value() or abs(value) >= 10**15:
            raise Misunderstood(_("A whole number, please, like 3."))
        return int(value)

    def cell(self, value: int, locale: str) -> int:
        return value

    def html(self) -> dict[str, Any]:
        return super().html() | {"type": "number", "step": 1}


@dataclass(frozen=True, kw_only=True)
class Decimal(_Number):
    """A number with up to `places` decimals, kept exactly (as a string in JSON)."""

    kind: ClassVar[str] = "decimal"

    places: int = 2

    def parse(self, said: Said, ctx: Context) -> decimal.Decimal:
        return self._rounded(self._number(said))

    def _rounded(self, value: decimal.Decimal) -> decimal.Decimal:
        if abs(value) >= 10**12:
            raise Misunderstood(_("That number is larger than we can keep. Please check it."))
        return value.quantize(decimal.Decimal(1).scaleb(-self.places), decimal.ROUND_HALF_UP)

    def dump(self, value: decimal.Decimal) -> str:
        return str(value)

    def load(self, data: Any) -> decimal.Decimal:
        return decimal.Decimal(data)

    def cell(self, value: decimal.Decimal, locale: str) -> float:
        return float(value)

    def html(self) -> dict[str, Any]:
        return super().html() | {
            "inputmode": "decimal",
            "type": "number",
            "step": f"{10**-self.places:.{self.places}f}",
        }


_YUAN = re.compile(
    r"^(?:rmb|cny|[¥￥])?\s*(?P<yuan>[^块元圆塊yr¥]{1,30})\s*(?:块钱|块|塊|元|圆|yuan|rmb|¥)\s*"
    r"(?:(?P<jiao>[\d零一二两三四五六七八九])\s*(?:角|毛)?)?\s*(?:(?P<fen>[\d零一二三四五六七八九])\s*分)?\s*(?:钱|整|正)?$"
)


@dataclass(frozen=True, kw_only=True)
class Money(Decimal):
    """An amount in yuan: `12.5`, `¥1,200`, `12块5`, `三十元五角`, `一百二`."""

    kind: ClassVar[str] = "money"
    aliases: ClassVar[tuple[str, ...]] = ("金额", "价格", "amount", "price")

    def parse(self, said: Said, ctx: Context) -> decimal.Decimal:
        text = half_width(said.text).strip(" 。!！,，").casefold()
        text = _ABOUT.sub("", text)
        match = _YUAN.match(text) if len(text) <= 60 else None
        value = number(match["yuan"]) if match else number(text.removeprefix("rmb").strip(" ¥"))
        if match and value is not None:
            for part, worth in (("jiao", "0.1"), ("fen", "0.01")):
                value += (number(match[part] or "0") or 0) * decimal.Decimal(worth)
        if value is None:
            raise Misunderstood(_("An amount in yuan is enough, like 12.50."))
        self._within(value)
        return self._rounded(value)

    def show(self, value: decimal.Decimal, locale: str) -> str:
        return f"¥{value:,}"

    def speak(self, value: decimal.Decimal, locale: str) -> str:
        amount = value.normalize()
        return render(_("{amount} yuan", amount=f"{amount:f}"), locale)

    def example(self, ctx: Context) -> AnyText | None:
        return _("An amount in yuan is enough, like 12.50.")


_FIVE = (
    (1, _("Very poor"), "很差|非常不满意|很不满意|太差了|差评|terrible|very bad|awful|worst"),
    (2, _("Poor"), "不满意|差|不好|不太好|不太满意|bad|not good|unhappy"),
    (3, _("Fair"), "一般|一般般|还行|还可以|凑合|马马虎虎|ok|okay|so so|average|all right"),
    (4, _("Good"), "满意|好|挺好|不错|比较满意|happy|satisfied|nice|well done"),
    (
        5,
        _("Very good"),
        "非常满意|很满意|很好|非常好|特别好|太好了|好评|五星好评|excellent|great|perfect|amazing|very happy",
    ),
)
_BY_WORD = {w: n for n, label, words in _FIVE for w in (*words.split("|"), label.id.casefold())}
_STARS = re.compile(r"(.{1,6}?)\s*(?:颗星|星|分|stars?|points?)?(?:\s*/\s*\d+)?$")


@dataclass(frozen=True, kw_only=True)
class Rating(_Number):
    """How good it was, 1 to `top`: a number, stars, or words when `top` is 5."""

    kind: ClassVar[str] = "rating"
    aliases: ClassVar[tuple[str, ...]] = ("评分", "打分", "rating")

    top: int = 5

    def claims(self, said: Said, ctx: Context) -> bool:
        return False

    def parse(self, said: Said, ctx: Context) -> int:
        text = folded(said.choice or said.text)
        if not text and 0 < said.text.count("⭐") <= self.top:
            return said.text.count("⭐")
        if text and set(text) <= {"⭐", "★", "☆", "*"}:
            value: decimal.Decimal | None = decimal.Decimal(sum(c in "⭐★*" for c in text))
        elif self.top == 5 and text in self._words:
            return self._words[text]
        else:
            match = _STARS.fullmatch(text)
            value = number(match[1]) if match else None
        if value is None or value != value.to_integral_value() or not 1 <= value <= self.top:
            raise Misunderstood(_("A number from 1 to {top} is enough, {top} is the best.", top=self.top))
        return int(value)

    @property
    def _words(self) -> dict[str, int]:
        return _BY_WORD | {folded(render(label, "zh_CN")): n for n, label, _w in _FIVE}

    def options(self, ctx: Context) -> tuple[Option, ...]:
        return (
            _FIVE_OPTIONS if self.top == 5 else tuple(Option(str(n), str(n)) for n in range(1, self.top + 1))
        )

    @property
    def keypad(self) -> int | None:
        return 1 if self.top <= 9 else 2

    def show(self, value: int, locale: str) -> str:
        return f"{value}/{self.top}"

    def speak(self, value: int, locale: str) -> str:
        return render(_("{n} out of {top}", n=value, top=self.top), locale)

    def cell(self, value: int, locale: str) -> int:
        return value

    def example(self, ctx: Context) -> AnyText | None:
        return _("A number from 1 to {top} is enough, {top} is the best.", top=self.top)


_FIVE_OPTIONS = tuple(Option(str(n), Msg(label.id)) for n, label, _w in _FIVE)
