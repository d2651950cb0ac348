"""A phone number as an answer, kept as E.164."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from backend.core.i18n import Msg, Text, _
from backend.fields.base import Context, Field, Misunderstood
from backend.fields.numerals import arabic, spelled
from backend.fields.plain import half_width
from backend.fields.words import Said

_CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}")
_CHINESE_KEPT = re.compile(r"\+86(1[3-9]\d{9})")
_RUN = re.compile(r"\+?\(?\d[\d\s().\-/—–－_]{3,40}")
_NOT_DIGIT = re.compile(r"\D")
_TEXTABLE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.UNKNOWN,
             PhoneNumberType.PERSONAL_NUMBER)  # fmt: skip


def read_phone(text: str, region: str = "CN") -> str:
    """The E.164 number in `text` (`138 0013 8000`, `+86…`, `0086…`, `一三八…`, `我的手机是…`); raises Misunderstood."""
    text = arabic(half_width(text))
    runs = [r for r in (m.group().strip() for m in _RUN.finditer(text)) if len(_NOT_DIGIT.sub("", r)) >= 5]
    if not runs:
        raise Misunderstood(_EXAMPLE)
    run = max(runs, key=len)
    digits = _NOT_DIGIT.sub("", run)
    if region == "CN" and not run.startswith("+"):
        bare = re.sub(r"^(?:0086|86)(?=1[3-9]\d{9}$)", "", digits)
        if _CHINESE_MOBILE.fullmatch(bare):
            return f"+86{bare}"
        if digits[0] == "1" and digits[:2] != "10" and 9 <= len(digits) <= 13 and not digits.startswith("00"):
            raise Misunderstood(_miscounted(len(digits)))
        run = f"+{digits[2:]}" if digits.startswith("00") else run
    try:
        number = phonenumbers.parse(run, region)
    except NumberParseException:
        raise Misunderstood(_EXAMPLE) from None
    abroad = run.startswith("+") and number.country_code != 86
    if not (phonenumbers.is_possible_number(number) if abroad else phonenumbers.is_valid_number(number)):
        national = str(number.national_number)
        if number.country_code == 86 and national.startswith("1") and len(national) >= 9:
            raise Misunderstood(_miscounted(len(national)))
        raise Misunderstood(_EXAMPLE)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


_EXAMPLE = _("A mobile number has 11 digits, like 138 0013 8000. Could you send it once more?")


def _miscounted(count: int) -> Msg:
    if count == 11:
        return _("A mobile number starts with 13 to 19. Could you look at it once more?")
    return _("A mobile number has 11 digits, this one has {n}. Could you look at it once more?", n=count)


@dataclass(frozen=True, kw_only=True)
class Phone(Field):
    """A phone number. `verify="code"` sends a code to it before it counts, unless it is proven already."""

    kind: ClassVar[str] = "phone"
    digits: ClassVar[bool] = True
    accepts: ClassVar[frozenset[str]] = frozenset({"contact"})
    aliases: ClassVar[tuple[str, ...]] = (
        "手机号码", "手机号", "手机", "电话号码", "电话", "号码", "phone number", "phone", "mobile", "number", "tel",
    )  # fmt: skip

    verify: Literal["code"] | None = None
    region: str = "CN"

    @property
    def keypad(self) -> int | None:
        return 11 if self.region == "CN" else 0

    def parse(self, said: Said, ctx: Context) -> str:
        if said.contact:
            return read_phone("+" + said.contact.lstrip("+"), self.region)
        if len(said.text) > 300:
            raise Misunderstood(_EXAMPLE)
        number = read_phone(said.text, self.region)
        if self.verify == "code" and not textable(number):
            raise Misunderstood(_("We send a code by SMS, so we need a mobile number, like 138 0013 8000."))
        return number

    def show(self, value: str, locale: str) -> str:
        match = _CHINESE_KEPT.fullmatch(value)
        if match:
            n = match[1]
            return f"{n[:3]} {n[3:7]} {n[7:]}"
        return phonenumbers.format_number(phonenumbers.parse(value), PhoneNumberFormat.INTERNATIONAL)

    def short(self, value: str, locale: str) -> str:
        return value.removeprefix("+86") if _CHINESE_KEPT.fullmatch(value) else value

    def speak(self, value: str, locale: str) -> str:
        if _CHINESE_KEPT.fullmatch(value):
            return spelled(value[3:], locale, 3, 4, 4)
        return spelled(value.lstrip("+"), locale, 3, 3, 4)

    def masked(self, value: str, locale: str) -> str:
        bare = self.short(value, locale)
        return f"{bare[:3]}****{bare[-4:]}" if len(bare) >= 10 else f"{bare[:2]}***{bare[-2:]}"

    def cell(self, value: str, locale: str) -> str:
        return self.short(value, locale)

    def search(self, value: str) -> str:
        return value

    def example(self, ctx: Context) -> Text | None:
        return _("A mobile number has 11 digits, like 138 0013 8000.")

    def html(self) -> dict[str, Any]:
        return super().html() | {"type": "tel", "inputmode": "tel", "autocomplete": "tel", "maxlength": 30}


def textable(number: str) -> bool:
    """Whether an SMS can reach this E.164 number, as far as its range tells."""
    if _CHINESE_KEPT.fullmatch(number):
        return True
    return phonenumbers.number_type(phonenumbers.parse(number)) in _TEXTABLE
