"""Numbers of identity documents. Resident ID: GB 11643-1999."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from backend.core.i18n import Msg, Text, _, render
from backend.fields.base import Context, Field, Misunderstood
from backend.fields.calendar import day_text
from backend.fields.finder import Choices
from backend.fields.numerals import arabic, spelled
from backend.fields.plain import half_width
from backend.fields.regions import region_of
from backend.fields.words import Said

ID_TYPES: tuple[Choices, ...] = (
    Choices("resident_id", _("Resident ID card"), _("ID card"), ("身份证", "居民身份证", "二代证", "sfz", "id", "chinese id")),
    Choices("passport", _("Passport"), None, ("护照",)),
    Choices("hk_macau_permit", _("Home-return permit (Hong Kong, Macau)"), _("HK/Macau permit"),
            ("回乡证", "港澳通行证", "港澳居民来往内地通行证", "港澳", "home return permit")),
    Choices("taiwan_permit", _("Mainland travel permit (Taiwan)"), _("Taiwan permit"),
            ("台胞证", "台湾居民来往大陆通行证", "台湾通行证", "台湾")),
    Choices("hmt_residence_permit", _("Residence permit (Hong Kong, Macau, Taiwan)"), _("Residence permit"),
            ("港澳台居民居住证", "港澳台居住证", "居住证")),
    Choices("officer_id", _("Military officer ID"), _("Officer ID"), ("军官证", "士官证", "军人证", "警官证", "officer")),
    Choices("foreigner_permit", _("Foreigner's permanent residence card"), _("Foreigner's card"),
            ("外国人永久居留身份证", "永居证", "五星卡", "绿卡", "permanent residence")),
)  # fmt: skip
"""The documents that we take, as options of a Choice."""

GENDERS: tuple[Choices, ...] = (
    Choices("male", _("Male"), None, ("男", "男性", "男士", "先生", "m", "man", "boy", "男的")),
    Choices(
        "female", _("Female"), None, ("女", "女性", "女士", "太太", "f", "woman", "girl", "女的", "小姐")
    ),
)

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_OLDEST = 1850
"""No birthday before this year. The standard's own example was born in 1880, so the bound is not a human age."""

_SHAPES: dict[str, re.Pattern[str]] = {
    "passport": re.compile(r"[A-Z0-9]{6,12}"),
    "hk_macau_permit": re.compile(r"[HM]\d{8}(?:\d\d)?"),
    "taiwan_permit": re.compile(r"\d{8}(?:\d\d)?"),
    "officer_id": re.compile(r"(?:[\u4e00-\u9fff]{1,4}字?第?)?[A-Z]?\d{5,10}号?"),
    "foreigner_permit": re.compile(r"[A-Z]{3}\d{12}"),
}
_WRONG: dict[str, Msg] = {
    "passport": _(
        "A passport number has letters and digits, like E12345678. Could you look at it once more?"
    ),
    "hk_macau_permit": _("A home-return permit starts with H or M and has 8 digits, like H12345678."),
    "taiwan_permit": _("A Taiwan travel permit has 8 digits, like 12345678."),
    "officer_id": _("An officer ID has the words and the number on its cover, like 军字第1234567号."),
    "foreigner_permit": _("This card has 3 letters and 12 digits, or 18 digits that start with 9."),
    "hmt_residence_permit": _("A residence permit has 18 digits and starts with 81, 82 or 83."),
    "resident_id": _("An ID number has 18 digits, the last may be X. Could you send it once more?"),
}
_EIGHTEEN = ("resident_id", "hmt_residence_permit", "foreigner_permit")
_PREFIXES = {"hmt_residence_permit": ("81", "82", "83"), "foreigner_permit": ("9",)}
_CITIZEN = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")
_GAPS = re.compile(r"[\s\-—–_.·:：]")
_LEADING_WORDS = re.compile(
    r"^(?:我的)?(?:身份证|护照|证件|通行证|居住证|军官证)?(?:号码|号)?(?:是|为)?(?=.*\d)|^(?:my )?(?:id|passport)(?: number)?(?: is|:) ?",
    re.IGNORECASE,
)


