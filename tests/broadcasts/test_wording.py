"""What a notice says: filled for each person, told what is wrong at its field before anybody is told anything."""

from __future__ import annotations

import pytest

from backend.core.errors import Invalid
from backend.core.i18n import render
from backend.printing.columns import Column, Columns
from broadcasts.notices import wording
from broadcasts.notices.wording import Button, Variant, Wording

COLUMNS = Columns(
    [
        Column("name", {"zh_CN": "姓名", "en": "Name"}),
        Column("fee", {"zh_CN": "物业费", "en": "Fee"}),
        Column("face", {"zh_CN": "照片", "en": "Photo"}, photo=True),
    ]
)


def chinese(**parts: object) -> Wording:
    return Wording({"zh_CN": Variant(**({"text": "您好"} | parts))})  # type: ignore[arg-type]


def told(written: Wording) -> dict[str, str]:
    found = wording.problems(wording.trimmed(written), COLUMNS, "zh_CN")
    return {where: render(text, "en") for where, text in found.items()}


@pytest.mark.parametrize(
    ("written", "where", "words"),
    [
        (chinese(text="", short="停水"), "zh_CN.text", "is missing"),
        (chinese(short="{{姓明}}您好"), "zh_CN.short", "Did you mean “姓名”?"),
        (chinese(spoken="{{如果 姓名}}您好"), "zh_CN.spoken", "has no end"),
        (chinese(subject="水" * 151), "zh_CN.subject", "longer than 150"),
        (chinese(html="<p>{{qr:姓名}}</p>"), "zh_CN.html", "can be printed, not sent"),
        (chinese(html='<a href="{{姓名}}">x</a>'), "zh_CN.html", "inside of a link"),
        (chinese(buttons=(Button("报修", "repair"),)), "zh_CN.buttons", "leads nowhere"),
        (chinese(buttons=(Button("缴费", "url:https://"),)), "zh_CN.buttons", "leads nowhere"),
        (chinese(buttons=(Button("{{费}}", "!menu"),)), "zh_CN.buttons", "Nothing is called"),
        (Wording({}), "text", "What shall"),
    ],
)
def test_what_cannot_be_sent_is_told_at_its_field(written: Wording, where: str, words: str) -> None:
    found = told(written)
    assert list(found) == [where]
    assert words in found[where]
    with pytest.raises(Invalid) as refused:
        wording.checked(written, COLUMNS, "zh_CN")
    assert refused.value.field == where


def test_everything_that_is_wrong_is_told_at_once() -> None:
    english = Variant("Dear {{Nmae}}", html="{{end}}")
    both = Wording({"zh_CN": Variant("您好", short="{{姓明}}"), "en": english})
    assert list(told(both)) == ["zh_CN.short", "en.text", "en.html"]


def test_an_email_keeps_its_looks_and_loses_what_runs_or_fetches() -> None:
    written = chinese(
        html='<h2 style="color:#c00">停水</h2><script>x()</script><p onclick="y()">{{姓名}}</p>'
        '<a href="https://a.cn/b">看</a><a href="javascript:z()">坏</a><img src="https://spy.example/1.gif">'
    )
    kept = wording.checked(written, COLUMNS, "zh_CN").variants["zh_CN"].html
    assert kept == ('<h2 style="color:#c00">停水</h2><p>{{姓名}}</p><a href="https://a.cn/b">看</a><a>坏</a>')
    said = Wording({"zh_CN": Variant("您好", html=kept)}).script().said("zh_CN", lambda _name: "<b>陈</b>")
    assert "<p>&lt;b&gt;陈&lt;/b&gt;</p>" in said.html


def test_a_condition_says_something_only_to_those_whom_it_concerns() -> None:
    script = chinese(text="{{姓名}}您好。{{if 物业费}}请缴 {{物业费}} 元。{{end}}").script()
    values = {"姓名": "陈奶奶", "物业费": "120"}
    assert script.said("zh_CN", lambda name: values.get(name, "")).text == "陈奶奶您好。请缴 120 元。"
    assert script.said("zh_CN", lambda name: "陈奶奶" if name == "姓名" else "").text == "陈奶奶您好。"
    needed = wording.needs(script, "zh_CN", COLUMNS)
    assert wording.lacking(needed, {"name": "陈奶奶"}) == []
    assert wording.lacking(needed, {"fee": "120"}) == ["姓名"]


def test_a_wording_is_the_same_after_it_was_kept() -> None:
    full = chinese(
        short="短", spoken="说", subject="题", html="<p>信</p>", buttons=(Button("报修", "flow:repair"),)
    )
    assert Wording.from_json(full.to_json()) == full
