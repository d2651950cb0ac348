from __future__ import annotations

from datetime import date

import pytest

from backend.core.i18n import render
from backend.fields import IdNumber, Phone, Said
from backend.fields.id_number import check_character, upgraded
from tests.fields.community import context, hint, understood

ID = IdNumber("id_number")
MOBILE = Phone("mobile", verify="code")


def document(kind: str) -> IdNumber:
    return IdNumber("id_number", document=kind)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("440524188001010014", "440524188001010014"),
        ("34052419800101001X", "34052419800101001X"),
        ("34052419800101001x", "34052419800101001X"),
        ("３４０５２４１９８００１０１００１ｘ", "34052419800101001X"),
        ("340524 1980 0101 001X", "34052419800101001X"),
        ("我的身份证号是34052419800101001X", "34052419800101001X"),
        ("34052419800101001*", "34052419800101001X"),
        ("110101480305002", upgraded("110101480305002")),
    ],
)
def test_a_resident_id_is_read_however_it_is_typed(typed: str, number: str) -> None:
    assert understood(ID, typed) == number


def test_an_abolished_county_is_never_a_reason_to_refuse() -> None:
    assert understood(ID, "440524188001010014") == "440524188001010014"
    unknown = "99999919480305002"
    assert understood(ID, unknown + check_character(unknown)).startswith("999999")


def test_the_resident_id_gives_birthday_gender_and_region() -> None:
    assert ID.fills("440524188001010014") == {"birthday": date(1880, 1, 1), "gender": "male"}
    assert ID.fills("110101194803050024")["gender"] == "female"
    assert render(ID.region("440524188001010014"), "zh_CN") == "广东"


def test_an_old_number_gains_its_century_and_check_character() -> None:
    new = understood(ID, "110101480305002")
    assert len(new) == 18
    assert new[6:14] == "19480305"
    assert new[17] == check_character(new[:17])


def test_what_is_wrong_with_an_id_is_said_kindly() -> None:
    assert "One digit seems to be off" in hint(ID, "440524188001010015")
    assert "this one has 17" in hint(ID, "44052418800101001")
    assert "birthday" in hint(ID, "440524188013010014")
    assert "still to come" in hint(ID, "110101209001010014")
    assert "18 digits" in hint(ID, "不知道")
    assert "18 digits" in hint(ID, "1" * 500)
    for text in ("440524188001010015", "12"):
        assert "错误" not in hint(ID, text, "zh_CN")


@pytest.mark.parametrize(
    ("kind", "typed", "number"),
    [
        ("passport", "e12345678", "E12345678"), ("passport", "EA 1234567", "EA1234567"), ("passport", "L01X00T47", "L01X00T47"),
        ("hk_macau_permit", "h12345678", "H12345678"), ("hk_macau_permit", "M1234567801", "M1234567801"),
        ("taiwan_permit", "12345678", "12345678"), ("officer_id", "军字第1234567号", "军字第1234567号"),
        ("officer_id", "南字第 12345678 号", "南字第12345678号"), ("foreigner_permit", "usa123456789012", "USA123456789012"),
    ],
)  # fmt: skip
def test_every_document_has_its_own_shape(kind: str, typed: str, number: str) -> None:
    assert understood(document(kind), typed) == number


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000"])
def test_a_residence_permit_is_an_eighteen_digit_number_of_its_region(prefix: str) -> None:
    number = f"{prefix}19900101001"
    number += check_character(number)
    permit = document("hmt_residence_permit")
    assert understood(permit, number) == number
    assert permit.fills(number)["birthday"] == date(1990, 1, 1)
    assert "residence permit" in hint(ID, number)


def test_the_document_chosen_before_decides_what_is_read() -> None:
    by_type = IdNumber("id_number", type_from="id_type")
    assert by_type.parse(Said(text="E12345678"), context(answers={"id_type": "passport"})) == "E12345678"
    for kind in (
        "passport",
        "hk_macau_permit",
        "taiwan_permit",
        "officer_id",
        "foreigner_permit",
        "hmt_residence_permit",
    ):
        assert hint(document(kind), "??")


def test_an_id_is_masked_and_spoken_in_groups() -> None:
    assert ID.masked("440524188001010014", "zh_CN") == "440***********0014"
    assert ID.speak("34052419800101001X", "zh_CN").endswith("零零一X")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13800138000", "+8613800138000"), ("138 0013 8000", "+8613800138000"), ("+86 138-0013-8000", "+8613800138000"),
        ("008613800138000", "+8613800138000"), ("8613800138000", "+8613800138000"), ("１３８００１３８０００", "+8613800138000"),
        ("一三八零零一三八零零零", "+8613800138000"), ("幺三八零零幺三八零零零", "+8613800138000"), ("我的手机是13800138000。", "+8613800138000"),
        ("+1 202 555 0143", "+12025550143"), ("+852 5123 4567", "+85251234567"),
    ],
)  # fmt: skip
def test_a_mobile_number_is_read_however_it_is_typed(typed: str, number: str) -> None:
    assert understood(MOBILE, typed) == number


def test_a_landline_is_a_phone_but_cannot_get_a_code() -> None:
    assert understood(Phone("phone"), "010-12345678") == "+861012345678"
    assert "mobile" in hint(MOBILE, "010-65529988")


def test_a_miscounted_number_is_told_its_length() -> None:
    assert "this one has 10" in hint(MOBILE, "1380013800")
    assert "this one has 12" in hint(MOBILE, "138001380000")
    assert "starts with 13 to 19" in hint(MOBILE, "12800138000")
    for typed in ("", "没有手机", "+", "1" * 5000, "+999999999999999"):
        assert hint(MOBILE, typed)


def test_a_shared_contact_is_the_number() -> None:
    assert MOBILE.parse(Said(contact="+8613800138000"), context()) == "+8613800138000"


def test_a_number_is_shown_grouped_masked_and_spoken() -> None:
    assert MOBILE.show("+8613800138000", "zh_CN") == "138 0013 8000"
    assert MOBILE.masked("+8613800138000", "zh_CN") == "138****8000"
    assert MOBILE.speak("+8613800138000", "zh_CN") == "一三八 零零一三 八零零零"
    assert MOBILE.from_cell(13800138000.0, context()) == "+8613800138000"
