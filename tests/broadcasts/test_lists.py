"""Lists of people from files: what their columns are, whose their rows are, who is told, and when they are forgotten."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from backend.core import clock as clocks
from backend.core import retention
from backend.core.access import SYSTEM
from backend.core.audit import AuditEntry
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.i18n import render
from backend.messaging import people
from backend.messaging.models import Identity, Message
from backend.printing import rows as printing
from backend.records.models import Record
from backend.residents.file import id_index
from backend.residents.models import Resident
from backend.web.workbook import written
from broadcasts.audiences import finding
from broadcasts.lists import actions as lists
from broadcasts.lists import keeping as lists_keeping
from broadcasts.lists import results as lists_results
from broadcasts.lists import work as lists_work
from broadcasts.lists.columns import guessed, shown
from broadcasts.models import AudienceList, AudienceRow, Campaign
from broadcasts.notices.wording import Variant, Wording
from tests.broadcasts.test_campaigns import ALL, became, said, sent_off, worked
from tests.broadcasts.village import Village, build
from tests.sheets.books import table, xlsx
from tests.web.browser import Browser, employ

PARCELS = Wording({"zh_CN": Variant("{{姓名}}您好，您有{{包裹}}个包裹，{{日期}}前来取。")})


def brought(village: Village, rows: Sequence[Sequence[Any]], data: bytes | None = None) -> AudienceList:
    made = lists.begin(village.admin, village.happy.id, "", "取件.csv", data or table(rows))
    lists.settle(village.admin, made.id, lists.layout_of(made))
    lists_work.work(made.id)
    return lists.seen(village.admin, made.id)


def audience(of: AudienceList) -> dict[str, Any]:
    return {"kind": f"list:{of.id}", "how": "list"}


def test_what_a_column_is_shows_in_its_heading_and_in_what_stands_under_it() -> None:
    names = ["序号", "姓名", "联系方式", "身份证号", "邮箱", "金额", "备用电话"]
    row = [1, "王秀英", 13800138000, "110101194803050024", "wang@example.com", 88.5, "139 0013 9000"]
    assert guessed(names, [row, row]) == ("value", "value", "phone", "id_number", "email", "value", "value")
    assert guessed(["名称", "甲", "系统编号"], [["王", "13800138000", 7]]) == ("value", "phone", "number")
    assert guessed(["电话号码", "乙"], [["以后补", "好"]]) == ("value", "value")


def test_a_cell_is_said_as_people_write_it() -> None:
    assert shown(date(2026, 11, 25), "zh_CN") == "2026年11月25日"
    assert [shown(c, "en") for c in (3, 88.5, 0.1 + 0.2, True, " 甲", None)] == [
        "3",
        "88.5",
        "0.3",
        "Yes",
        " 甲",
        "",
    ]


def test_the_people_of_a_list_are_told_with_its_own_columns(village: Village) -> None:
    chen = village.person("陈秀英", 501, "telegram")
    Resident.update(id_index=id_index("resident_id", "110101194803050024")).where(
        Resident.id == chen
    ).execute()
    rows = [
        ["姓名", "手机", "身份证号", "包裹", "日期"],
        ["陈秀英", None, "110101194803050024", 2, date(2026, 11, 25)],
        ["外地的王先生", 13900139000, None, 1, date(2026, 11, 26)],
    ]
    one = brought(village, rows, xlsx(rows))
    assert (one.state, one.total, one.counts) == ("ready", 2, {"resident": 1, "address": 1})
    assert one.file_key is None
    assert render(finding.told(village.admin, audience(one)), "zh_CN") == "名单：取件"
    kind = f"list:{one.id}"
    campaign = worked(sent_off(village, kind=kind, audience=audience(one), wording=PARCELS))
    assert became(campaign) == {"pending": 2}
    assert [c.text for c in said(campaign)] == [
        "陈秀英您好，您有2个包裹，2026年11月25日前来取。",
        "外地的王先生您好，您有1个包裹，2026年11月26日前来取。",
    ]
    raw = Identity.get(Identity.address_index == people.address_index("+8613900139000"))
    assert raw.verified_at is None
    assert Message.get(Message.about == campaign.subject, Message.identity_id == raw.id).resident_id is None
    assert printing.titles(village.admin)[kind]


def test_a_number_of_a_resident_is_the_resident_whoever_wrote_it(village: Village) -> None:
    chen = village.person("陈秀英", 501, "sms")
    li = village.person("李明", 502, "telegram")
    Resident.update(mobile_index=people.address_index("+8613800000502")).where(Resident.id == li).execute()
    row = Record.get(Record.subject_id == li)
    one = brought(
        village,
        [
            ["手机", "系统编号", "事由"],
            ["138 0000 0501", None, "甲"],
            ["+86 13800000502", None, "乙"],
            [None, row.id, "丙"],
            ["138-0000-0501", None, "丁"],
        ],
    )
    assert (one.total, one.counts) == (2, {"resident": 2, "twice": 2})
    people_of = [f.resident_id for f in finding.portion(village.admin, audience(one), 0, 10)]
    assert people_of == [chen, li]
    assert [(w.number, w.earlier) for w in lists_results.wrong(one)] == [(4, 3), (5, 2)]
    minus = worked(sent_off(village, audience={**ALL, "minus": [audience(one)]}))
    assert became(minus) == {"left_out": 2, "left out: excluded": 2}


def test_rows_that_tell_nobody_are_shown_with_their_number_and_reason_and_can_be_corrected(
    village: Village,
) -> None:
    one = brought(
        village,
        [
            ["手机", "身份证号", "邮箱", "事由"],
            ["12345", None, None, "甲"],
            [None, "110101194803050024", None, "乙"],
            [None, None, None, "丙"],
            [None, None, "wang@", "丁"],
            ["13900139000", None, "wang@example.com", "戊"],
        ],
    )
    assert one.total == 1
    found = {w.number: w.reason for w in lists_results.wrong(one)}
    assert found == {2: "bad_phone", 3: "unknown", 4: "empty", 5: "bad_email"}
    book = load_workbook(io.BytesIO(written([lists_results.annotated(one, "zh_CN")])))
    lines = list(book.active.iter_rows(values_only=True))
    assert lines[0] == ("手机", "身份证号", "邮箱", "事由", "行", "问题")
    assert lines[1][:5] == ("12345", None, None, "甲", 2) and "电话" in lines[1][5]
    assert book.active["A2"].comment is not None


def test_who_opted_out_or_took_her_consent_back_is_not_told_by_a_list_either(village: Village) -> None:
    chen = village.person("陈秀英", 501, "sms")
    Identity.update(state="stopped").where(Identity.resident_id == chen).execute()
    li = village.person("李明", 502, status="pending")
    Resident.update(mobile_index=people.address_index("+8613800000502")).where(Resident.id == li).execute()
    Identity.create(
        channel="sms", address="+8613900139000", address_index=people.address_index("+8613900139000"), state="stopped",
        locale="zh_CN", created_at=clocks.now(),
    )  # fmt: skip
    one = brought(village, [["手机", "姓名"], *([n, "某"] for n in (13800000501, 13800000502, 13900139000))])
    said_so = Wording({"zh_CN": Variant("{{姓名}}您好")})
    campaign = worked(sent_off(village, kind=f"list:{one.id}", audience=audience(one), wording=said_so))
    assert became(campaign) == {
        "left_out": 3, "left out: no_address": 1, "left out: not_wanted": 1, "left out: opted_out": 1
    }  # fmt: skip


def test_offers_go_only_to_people_who_gave_their_address(village: Village) -> None:
    village.person("陈秀英", 501, "sms")
    one = brought(village, [["手机", "姓名"], [13800000501, "陈秀英"], [13900139000, "王"]])
    words = Wording({"zh_CN": Variant("{{姓名}}您好，今日特价。")})
    given = {"kind": f"list:{one.id}", "audience": audience(one), "wording": words, "topic": "offer"}
    assert became(worked(sent_off(village, **given))) == {
        "pending": 1,
        "left_out": 1,
        "left out: unproven": 1,
    }


def test_two_columns_cannot_both_be_the_telephone_and_one_must_tell_people(village: Village) -> None:
    made = lists.begin(
        village.admin, village.happy.id, "甲", "甲.csv", table([["姓名", "手机"], ["王", "13800138000"]])
    )
    layout = lists.layout_of(made)
    assert layout.roles == ("value", "phone")
    for roles in (("phone", "phone"), ("value", "value"), ("value", "nonsense")):
        with pytest.raises(Invalid):
            lists.settle(village.admin, made.id, lists.with_roles(layout, roles))
    with pytest.raises(Invalid):
        finding.told(village.admin, audience(made))
    with pytest.raises(NotFound):
        lists.seen(village.worker, made.id)
    with pytest.raises(Forbidden):
        lists.begin(village.worker, village.happy.id, "", "甲.csv", b"a,b\n1,2\n")


def test_what_was_broken_off_goes_on_where_it_was(village: Village) -> None:
    lines = [["手机", "名"], *([13900100000 + n, f"第{n}位"] for n in range(1_200))]
    made = lists.begin(village.admin, village.happy.id, "", "大.csv", table(lines))
    lists.settle(village.admin, made.id, lists.layout_of(made))
    assert lists_work.work(made.id, seconds=0) is False
    one = lists.seen(village.admin, made.id)
    assert (one.state, one.rows, one.counts) == ("matching", 1_200, {"address": 1_000})
    while not lists_work.work(made.id, seconds=0):
        pass
    assert lists.seen(village.admin, made.id).total == 1_200
    assert AudienceRow.select().where(AudienceRow.wrong.is_null()).count() == 1_200


def test_a_list_is_forgotten_with_a_person_and_when_it_is_old(village: Village, clock: clocks.Hands) -> None:
    chen = village.person("陈秀英", 501, "sms")
    one = brought(village, [["手机", "姓名"], [13800000501, "陈秀英"], [13900139000, "王"]])
    assert lists_keeping.export(chen)[0]["says"] == {"手机": "13800000501", "姓名": "陈秀英"}
    lists_keeping.forget(chen)
    assert lists_keeping.export(chen) == []
    assert lists.seen(village.admin, one.id).total == 1
    retention.decide(SYSTEM, "audience_lists", 3, True)
    clock.forward(days=80)
    assert retention.run(clocks.now().date()) == 0
    clock.forward(days=15)
    assert retention.run(clocks.now().date()) == 1
    assert AudienceRow.select().count() == 0
    with pytest.raises(Invalid):
        finding.count(village.admin, audience(one))


def test_a_list_that_a_campaign_to_come_needs_is_kept(village: Village, clock: clocks.Hands) -> None:
    village.person("陈秀英", 501, "sms")
    one = brought(village, [["手机", "姓名"], [13800000501, "陈秀英"]])
    later = clocks.now() + timedelta(days=200)
    sent_off(village, audience={**ALL, "minus": [audience(one)]}, send_at=later)
    retention.decide(SYSTEM, "audience_lists", 3, True)
    clock.forward(days=120)
    assert retention.run(clocks.now().date()) == 0
    assert lists.seen(village.admin, one.id).total == 1
    with pytest.raises(Conflict):
        lists_keeping.remove(village.admin, one.id)


def hidden(page: str, action: str) -> dict[str, str]:
    """What the button that posts there sends."""
    form = page.split(f'action="{action}"')[1].split("</form>")[0]
    return {
        n: html.unescape(v) for n, v in re.findall(r'name="(\w+)" value="([^"]*)"', form) if n != "csrf_token"
    }


def test_staff_bring_a_list_in_on_its_pages(app: Flask, clock: clocks.Hands) -> None:
    village = build()
    employ("zhou", "周主任", ("community_admin", village.happy))
    desk = Browser(app.test_client(), "10.5.7.1")
    desk.sign_in("zhou")
    refused = desk.post("/admin/lists", {"org": village.happy.id}, content_type="multipart/form-data")
    assert refused.status_code == 422 and "请选择一个文件" in refused.text
    lines = [["姓名", "电话", "包裹"], ["王", "13900139000", 2], ["李", "139", 1]]
    given = {"org": village.happy.id, "name": "", "file": (io.BytesIO(table(lines)), "取件名单.csv")}
    page = desk.post("/admin/lists", given, content_type="multipart/form-data")
    assert "取件名单" in page.text and "13900139000" in page.text
    number = AudienceList.get().id
    chosen = {"sheet": 0, "header": 1, "column0": "value", "column1": "value", "column2": "value"}
    refused = desk.post(f"/admin/lists/{number}/columns", chosen)
    assert refused.status_code == 422 and "哪一列" in refused.text
    page = desk.post(f"/admin/lists/{number}/columns", {**chosen, "column1": "phone"})
    assert "可以通知 1 人" in page.text and "{{包裹}}" in page.text and "这不像电话号码" in page.text
    begun = hidden(page.text, "/admin/campaigns/new")
    writing = desk.post("/admin/campaigns/new", begun)
    assert "/write/what" in writing.request.path and "包裹" in writing.text
    assert Campaign.get().audience["kind"] == f"list:{number}" and Campaign.get().org_id == village.happy.id
    Campaign.delete().execute()
    book = load_workbook(io.BytesIO(desk.get(f"/admin/lists/{number}/wrong.xlsx").data))
    assert AuditEntry.select().where(AuditEntry.action == "list.wrong_export").count() == 1
    assert [cell.value for cell in book.active[2]][:4] == ["李", "139", "1", 3]
    assert "取件名单" in desk.get("/admin/lists").text
    assert "名单已删除" in desk.post(f"/admin/lists/{number}/remove", {}).text
    assert AudienceRow.select().count() == 0
