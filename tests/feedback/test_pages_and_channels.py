"""Feedback on every channel, and its pages for staff."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from backend.feedback.models import Feedback
from tests.databases import TestDatabase
from tests.feedback.conftest import complained, tells, told
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


def test_a_sentence_that_says_it_all_is_not_asked_for_again(chen: Neighbour) -> None:
    assert "关于" in chen.says("我有个建议，小区多装几个椅子")
    tells(chen, "设施", "跳过", "不用")
    feedback = Feedback.get()
    assert feedback.kind == "suggestion" and "椅子" in feedback.text and not feedback.wants_answer


def test_praise_is_known_as_praise(chen: Neighbour) -> None:
    chen.says("表扬一下王师傅，修得又快又好")
    tells(chen, "物业", "不用")
    assert Feedback.get().kind == "praise"


def test_staff_answer_and_close_and_whoever_is_not_satisfied_opens_it_again_once(
    chen: Neighbour, desk: Browser
) -> None:
    feedback = complained(chen)
    page = f"/admin/feedback/{feedback.number}"
    assert "楼道灯坏了三个月" in desk.get(page).text
    desk.post(f"{page}/begin")
    desk.post(f"{page}/answer", {"text": "灯已经换好，抱歉久等。"})
    desk.post(f"{page}/close", {"why": "换灯"})
    assert any("灯已经换好" in text for text in told(feedback.subject))
    assert any("解决" in text for text in told(feedback.subject))
    assert "抱歉" in chen.says("2")
    assert Feedback.get().status == "in_work" and Feedback.get().reopened
    assert any("重新打开" in text for text in told(feedback.subject)), "whoever closed it hears of it"
    desk.post(f"{page}/close", {"why": "又换了一次"})
    chen.says("2")
    after = Feedback.get()
    assert after.status == "closed" and after.settled is False, "a second no is noted, and no more"
    assert "未解决" in desk.get("/admin/feedback").text


def test_an_empty_answer_keeps_the_page_and_says_so(chen: Neighbour, desk: Browser) -> None:
    feedback = complained(chen)
    refused = desk.post(f"/admin/feedback/{feedback.number}/answer", {"text": "  "})
    assert refused.status_code == 422 and "请先写" in refused.text


def test_of_two_who_answer_at_once_the_second_reads_the_first_before_she_sends(
    chen: Neighbour, desk: Browser, street: Street, app: Flask
) -> None:
    feedback = complained(chen)
    page = f"/admin/feedback/{feedback.number}"
    employ("lan", "小兰", ("duty_desk", street.happy))
    lan = Browser(app.test_client())
    lan.sign_in("lan")
    for _pressed in range(2):
        lan.post(f"{page}/answer", {"text": "灯明天换。", "seen": 0})
    refused = desk.post(f"{page}/answer", {"text": "灯下周换。", "seen": 0})
    assert refused.status_code == 409 and "小兰" in refused.text and "灯下周换。" in refused.text
    said = [text for text in told(feedback.subject) if "灯" in text]
    assert len(said) == 1 and "明天" in said[0]
    knows = re.findall(r'name="seen" value="(\d+)"', refused.text)[0]
    desk.post(f"{page}/answer", {"text": "改到后天。", "seen": knows})
    assert any("后天" in text for text in told(feedback.subject))


def test_another_community_reads_none_of_it(chen: Neighbour, street: Street, app: Flask) -> None:
    feedback = complained(chen)
    employ("sunny", "阳光值班", ("duty_desk", street.sunny))
    browser = Browser(app.test_client())
    browser.sign_in("sunny")
    assert f"F-{feedback.number}" not in browser.get("/admin/feedback").text
    assert browser.get(f"/admin/feedback/{feedback.number}").status_code == 403


@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_by_text_and_by_call_the_same_without_a_photo(street: Street, channel: str) -> None:
    lin = Neighbour(channel, "+8613800138001")
    lin.says("提建议")
    answer = tells(lin, "建议", "电梯里装个扶手", "设施", "好的")
    assert "F-1001" in answer
    assert Feedback.get().source == channel