def check_character(first17: str) -> str:
    """The 18th character for the first 17 digits."""
    return _CHECKS[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def upgraded(old: str) -> str:
    """The 18-digit number of a 15-digit one: born 19xx, with its check character."""
    longer = f"{old[:6]}19{old[6:]}"
    return longer + check_character(longer)


def birthday_of(number: str) -> date | None:
    """The birthday in an 18-digit number; None when the digits are no date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def gender_of(number: str) -> str:
    return "male" if int(number[16]) % 2 else "female"


def _is_eighteen(number: str) -> bool:
    return (
        len(number) == 18
        and number[:17].isascii()
        and number[:17].isdigit()
        and number[17] == check_character(number[:17])
    )


def stands_in(text: str) -> bool:
    """Whether a citizen ID number stands in `text`: people give it before they are asked, or to another question."""
    return any(_is_eighteen(found.upper()) for found in _CITIZEN.findall(text))


_IN_TEXT = re.compile(
    r"(?<![A-Za-z\d])(?:\d(?:[ \-—–.·]?\d){14,18}(?: ?[Xx×Ｘｘ])?|[A-Z]{1,3}[ \-]?\d{7,12})(?![A-Za-z\d])"
)
"""Anything that may be the number of a document, whether its digits are right or not, also with gaps between them."""


def masked_in(text: str) -> str:
    """`text` without the middle of the numbers of documents in it: words that leave the house may hold any."""
    return _IN_TEXT.sub(lambda found: _middle_hidden(found[0]), text)


def _middle_hidden(value: str) -> str:
    return value[:3] + "*" * (len(value) - 7) + value[-4:]


@dataclass(frozen=True, kw_only=True)
class IdNumber(Field):
    """The number of the document named by the answer `type_from` (else of `document`). Fills birthday and gender."""

    kind: ClassVar[str] = "id_number"
    digits: ClassVar[bool] = True
    aliases: ClassVar[tuple[str, ...]] = (
        "身份证号码",
        "身份证号",
        "身份证",
        "证件号码",
        "证件号",
        "id number",
        "id card",
        "id",
    )

    type_from: str | None = None
    document: str = "resident_id"
    birthday: str = "birthday"
    gender: str = "gender"

    @property
    def keypad(self) -> int | None:
        return 18

    @property
    def depends(self) -> tuple[str, ...]:
        return (self.type_from,) if self.type_from else ()

    def document_in(self, ctx: Context) -> str:
        chosen = ctx.answers.get(self.type_from) if self.type_from else None
        return str(chosen) if chosen in _WRONG else self.document

    def parse(self, said: Said, ctx: Context) -> str:
        document = self.document_in(ctx)
        if len(said.text) > 100:
            raise Misunderstood(_WRONG[document])
        text = half_width(said.text).upper()
        text = _GAPS.sub("", _LEADING_WORDS.sub("", text).strip(" 。.,，!！"))
        if document == "officer_id":
            if _SHAPES[document].fullmatch(text):
                return text
            raise Misunderstood(_WRONG[document])
        text = arabic(text)
        if text.endswith("*") and len(text) == 18:
            text = f"{text[:17]}X"
        text = text.replace("×", "X").replace("Х", "X")
        if text.endswith(("叉", "插", "艾克斯", "埃克斯")):
            text = f"{text[:17]}X"
        shape = _SHAPES.get(document)
        if shape and shape.fullmatch(text) and any(c.isdigit() for c in text):
            return text
        if document not in _EIGHTEEN:
            raise Misunderstood(_WRONG[document])
        return self._eighteen(text, document, ctx)

    def _eighteen(self, text: str, document: str, ctx: Context) -> str:
        if document == "resident_id" and len(text) == 15 and text.isascii() and text.isdigit():
            text = upgraded(text)
        if not re.fullmatch(r"\d{17}[\dX]", text, re.ASCII):
            count = len(text)
            if re.fullmatch(r"\d{10,25}X?", text, re.ASCII):
                raise Misunderstood(
                    _(
                        "An ID number has 18 digits, this one has {n}. Could you look at it once more?",
                        n=count,
                    )
                )
            raise Misunderstood(_WRONG[document])
        prefixes = _PREFIXES.get(document)
        if prefixes and not text.startswith(prefixes):
            raise Misunderstood(_WRONG[document])
        if document == "resident_id" and text.startswith(("81", "82", "83")) and _is_eighteen(text):
            raise Misunderstood(_("This looks like a residence permit of Hong Kong, Macau or Taiwan. Say “back” to choose "
                                  "that document."))  # fmt: skip
        born = birthday_of(text)
        if born is None or born.year < _OLDEST:
            raise Misunderstood(_("The digits 7 to 14 are the birthday, and we cannot read a date there. Could you look at "
                                  "them once more?"))  # fmt: skip
        if born > ctx.today:
            raise Misunderstood(_("By this number the birthday is {day}, still to come. Could you look at it once more?",
                                  day=day_text(born)))  # fmt: skip
        if text[17] != check_character(text[:17]):
            raise Misunderstood(
                _("One digit seems to be off. Could you compare it with the card, the last digits above all?")
            )
        return text

    def fills(self, value: str) -> dict[str, Any]:
        if not _is_eighteen(value):
            return {}
        return {self.birthday: birthday_of(value), self.gender: gender_of(value)}

    def region(self, value: str) -> Msg | None:
        """The province where the number was first issued, when it tells."""
        return region_of(value) if _is_eighteen(value) else None

    def echoed(self, value: str, locale: str) -> Text:
        born = birthday_of(value) if _is_eighteen(value) else None
        shown = self.masked(value, locale) if self.sensitive else self.show(value, locale)
        if born is None:
            return _("Got it: {value}.", value=shown)
        return _("Got it: {value}, born on {day}.", value=shown, day=day_text(born))

    def speak(self, value: str, locale: str) -> str:
        groups = (4, 2, 4, 4, 4) if len(value) == 18 else (3, 3, 3, 3)
        return spelled(value, locale, *groups)

    def masked(self, value: str, locale: str) -> str:
        if len(value) < 10:
            return value[:1] + "*" * (len(value) - 3) + value[-2:]
        return _middle_hidden(value)

    def search(self, value: str) -> str:
        return value

    def example(self, ctx: Context) -> Text | None:
        return _WRONG[self.document_in(ctx)]

    def html(self) -> dict[str, Any]:
        return super().html() | {"autocomplete": "off", "maxlength": 30}


def described(value: str, locale: str) -> str:
    """What an ID number tells, for staff: its province, or nothing."""
    region = region_of(value)
    return render(region, locale) if region else ""
