"""Campaigns in the admin: put together step by step, looked over, approved, watched, read person by person."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from openpyxl import load_workbook

from backend.core import clock as clocks
from backend.core.access import SYSTEM
from backend.core.audit import AuditEntry
from backend.core.errors import Invalid
from backend.messaging import deliveries
from backend.messaging.models import Delivery, Message
from backend.records import defining, store, tables
from backend.records.models import Record
from backend.staff.models import Staff
from broadcasts.audiences import finding
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns import pump
from broadcasts.models import Campaign, Recipient
from broadcasts.notices import actions as notices
from tests.broadcasts.test_campaigns import WATER, became, said, sent_off, worked
from tests.broadcasts.village import Village, build
from tests.web.browser import PASSWORD, Browser, _hash, employ

ALL = '{"how":"all","kind":"table:resident"}'
TEXT = "{{姓名}}您好，明天停水。"
Sits = Callable[[str], Browser]


@pytest.fixture
def database(sqlite_database: object) -> object:
    """Pages are the same on either database; what they count is counted on both in `test_campaign_figures`."""
    return sqlite_database


@pytest.fixture
def village(database: object) -> Village:
    made = build()
    Staff.update(password_hash=_hash(), must_change_password=False, locale="zh_CN").execute()
    made.person("陈秀英", 501, "sms")
    return made


@pytest.fixture
def sits(app: Flask, village: Village, clock: clocks.Hands) -> Sits:
    def at(username: str) -> Browser:
        browser = Browser(app.test_client(), f"10.5.0.{len(username)}")
        browser.sign_in(username, PASSWORD)
        return browser

    return at


def written(browser: Browser, **when: str) -> str:
    """A campaign put together by its pages; the address of its looking-over."""
    browser.get("/admin/campaigns/new")
    what = browser.post("/admin/campaigns/new", {"who": ALL}).request.path
    how = browser.post(what, {"name": "停水通知", "zh_CN.text": TEXT}).request.path
    at = browser.post(how, {"topic": "service", "merge": "person", "channels": ["sms", ""]}).request.path
    return browser.post(at, {"begins": "now"} | when).request.path


def arrived(campaign: Campaign) -> Campaign:
    for due in deliveries.claim("bulk", "worker"):
        deliveries.sent([(due.id, f"SM{due.id}")], "delivered")
    return worked(campaign)


def test_a_campaign_is_put_together_sent_and_read_person_by_person(village: Village, sits: Sits) -> None:
    village.person("没有手机的赵奶奶", 502)
    village.person("=HYPERLINK(1)", 503, "sms")
    admin = sits("admin")
    look = written(admin)
    assert "陈秀英您好，明天停水。" in admin.get(look).text
    show = admin.post(look.replace("look", "submit")).request.path
    assert admin.get(look).request.path == show, "what was sent off is no draft any more"
    campaign = arrived(worked(Campaign.get()))
    assert campaign.state == "done"
    assert "已有结果：3 / 3" in admin.get(show).text
    people = admin.get(f"{show}/people").text
    assert all(name in people for name in ("陈秀英", "没有手机的赵奶奶"))
    assert "没有手机的赵奶奶" not in admin.get(f"{show}/people?state=delivered").text
    assert "联系不上" in admin.get(f"{show}/people?q=赵奶奶").text
    chen = Recipient.get(Recipient.state == "said")
    story = admin.get(f"{show}/people/{chen.id}").text
    assert "陈秀英您好，明天停水。" in story and "尝试 1 次" in story and "138" not in story
    sheet = load_workbook(io.BytesIO(admin.get(f"{show}/people.xlsx?state=delivered").data)).active
    assert [row[1].value for row in sheet.rows][1:] == ["陈秀英", "'=HYPERLINK(1)"]
    admin.get(f"{show}/people.xlsx?q=13800000501")
    noted = (
        AuditEntry.select().where(AuditEntry.action == "campaign.export").order_by(AuditEntry.id.desc()).get()
    )
    assert "text" in noted.payload and "138" not in noted.payload
    assert "2026-11" in admin.get("/admin/campaigns/statistics?topic=service&channel=sms").text
    assert "停水通知" in admin.get("/admin/campaigns?q=停水&state=over&from=2026-11-01").text
    assert "停水通知" not in admin.get("/admin/campaigns?state=writing").text


def test_each_step_is_kept_and_what_is_wrong_is_told_with_nothing_lost(village: Village, sits: Sits) -> None:
    admin = sits("admin")
    look = written(admin, begins="then", send_at="2026-11-02T23:30")
    assert "免打扰" in admin.get(look).text, "it would begin at half past eleven at night"
    for step, given, told in (
        ("what", {"name": "停水", "zh_CN.text": "{{姓明}}您好"}, "您是指“姓名”吗"),
        ("when", {"begins": "then", "send_at": "2026-11-01T10:00"}, "已经过去"),
        ("when", {"begins": "now", "expires_at": "昨天"}, "请选择日期和时间"),
        ("how", {"topic": "gossip", "merge": "person"}, "请选择"),
        ("who", {"who": "nobody"}, "请选择"),
    ):
        page = admin.post(look.replace("look", f"write/{step}"), given)
        assert page.status_code == 422 and told in page.text, step
    assert (
        "{{姓明}}您好"
        in admin.post(look.replace("look", "write/what"), {"name": "", "zh_CN.text": "{{姓明}}您好"}).text
    )
    kept = Campaign.get()
    assert (kept.name, kept.channels, kept.wording["zh_CN"]["text"]) == ("停水通知", ["sms"], TEXT)
    admin.post(look.replace("look", "discard"))
    assert Campaign.select().count() == 0


def test_a_notice_is_sent_from_its_page_with_its_words_and_topic(village: Village, sits: Sits) -> None:
    notice = notices.create(
        village.admin, village.happy.id, "停水", "reminder", "table:resident", WATER, "zh_CN"
    )
    admin = sits("admin")
    assert "内容：停水" in admin.get(f"/admin/campaigns/new?notice={notice.id}").text
    how = admin.post("/admin/campaigns/new", {"who": ALL, "notice": str(notice.id)}).request.path
    assert how.endswith("/write/how")
    made = Campaign.get()
    assert (made.name, made.topic, made.notice_version) == ("停水", "reminder", 1)
    what = how.replace("how", "what")
    admin.post(what, {"name": "停水", "zh_CN.text": "这次不一样。"})
    assert Campaign.get().notice_id is None, "words of its own are no notice's"
    admin.post(what, {"take": str(notice.id)})
    assert Campaign.get().wording == WATER.to_json()


def test_the_writer_tries_it_on_herself(village: Village, sits: Sits) -> None:
    admin = sits("admin")
    look = written(admin)
    assert "还没有地址" in admin.post(look.replace("look", "trial")).text, "her only address is on Telegram"
    admin.post(look.replace("look", "write/how"), {"topic": "service", "merge": "person"})
    assert "正在发给您" in admin.post(look.replace("look", "trial")).text
    assert [m.purpose for m in Message.select().where(Message.staff_id.is_null())] == ["notice"]
    assert became(Campaign.get()) == {}


def test_a_second_person_reads_the_same_page_and_sends_it_back_or_on(
    village: Village, sits: Sits, configure: Callable[..., None]
) -> None:
    configure(BROADCAST_APPROVAL_ABOVE="1")
    village.person("王建国", 502, "sms")
    admin = sits("admin")
    look = written(admin)
    assert "另一位同事审核" in admin.get(look).text
    show = admin.post(look.replace("look", "submit")).request.path
    assert "通过</button>" not in admin.get(show).text, "nobody approves her own"
    wu = sits("wu")
    assert 'id="menu-campaigns-index" data-along> <span class="badge' in wu.get("/admin").text
    assert "陈秀英您好，明天停水。" in wu.get(show).text
    assert wu.post(f"{show}/refuse", {"why": " "}).status_code == 422
    wu.post(f"{show}/refuse", {"why": "哪一天停水？"})
    assert "哪一天停水？" in admin.get(look).text
    admin.post(look.replace("look", "submit"))
    wu.post(f"{show}/approve")
    assert Campaign.get().state == "scheduled"


def test_on_its_way_it_is_paused_let_go_on_cancelled_and_sent_again(village: Village, sits: Sits) -> None:
    admin, campaign = sits("admin"), sent_off(village)
    worked(campaign)
    show = f"/admin/campaigns/{campaign.id}"
    assert "暂停" in admin.get(show).text
    for act, state in (("pause", "paused"), ("resume", "freezing"), ("cancel", "cancelled")):
        admin.post(f"{show}/{act}")
        assert Campaign.get_by_id(campaign.id).state == state
    admin.post(f"{show}/resume")
    assert Campaign.get_by_id(campaign.id).state == "cancelled", "what is over stays so"
    copy = admin.post(f"{show}/copy").request.path
    assert copy.endswith("/look") and Campaign.select().count() == 2


def test_those_it_could_not_reach_are_tried_again_from_the_page(village: Village, sits: Sits) -> None:
    admin, campaign = sits("admin"), worked(sent_off(village))
    [due] = deliveries.claim("bulk", "worker")
    deliveries.fail(due.id, "Twilio 30003: unreachable")
    worked(campaign)
    show = f"/admin/campaigns/{campaign.id}"
    assert "Twilio 30003: unreachable" in admin.get(f"{show}/people?error=Twilio 30003: unreachable").text
    admin.post(f"{show}/retry")
    assert became(worked(campaign)) == {"pending": 1} and Delivery.select().count() == 2


def test_ticked_rows_of_any_list_become_a_campaign_whose_words_come_next(
    village: Village, sits: Sits
) -> None:
    wang = village.person("王建国", 502, "sms")
    admin = sits("admin")
    ids = [r.id for r in Record.select().order_by(Record.id)]
    assert "发消息" in admin.get("/admin/data/resident").text
    step = admin.post("/admin/data/resident/bulk", {"act": "notify", "row": str(ids[1])}).request.path
    assert step.endswith("/what")
    admin.post(step, {"name": "请领车牌", "zh_CN.text": "{{姓名}}，请来领车牌。"})
    admin.get(step.replace("what", "who"))
    admin.post(step.replace("what", "who"), {"who": "kept", "org": str(village.happy.id)})
    admin.post(step.replace("write/what", "submit"))
    campaign = worked(Campaign.get())
    assert [c.text for c in said(campaign)] == ["王建国，请来领车牌。"]
    assert Recipient.get().resident_id == wang
    # The whole result of a question is asked for once more when it begins.
    question = {"col": "name", "op": "eq", "val": "陈秀英"}
    asks = admin.post("/admin/data/resident/bulk", {"act": "notify", **question}).text
    assert 'name="every" value="1"' in asks, "nothing was ticked: the page asks before it means all"
    admin.post("/admin/data/resident/bulk", {"act": "notify", "every": "1", **question})
    made = Campaign.select().order_by(Campaign.id.desc()).get()
    assert finding.count(village.admin, made.audience) == 1


def test_a_question_about_a_column_that_is_gone_tells_nobody_instead_of_everybody(
    village: Village, sits: Sits
) -> None:
    plate = defining.add_column(
        SYSTEM, "resident", {"kind": "text", "label": {"zh_CN": "车牌"}, "optional": True}, village.happy.id
    )
    question = {"col": plate.key, "op": "eq", "val": "京A12345"}
    row = Record.get()
    store.change(village.admin, tables.of("resident"), {row.id: {plate.key: "京A12345"}})
    sits("admin").post("/admin/data/resident/bulk", {"act": "notify", "every": "1", **question})
    made = Campaign.get()
    assert finding.count(village.admin, made.audience) == 1
    defining.retire_column(SYSTEM, "resident", plate.key)
    with pytest.raises(Invalid):
        finding.count(village.admin, made.audience)


def test_an_auditor_reads_what_is_being_written_and_changes_nothing(village: Village, sits: Sits) -> None:
    employ("qian", "钱审计", ("auditor", village.happy))
    admin, qian = sits("admin"), sits("qian")
    admin.get("/admin/campaigns/new")
    admin.post("/admin/campaigns/new", {"who": ALL})
    page = qian.get(f"/admin/campaigns/{Campaign.get().id}")
    assert page.status_code == 200 and "还没有名称" not in page.text
    assert qian.get(f"/admin/campaigns/{Campaign.get().id}/write/what").status_code == 403
    assert qian.post(f"/admin/campaigns/{Campaign.get().id}/submit").status_code == 403
    assert "还没有名称" in qian.get("/admin/campaigns").text


def test_who_may_not_send_neither_sees_the_pages_nor_the_button(village: Village, sits: Sits) -> None:
    sun = sits("sun")
    assert sun.get("/admin/campaigns").status_code == 403
    assert sun.get("/admin/campaigns/new").status_code == 403
    assert "发消息" not in sun.get("/admin/data/resident").text
    sun.post("/admin/data/resident/bulk", {"act": "notify", "every": "1"})
    assert not Campaign.select().count() and pump.go_on() == 0 and campaigns.due(clocks.now()) == []
