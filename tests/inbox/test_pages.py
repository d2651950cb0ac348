"""The inbox's pages for staff: canned answers, working hours, a thread that is refused or over."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from flask import Flask

from backend.core import clock as clocks
from backend.core import media
from backend.core.clock import Hands
from backend.inbox import canned, office
from backend.inbox.models import CannedAnswer, Handover
from backend.messaging import deliveries
from bots import email, photo_link, sms
from tests.bots.chatting import photo
from tests.databases import TestDatabase
from tests.inbox.conftest import Neighbour
from tests.staff.conftest import Street, found_street
from tests.web.browser import Browser, employ


@pytest.fixture
def street(sqlite_database: TestDatabase) -> Street:
    return found_street()


@pytest.fixture
def desk(street: Street, app: Flask) -> Browser:
    employ("desk", "值班室", ("duty_desk", street.happy))
    browser = Browser(app.test_client())
    browser.sign_in("desk")
    return browser


def test_canned_answers_are_written_changed_and_removed_with_a_way_back(
    desk: Browser, street: Street
) -> None:
    assert "四条现成的" in desk.get("/admin/inbox/words").text
    desk.post("/admin/inbox/words", {"word": "地址", "text": "我们在幸福路 1 号"})
    [one] = canned.of_office(street.happy.id)
    refused = desk.post("/admin/inbox/words", {"id": one.id, "word": "地址", "text": "{adress}"})
    assert refused.status_code == 422 and "不认识 {adress}" in refused.text
    desk.post("/admin/inbox/words", {"id": one.id, "word": "地址", "text": "幸福路 2 号"})
    assert CannedAnswer.get().text == "幸福路 2 号"
    gone = desk.post(f"/admin/inbox/words/{one.id}/remove")
    assert "幸福路 2 号" in gone.text and not CannedAnswer.select().exists(), "it can be kept again at once"


def test_hours_are_written_and_a_mistake_keeps_what_was_typed(desk: Browser, street: Street) -> None:
    assert "08:30-12:00, 14:00-17:30" in desk.get("/admin/inbox/hours").text
    week = {f"day{n}": "9:00-17:00" for n in range(5)}
    refused = desk.post("/admin/inbox/hours", {**week, "day5": "早上"})
    assert refused.status_code == 422 and "早上" in refused.text and "这样写" in refused.text
    desk.post("/admin/inbox/hours", {**week, "closed": "2026-10-01"})
    assert len(office.hours_of(street.happy_grid.id).closed) == 1, "the grid has the hours of its community"


def test_a_thread_shows_all_and_a_photo_only_to_who_may_answer(
    desk: Browser, chen: Neighbour, street: Street, app: Flask
) -> None:
    from backend.fields.words import Media

    chen.says("你好")
    type(chen.identity).update(org_id=street.happy.id).execute()
    chen.says("找人工")
    key = media.save(photo(), "image/jpeg", f"identity:{chen.identity.id}")
    desk.post(f"/admin/inbox/{chen.thread.id}/take")
    chen.says(media=Media(key, "image/jpeg"))
    number = chen.thread.id
    page = desk.get(f"/admin/inbox/{number}")
    assert "找人工" in page.text and key in page.text
    assert desk.get(f"/admin/inbox/{number}/photo/{key}").mimetype == "image/jpeg"
    other = media.save(photo(), "image/jpeg", "request:1")
    assert desk.get(f"/admin/inbox/{number}/photo/{other}").status_code == 404
    employ("sunny", "阳光值班", ("duty_desk", street.sunny))
    sunny = Browser(app.test_client())
    sunny.sign_in("sunny")
    for path in ("", f"/photo/{key}"):
        assert sunny.get(f"/admin/inbox/{number}{path}").status_code == 403


def test_send_pressed_twice_sends_once_and_other_words_from_the_same_page_go_out(
    desk: Browser, chen: Neighbour
) -> None:
    chen.says("找人工")
    page = f"/admin/inbox/{chen.thread.id}"
    once = re.findall(r'name="once" value="([^"]+)"', desk.get(page).text)[0]
    for text in ("您好", "您好", "师傅明天到"):
        desk.post(f"{page}/answer", {"text": text, "once": once})
    assert chen.told() == ["您好", "师傅明天到"]
    again = re.findall(r'name="once" value="([^"]+)"', desk.get(page).text)[0]
    desk.post(f"{page}/answer", {"text": "您好", "once": again})
    assert chen.told()[-1] == "您好", "said again on purpose"
    refused = desk.post(f"{page}/answer", {"text": "", "once": again})
    assert f'value="{again}"' in refused.text


def test_a_photo_in_an_answer_reaches_a_phone_that_shows_none_as_a_link_for_a_month(
    desk: Browser, app: Flask, clock: Hands
) -> None:
    lin = Neighbour("sms", "+8613800138001")
    lin.says("找人工")
    picture = (io.BytesIO(photo()), "door.jpg")
    desk.post(f"/admin/inbox/{lin.thread.id}/answer", {"text": "是这扇门吗", "photo": picture})
    [due] = [one for one in deliveries.claim("default", "me") if one.content.media]
    [body] = sms.shape(photo_link.told(due))
    link = re.findall(r"http\S+", body.text)[0]
    assert "是这扇门吗" in body.text
    letter = email.composed(replace(due, channel="email", address="lin@example.org"))
    assert all(link in part.get_content() for part in letter.iter_parts())
    path = link[link.index("/p/") :]
    anybody = app.test_client()
    assert anybody.get(path).mimetype == "image/jpeg"
    assert anybody.get(path[:-1] + ("0" if path[-1] != "0" else "1")).status_code == 404
    clock.forward(days=31)
    assert anybody.get(path).status_code == 404


def test_a_long_queue_comes_in_pages_and_ones_own_threads_are_on_each(desk: Browser, chen: Neighbour) -> None:
    chen.says("找人工")
    desk.post(f"/admin/inbox/{chen.thread.id}/take")
    row = {"identity_id": chen.identity.id, "reason": "asked", "said": "等", "asked_at": clocks.now()}
    Handover.insert_many([{**row, "person": f"i{9000 + n}"} for n in range(130)]).execute()
    first, second = desk.get("/admin/inbox").text, desk.get("/admin/inbox?page=2").text
    assert "130" in first and first.count("queue-line") == 101 and second.count("queue-line") == 31
    assert f"#{chen.thread.id} " in first and f"#{chen.thread.id} " in second


def test_closed_it_says_why_and_takes_no_more_answers(desk: Browser, chen: Neighbour) -> None:
    chen.says("找人工")
    number = chen.thread.id
    assert "请选一下" in desk.post(f"/admin/inbox/{number}/close", {"outcome": ""}).text
    assert (
        "已通电话" in desk.post(f"/admin/inbox/{number}/close", {"outcome": "called", "why": "说清了"}).text
    )
    refused = desk.post(f"/admin/inbox/{number}/answer", {"text": "还有"})
    assert refused.status_code == 409 and "还有" in refused.text
    assert Handover.get().outcome == "called"


def test_handing_back_from_the_page_needs_a_second_word_when_something_is_unanswered(
    desk: Browser, chen: Neighbour
) -> None:
    chen.says("找人工")
    number = chen.thread.id
    desk.post(f"/admin/inbox/{number}/answer", {"text": "您好"})
    chen.says("还有件事")
    assert "刚刚又写了话" in desk.post(f"/admin/inbox/{number}/back").text
    assert "不答复，交还助手" in desk.get(f"/admin/inbox/{number}").text
    desk.post(f"/admin/inbox/{number}/back", {"anyway": "1"})
    assert not chen.is_with_a_person
