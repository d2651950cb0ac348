"""What a template may say and ask for: places, conditions, misspelt names, and everything that must not get through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.errors import Invalid
from backend.core.i18n import render
from backend.fields import placeholders
from backend.fields.placeholders import Drawing
from backend.printing import cleaning
from backend.printing.columns import Column, Columns
from backend.printing.page import PRESETS, Page

COLUMNS = Columns(
    [
        Column("name", {"zh_CN": "姓名", "en": "Name"}),
        Column("home", {"zh_CN": "住址", "en": "Home address"}, ("地址",)),
        Column("gender", {"zh_CN": "性别", "en": "Gender"}),
        Column("face", {"zh_CN": "相片", "en": "Picture"}, photo=True),
    ]
)
CHEN = {"name": "陈秀英", "home": "3号楼2单元501", "gender": "女", "face": "k1"}


def filled(body: str, row: dict[str, str] = CHEN) -> str:
    parts = placeholders.parts(cleaning.body(body))
    drawing = Drawing(lambda text: f"[QR {text}]", lambda key: f"[photo {key}]", COLUMNS.is_photo)
    return placeholders.fill(parts, lambda name: COLUMNS.value(row, name), drawing)


@pytest.mark.parametrize("name", ["姓名", "name", "Name", "ＮＡＭＥ", " 姓 名 ", "<b>姓</b>名"])
def test_a_value_is_called_by_its_key_or_its_label_in_any_language(name: str) -> None:
    assert "陈秀英" in filled(f"<p>{{{{{name}}}}}</p>")


def test_values_are_text_and_never_markup() -> None:
    mallory = {"name": '<img src=x onerror="alert(1)">\n{{住址}} & Co', "home": "3-2-501"}
    assert filled("<p>{{姓名}}</p>", mallory) == (
        "<p>&lt;img src=x onerror=&quot;alert(1)&quot;&gt;<br>{{住址}} &amp; Co</p>"
    )


@pytest.mark.parametrize(
    ("body", "with_home", "without"),
    [
        ("{{if 住址}}住{{住址}}{{else}}无{{end}}", "住3号楼2单元501", "无"),
        ("{{如果 住址}}住{{否则}}无{{结束}}", "住", "无"),
        ("{{if not 住址}}无{{end}}", "", "无"),
        ("{{如果没有 住址}}无{{结束}}", "", "无"),
        ("{{if 性别 = 女}}女士{{else}}先生{{end}}", "女士", "先生"),
        ("{{if 性别 ≠ 女}}先生{{else}}女士{{end}}", "女士", "先生"),
        ("<p>{{if 住址}}</p><p>住</p><p>{{end}}</p>", "<p>住</p>", ""),
        ("{{if 姓名}}{{if 住址}}两样{{else}}一样{{end}}{{end}}", "两样", "一样"),
    ],
)
def test_a_part_is_printed_only_where_it_has_something_to_say(
    body: str, with_home: str, without: str
) -> None:
    assert filled(body) == with_home
    assert filled(body, {"name": "周敏", "gender": "男"}) == without


@pytest.mark.parametrize(
    "body",
    ["{{if 住址}}无结尾", "{{end}}", "{{else}}", "{{if 住址}}a{{else}}b{{else}}c{{end}}",
     "<p>{{if 住址}}一</p><p>二{{end}}</p>", "{{if 姓名}}" * 30 + "{{end}}" * 30],
)  # fmt: skip
def test_a_condition_that_is_not_whole_is_refused(body: str) -> None:
    with pytest.raises(Invalid) as refused:
        filled(body)
    assert refused.value.field == "body" and "{{" not in refused.value.text.id  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("body", "drawn"),
    [
        ("{{qr:姓名}}", "[QR 陈秀英]"),
        ("{{二维码：姓名}}", "[QR 陈秀英]"),
        ('{{qr:"你好 {姓名}"}}', "[QR 你好 陈秀英]"),
        ("{{qr:https://example.org/?who={姓名}&x=1}}", "[QR https://example.org/?who=陈秀英&x=1]"),
        ("{{photo:相片}}", "[photo k1]"),
        # The key of somebody else's photo, typed into a text, shows nothing.
        ("{{photo:姓名}}", ""),
        ("{{qr:电话}}", ""),
    ],
)
def test_codes_and_photos_are_drawn(body: str, drawn: str) -> None:
    assert filled(body) == drawn


def test_misspelt_names_are_found_before_anything_is_printed() -> None:
    parts = placeholders.parts(
        cleaning.body(
            '{{姓明}} {{Adress}} {{今天}} {{社区}} {{if 住止}}{{天气预报}}{{end}} {{qr:"{姓名}{xq}"}}'
        )
    )
    found = [(u.name, u.meant) for u in COLUMNS.unknown(parts, "zh_CN")]
    assert found == [("姓明", "姓名"), ("Adress", "住址"), ("住止", "住址"), ("天气预报", ""), ("xq", "")]
    assert COLUMNS.unknown(placeholders.parts("{{Home adress}}"), "en")[0].meant == "Home address"


def test_empty_values_are_counted() -> None:
    parts = placeholders.parts("{{姓名}}{{住址}}{{性别}}{{今天}}")
    rows = [CHEN, {"name": "周敏"}, {"name": "李建国", "gender": "男"}]
    assert COLUMNS.empty(parts, rows) == {"home": 2, "gender": 1}


HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '<a href="javascript:alert(1)">x</a>',
    '<img src="file:///etc/passwd">', '<img src="http://10.0.0.1/x.png">', "<iframe src=//evil></iframe>",
    '<link rel=attachment href="file:///etc/passwd">', '<p style="background:url(http://evil)">x</p>',
    '<p style="width:expression(alert(1))">x</p>', "<svg onload=alert(1)><image href='file:///etc/passwd'/></svg>",
    '<meta http-equiv=refresh content="0;url=//evil">', "<style>@import 'http://evil';</style>", "<base href=//evil>",
    '<img src="/admin/print/pictures/../../etc/passwd">', '<img src="data:image/svg+xml,<svg/onload=alert(1)>">',
    "<object data=x></object><embed src=x><form action=//evil><input></form>", '<p title="{{姓名}}" class="{{qr:x}}">x</p>',
    '<math><mi xlink:href="javascript:alert(1)">x</mi></math>', "<noscript><p title='</noscript><script>alert(1)'>",
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE)
def test_nothing_that_runs_or_fetches_stays_in_a_template(body: str) -> None:
    clean = cleaning.body(body).lower()
    for word in ("<script", "onerror", "onload", "javascript:", "file:", "http:", "//evil", "url(", "expression", "data:", "passwd", "{{", "<style", "<form"):  # fmt: skip
        assert word not in clean, clean
    assert cleaning.body(clean) == clean


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["{{", "}}", "{", "if ", "姓名", "end", "else", "<p>", "</p>", "<b>", "</b>", "<", ">", '"', "qr:", "&", "x", "<img src=", "<!--", " "]), max_size=14).map("".join))  # fmt: skip
def test_whatever_is_written_becomes_a_template_or_is_refused(body: str) -> None:
    try:
        found = filled(body, {"name": "<script>"})
    except Invalid:
        return
    assert "<script" not in found


def test_too_much_is_refused() -> None:
    for body in ("x" * 300_000, "<p>" * 20_000):
        with pytest.raises(Invalid):
            cleaning.body(body)
    with pytest.raises(Invalid):
        cleaning.css("x" * 60_000)


def test_cards_lie_on_sheets_as_they_fit() -> None:
    badge = PRESETS["badge"].page
    assert badge.sheet == (210, 297) and badge.grid == (2, 5) and badge.per_sheet == 10
    assert Page(130, 60, (0, 0, 0, 0), "sheet").sheet == (297, 210)
    assert PRESETS["desk_card"].page.sheet == (210, 297)
    assert PRESETS["letter"].page.inner == (163, 250)


@pytest.mark.parametrize(
    ("page", "field"),
    [
        (Page(10, 100), "width"),
        (Page(100, 2000), "width"),
        (Page(100, 100, (60, 0, 60, 0)), "margins"),
        (Page(100, 100, (-1, 0, 0, 0)), "margins"),
        (Page(300, 250, (0, 0, 0, 0), "sheet"), "layout"),
        (Page(100, 500, (0, 0, 0, 0), "tent"), "layout"),
        (Page(100, 100, (5, 5, 5, 5), "spiral"), "layout"),
    ],
)
def test_what_no_printer_takes_is_refused(page: Page, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        page.checked()
    assert refused.value.field == field and render(refused.value.text, "zh_CN")


def test_every_preset_is_paper() -> None:
    for preset in PRESETS.values():
        assert preset.page.checked() is preset.page
