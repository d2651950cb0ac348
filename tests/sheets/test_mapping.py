"""Columns of a sheet are understood by their names in any language, by how they sound, and by what stands in them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from backend.fields import (
    GENDERS,
    Address,
    Choice,
    Context,
    Date,
    Email,
    Field,
    IdNumber,
    Integer,
    Phone,
    RealName,
    Text,
)
from backend.sheets import mapping

CTX = Context(datetime(2026, 11, 2, tzinfo=UTC), "zh_CN", ZoneInfo("Asia/Shanghai"))
FIELDS: dict[str, Field] = {
    f.name: f
    for f in (
        RealName("name", label={"zh_CN": "姓名", "en": "Name"}),
        IdNumber("id_number", label={"zh_CN": "证件号码", "en": "ID number"}),
        Choice("gender", label={"zh_CN": "性别", "en": "Gender"}, options=GENDERS),
        Date("birthday", label={"zh_CN": "出生日期", "en": "Birthday"}, birthday=True),
        Phone("phone", label={"zh_CN": "手机", "en": "Mobile"}),
        Email("email", label={"zh_CN": "邮箱", "en": "E-mail"}),
        Address("home", label={"zh_CN": "住址", "en": "Home"}),
        Integer("c7", label={"zh_CN": "家庭人口", "en": "Family size"}),
        Text("c8", label={"zh_CN": "备注", "en": "Remarks"}),
    )
}
ROW = ["王秀英", "110101194803050024", "女", "1948-03-05", 13800138000, "a@example.com", "3-2-501", 4, "独居"]


def guessed(headers: list[str], row: list[object] | None = None) -> list[str | None]:
    rows = [row] if row else []
    found = mapping.guess(dict(enumerate(headers)), rows, FIELDS, CTX)  # type: ignore[arg-type]
    return [found.get(i) for i in range(len(headers))]


def test_every_usual_name_of_a_column_is_understood() -> None:
    keys = list(FIELDS)
    assert (
        guessed(
            [
                "姓名*",
                "公民身份号码",
                "性 别",
                "出生年月日(YYYY-MM-DD)",
                "联系电话",
                "电子邮箱",
                "家庭住址",
                "家庭人口数",
                "备注：",
            ],
            ROW,
        )
        == keys
    )
    assert (
        guessed(
            [
                "Full name",
                "ID card",
                "Sex",
                "Date of birth",
                "Cellphone",
                "E-mail address",
                "Address",
                "Family size",
                "Remark",
            ],
            ROW,
        )
        == keys
    )
    assert (
        guessed(
            [
                "xingming",
                "zhengjianhaoma",
                "xingbie",
                "csrq",
                "shouji",
                "youxiang",
                "zhuzhi",
                "jiatingrenkou",
                "beizhu",
            ],
            ROW,
        )
        == keys
    )


def test_values_tell_what_a_nameless_column_is_and_contradict_a_wrong_name() -> None:
    assert guessed(["列1", "列2"], ["110101194803050024", "13800138000"]) == ["id_number", "phone"]
    assert guessed(["电话", "联系人"], ["王秀英", "13800138000"])[1] == "phone"
    assert guessed(["手机", "宠物"], [13800138000, "一只猫"]) == ["phone", None]


def test_each_column_is_meant_once_and_an_exports_own_columns_are_known() -> None:
    assert guessed(
        ["手机", "手机 (2)", "linli:id", "linli:version", "所属网格"],
        [13800138000, 13900139000, 7, 1, "一网格"],
    ) == ["phone", None, mapping.ID, mapping.VERSION, mapping.ORG]


def test_a_layout_is_known_again_whatever_decorates_its_headers() -> None:
    assert mapping.signature(["姓名*", "手机"], "resident") == mapping.signature(
        [" 姓名：", "手机（必填）"], "resident"
    )
    assert mapping.signature(["姓名", "手机"], "resident") != mapping.signature(["手机", "姓名"], "resident")
    assert mapping.signature(["姓名"], "resident") != mapping.signature(["姓名"], "t5")
