"""What every kind of Field promises: shown is understood again, kept is the same, and nothing that is said breaks it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.i18n import LOCALES, render
from backend.fields import (
    Address,
    Choice,
    Choices,
    Date,
    Decimal,
    Email,
    Field,
    Home,
    IdNumber,
    Integer,
    Location,
    LongText,
    Media,
    Misunderstood,
    Money,
    MultiChoice,
    Phone,
    Photo,
    Picked,
    Place,
    Rating,
    RealName,
    Said,
    Text,
    TimeSlot,
    TreeChoice,
    YesNo,
)
from backend.fields.base import KINDS
from backend.fields.id_number import check_character
from backend.fields.plain import clean, clean_lines
from backend.fields.tree import read_lines
from tests.fields.community import NOW, SLOTS, TROUBLES, context

FEW = settings(max_examples=60, deadline=None)
TODAY = NOW.date()


def _with_check(parts: tuple[str, date, str]) -> str:
    first = f"{parts[0]}{parts[1]:%Y%m%d}{parts[2]}"
    return first + check_character(first)


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


PEOPLES_LETTERS = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF) | st.characters(
    min_codepoint=0x20000, max_codepoint=0x2A6DF
)
HAN = st.text(PEOPLES_LETTERS, min_size=1, max_size=6).filter(
    lambda t: (
        "什么" not in t
        and "怎么" not in t
        and "凭什么" not in t
        and not t.startswith(("我叫", "我是", "姓名", "名字", "本人", "叫做"))
    )
)
CHINESE_NAMES = st.lists(HAN, min_size=1, max_size=3).map("·".join).filter(lambda n: 2 <= len(n) <= 20)
LATIN_NAMES = (
    st.lists(
        st.text("abcdefghijklmnopqrstuvwxyzéñö", min_size=2, max_size=8).map(str.title),
        min_size=1,
        max_size=3,
    )
    .map(" ".join)
    .filter(
        lambda n: (
            n.lower() not in ("why", "what")
            and not n.lower().startswith(("i am ", "this is ", "it is ", "why ", "what "))
        )
    )
)
RESIDENT_IDS = st.tuples(
    st.sampled_from(["110101", "440524", "340524", "999999", "310230"]), st.dates(date(1850, 1, 1), TODAY), digits(3)
).map(_with_check)  # fmt: skip
MOBILES = st.tuples(st.sampled_from("3456789"), digits(9)).map(lambda p: f"+861{p[0]}{p[1]}")
NUMBERS = st.integers(1, 40).map(str)
ROOMS = st.one_of(
    st.integers(1, 33).flatmap(lambda floor: st.integers(1, 12).map(lambda flat: f"{floor}{flat:02}")),
    st.sampled_from(["501-A", "B1-12", "1203", "12A05", "0501"]),
)
HOMES = st.builds(
    Home, building=NUMBERS | st.sampled_from("ABCD"), unit=st.just("") | NUMBERS, room=ROOMS,
    phase=st.just("") | st.integers(1, 9).map(str), area=st.just("") | st.sampled_from("ABCDEF"),
)  # fmt: skip
PROSE = st.text(min_size=1, max_size=60)

CLASSES = [Choices.from_json(c) for c in read_lines("企业\n- 工业\n-- 纺织\n- 其他\n商户\n- 其他")]
SAMPLES: list[tuple[Field, st.SearchStrategy[Any], dict[str, Any]]] = [
    (Text("t"), PROSE.map(clean).filter(lambda t: any(map(str.isalnum, t))), {}),
    (LongText("t"), PROSE.map(clean_lines).filter(lambda t: any(map(str.isalnum, t))), {}),
    (RealName("n"), CHINESE_NAMES | LATIN_NAMES, {}),
    (Email("e"), st.tuples(st.from_regex(r"[a-z][a-z0-9_+-]{0,15}", fullmatch=True), st.sampled_from(["qq.com", "example.org"])).map("@".join), {}),
    (Integer("i"), st.integers(-(10**14), 10**14), {}),
    (Decimal("d"), st.decimals(-(10**9), 10**9, places=2), {}),
    (Money("m"), st.decimals(-(10**9), 10**9, places=2), {}),
    (Rating("r"), st.integers(1, 5), {}),
    (Rating("r", top=10), st.integers(1, 10), {}),
    (Date("d"), st.dates(date(1, 1, 1), date(9999, 12, 31)).filter(lambda d: d.year >= 1000), {}),
    (Date("b", birthday=True), st.dates(date(1880, 1, 1), TODAY), {}),
    (Choice("c", options=TROUBLES), st.sampled_from([c.value for c in TROUBLES]), {}),
    (TreeChoice("c", options=CLASSES), st.sampled_from([c.value for c in CLASSES]), {}),
    (MultiChoice("c", options=TROUBLES, least=0), st.sets(st.sampled_from([0, 1, 2])).map(lambda s: tuple(TROUBLES[i].value for i in sorted(s))), {}),
    (YesNo("y"), st.booleans(), {}),
    (YesNo("y", yes={"zh_CN": "在流", "en": "Running"}, no={"zh_CN": "滴水", "en": "Dripping"}), st.booleans(), {}),
    (TimeSlot("s"), st.sampled_from(SLOTS).map(lambda s: Picked(s["value"], s["label"])), {"slots": SLOTS}),
    (Phone("p"), MOBILES | st.sampled_from(["+12025550143", "+861065529988", "+85251234567", "+442079460958"]), {}),
    (IdNumber("i"), RESIDENT_IDS, {}),
    (IdNumber("i", document="passport"), st.from_regex(r"[A-Z]{1,2}[0-9]{7}", fullmatch=True), {}),
    (IdNumber("i", document="hk_macau_permit"), st.from_regex(r"[HM][0-9]{8}", fullmatch=True), {}),
    (IdNumber("i", document="taiwan_permit"), digits(8), {}),
    (IdNumber("i", document="officer_id"), digits(7).map(lambda d: f"军字第{d}号"), {}),
    (IdNumber("i", document="foreigner_permit"), digits(12).map(lambda d: f"USA{d}"), {}),
    (Address("a"), HOMES, {}),
    (Address("a"), HOMES, {"home": {"building": "77", "unit": "9", "room": "9901"}}),
    (Location("l"), st.builds(Place, st.floats(-90, 90).map(lambda x: round(x, 6) + 0.0), st.floats(-180, 180).map(lambda x: round(x, 6) + 0.0)), {}),
]  # fmt: skip
IDS = [f"{field.kind}-{n}" for n, (field, _v, _f) in enumerate(SAMPLES)]
PHOTO = Photo("p")
FIELDS = [field for field, _v, _f in SAMPLES] + [PHOTO]
ANYTHING = st.one_of(
    st.text(max_size=120),
    st.text(st.sampled_from("0123456789一二三十百点号楼单元期区-#年月日周上下午两块元 .:/@*xX"), max_size=40),
    st.sampled_from(["", "*", "0", "9" * 10_000, "漏" * 10_000, "\u202e\u200b", "\x00\x01\ud800", "😀" * 50, "مرحبا", "é" * 3000,
                     "1-" * 5000, "a@" * 5000, "零" * 5000, "²", "٣", "９" * 50, "十" * 60, "{name}", "%s", "1e999", "99999999"]),
)  # fmt: skip


@pytest.mark.parametrize(("field", "values", "facts"), SAMPLES, ids=IDS)
@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_shown_is_understood_again(
    field: Field, values: st.SearchStrategy[Any], facts: dict[str, Any], locale: str
) -> None:
    @FEW
    @given(values)
    def again(value: Any) -> None:
        shown = field.show(value, locale)
        assert field.parse(Said(text=shown), context(locale, **facts)) == value

    again()


@pytest.mark.parametrize(("field", "values", "facts"), SAMPLES, ids=IDS)
def test_what_is_kept_is_the_same_again_and_can_be_told_everywhere(
    field: Field, values: st.SearchStrategy[Any], facts: dict[str, Any]
) -> None:
    @FEW
    @given(values)
    def again(value: Any) -> None:
        assert field.load(json.loads(json.dumps(field.dump(value)))) == value
        for locale in LOCALES:
            for told in (field.short, field.speak, field.masked):
                assert isinstance(told(value, locale), str)
        assert isinstance(field.search(value), str)
        assert field.from_cell(field.cell(value, "zh_CN"), context(**facts)) == value

    again()


@pytest.mark.parametrize("field", FIELDS, ids=[*IDS, "photo"])
def test_anything_that_is_said_is_understood_or_answered(field: Field) -> None:
    @settings(max_examples=80, deadline=None)
    @given(ANYTHING, st.booleans(), st.sampled_from([None, "", "x", "1,2"]))
    def said(text: str, keyed: bool, choice: str | None) -> None:
        try:
            value = field.parse(Said(text=text, keyed=keyed, choice=choice), context(slots=SLOTS))
        except Misunderstood as why:
            for locale in LOCALES:
                assert render(why.text, locale)
        else:
            field.load(json.loads(json.dumps(field.dump(value))))
            field.show(value, "zh_CN").encode()

    said()


@pytest.mark.parametrize("field", FIELDS, ids=[*IDS, "photo"])
def test_every_field_says_what_it_is_typed_into_and_how_it_is_keyed(field: Field) -> None:
    html = field.html()
    assert html["tag"] in ("input", "select", "textarea")
    assert html["required"] is True
    assert field.keypad is None or 0 <= field.keypad <= 18
    assert all(option.value for option in field.options(context(slots=SLOTS)))
    for locale in LOCALES:
        assert render(field.question, locale)


def test_every_kind_is_among_these_samples() -> None:
    assert {type(f).kind for f in FIELDS} == set(KINDS)


def test_a_photo_is_kept() -> None:
    media = Media("a/b.jpg", "image/jpeg")
    assert PHOTO.load(json.loads(json.dumps(PHOTO.dump(media)))) == media


@pytest.mark.timeout(20)
def test_long_input_is_read_in_no_time() -> None:
    nasty = [
        "9" * 10_000,
        "1-" * 5000,
        "a@" * 5000,
        "3号楼" * 3000,
        "一" * 10_000,
        " " * 10_000,
        "3 " * 5000,
        "-" * 10_000,
    ]
    for field in FIELDS:
        for text in nasty:
            try:
                field.parse(Said(text=text), context(slots=SLOTS))
            except Misunderstood as why:
                assert render(why.text, "en")


def test_a_definition_with_an_unknown_kind_or_setting_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="hologram"):
        Field.from_json({"kind": "hologram", "name": "x"})
    with pytest.raises(ValueError, match="colour"):
        Field.from_json({"kind": "text", "name": "x", "colour": "red"})
