"""Notices in the admin: written in every language, looked at as anybody gets them, changed, brought back."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask

from backend.core import clock as clocks
from backend.staff.models import Staff
from broadcasts.models import Notice, NoticeVersion
from broadcasts.notices import actions as notices
from broadcasts.notices import preview
from broadcasts.notices.wording import Variant, Wording
from tests.bots.chatting import photo
from tests.broadcasts.village import Village, build
from tests.web.browser import PASSWORD, Browser, _hash

FORM = {
    "name": "停水通知",
    "topic": "service",
    "kind": "table:resident",
    "zh_CN.text": "{{姓名}}您好，明天**停水**。",
    "zh_CN.short": "明天停水。",
    "zh_CN.html": "<h2>停水</h2><script>x()</script>",
    "zh_CN.label.0": "看公告",
    "zh_CN.to.0": "url:",
    "zh_CN.url.0": "a.example/1",
    "en.text": "Dear {{Name}}, no water tomorrow.",
}


@pytest.fixture
def database(sqlite_database: object) -> object:
    """Pages are the same on either database."""
    return sqlite_database


@pytest.fixture
def village(app: Flask, clock: clocks.Hands) -> Village:
    made = build()
    Staff.update(password_hash=_hash(), must_change_password=False, locale="en").execute()
    return made


@pytest.fixture
def desk(app: Flask, village: Village) -> Browser:
    browser = Browser(app.test_client(), "10.5.6.1")
    browser.sign_in("admin", PASSWORD)
    return browser


def saved(desk: Browser, **changes: str) -> Notice:
    desk.get("/admin/notices/new")
    assert desk.post("/admin/notices/new", FORM | changes).status_code == 200
    return Notice.get()  # type: ignore[no-any-return]


def test_the_first_one_begins_with_a_ready_made_one(desk: Browser) -> None:
    empty = desk.get("/admin/notices").text
    assert "No notices yet" in empty and "/admin/notices/new?starter=water" in empty
    for key in ("water", "event", "birthday", "fee"):
        page = desk.get(f"/admin/notices/new?starter={key}").text
        fields = dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', page))
        wanted = {**fields, "name": key, "topic": "greeting", "kind": "table:resident"}
        assert desk.post("/admin/notices/new", wanted).status_code == 200
    assert Notice.select().count() == 4


def test_a_notice_is_written_looked_at_changed_and_brought_back(desk: Browser, village: Village) -> None:
    chen = village.person("陈秀英", 501, "sms")
    notice = saved(desk)
    page = desk.get(f"/admin/notices/{notice.id}?who=陈秀英").text
    row = re.search(r"row=(\d+)", page)
    assert row is not None and chen
    hers = desk.get(f"/admin/notices/{notice.id}?row={row[1]}").text
    assert "陈秀英您好，明天<strong>停水</strong>。" in hers
    assert "is told here" in hers
    assert "x()" not in hers and "https://a.example/1" in hers

    desk.get(f"/admin/notices/{notice.id}/edit")
    later = FORM | {"seen": "1", "zh_CN.short": "后天停水。"}
    changed = desk.post(f"/admin/notices/{notice.id}/edit", later).text
    assert "<del>明</del><ins>后</ins>天停水。" in changed
    desk.post(f"/admin/notices/{notice.id}/versions/1", {"seen": "2"})
    now = Notice.get_by_id(notice.id)
    assert notices.wording_of(now).variants["zh_CN"].short == "明天停水。"
    assert NoticeVersion.select().count() == now.version == 3


def test_all_mistakes_are_told_at_their_fields_and_nothing_typed_is_lost(desk: Browser) -> None:
    desk.get("/admin/notices/new")
    answer = desk.post(
        "/admin/notices/new", FORM | {"name": "", "zh_CN.short": "{{姓明}}", "en.text": "{{if Name}}"}
    )
    assert answer.status_code == 422
    for field in ("name", "zh_CN.short", "en.text"):
        assert f'id="{field}-error"' in answer.text
    assert "Did you mean “Name”?" in answer.text
    assert ">{{姓明}}</textarea>" in answer.text
    assert Notice.select().count() == 0


def test_a_colleague_who_was_quicker_is_not_overwritten_unseen(desk: Browser) -> None:
    notice = saved(desk)
    desk.post(f"/admin/notices/{notice.id}/edit", FORM | {"seen": "1", "zh_CN.short": "后天停水。"})
    mine = FORM | {"seen": "1", "zh_CN.short": "大后天停水。"}
    refused = desk.post(f"/admin/notices/{notice.id}/edit", mine)
    assert refused.status_code == 409
    assert "saved version 2 meanwhile" in refused.text and ">大后天停水。</textarea>" in refused.text
    assert 'name="seen" value="2"' in refused.text


def test_the_preview_follows_what_is_typed(desk: Browser, village: Village) -> None:
    village.person("Anna Smith", 502, "telegram", locale="en")
    desk.get("/admin/notices/new")
    nobody = desk.post("/admin/notices/preview", FORM | {"in": "zh_CN"}).text
    assert "〔姓名〕您好" in nobody and "UCS-2" in nobody and "Anna Smith" in nobody
    row = re.search(r'data-row="(\d+)"', nobody)
    assert row is not None
    hers = desk.post("/admin/notices/preview", FORM | {"row": row[1]}).text
    assert "Dear Anna Smith, no water tomorrow." in hers
    wrong = desk.post("/admin/notices/preview", FORM | {"zh_CN.text": "{{姓明}}"}).text
    assert "Text (中文)" in wrong and "Did you mean" in wrong


def test_a_photo_is_kept_shown_in_chats_and_linked_in_a_short_message(desk: Browser) -> None:
    desk.get("/admin/notices/new")
    file = (io.BytesIO(photo()), "water.jpg", "image/jpeg")
    made = desk.post("/admin/notices/photos", {"photo": file}, content_type="multipart/form-data").json
    assert made is not None and desk.get(made["src"]).mimetype == "image/jpeg"
    notice = saved(desk, **{"zh_CN.photo": made["key"]})
    page = desk.get(f"/admin/notices/{notice.id}?in=zh_CN").text
    assert page.count(f'class="picture" src="{made["src"]}"') >= 2 and "/p/fffff-0-" in page
    stranger = desk.post("/admin/notices/new", FORM | {"zh_CN.photo": "0" * 32})
    assert stranger.status_code == 422 and "This photo is gone" in stranger.text


def test_what_is_out_of_use_is_found_among_what_is_out_of_use(desk: Browser) -> None:
    notice = saved(desk)
    desk.post(f"/admin/notices/{notice.id}/retire")
    assert "停水通知" not in desk.get("/admin/notices").text
    assert "停水通知" in desk.get("/admin/notices?state=retired").text
    desk.post(f"/admin/notices/{notice.id}/restore")
    assert "停水通知" in desk.get("/admin/notices?topic=service&q=停水").text
    assert "停水通知" not in desk.get("/admin/notices?topic=offer").text


def test_who_may_not_write_notices_cannot(app: Flask, desk: Browser, village: Village) -> None:
    saved(desk)
    worker = Browser(app.test_client(), "10.5.6.2")
    worker.sign_in("sun", PASSWORD)
    for path in ("/admin/notices/new", "/admin/notices/1/edit"):
        assert worker.get(path).status_code == 403
    assert worker.post("/admin/notices/preview", FORM).status_code == 403


def test_a_letter_in_the_preview_can_do_nothing(desk: Browser) -> None:
    policy = desk.get("/admin/notices/letter").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy


def test_every_channel_gives_a_notice_its_own_form() -> None:
    written = Wording(
        {"zh_CN": Variant("明天停水。", short="停水", spoken="明天停水，请存水。", subject="停水")}
    )
    content = written.script().said("zh_CN", lambda _name: "")
    telegram, webchat, sms, voice, email, fax = preview.shapes(content)
    assert telegram.bubbles[0].runs == webchat.bubbles[0].runs == [("明天停水。", False)]
    assert sms.bubbles[0].runs[0][0].endswith("停水")
    assert voice.bubbles[0].runs[0][0].startswith("明天停水，请存水。")
    assert email.letter is not None and email.letter.subject == "停水"
    assert fax.letter is not None and "<p>明天停水。</p>" in fax.letter.html and "@page" in fax.letter.html
