"""Feedback: told on any channel, answered, closed, and opened again once by whoever is not satisfied."""

from __future__ import annotations

import pytest
from flask import Flask

from backend.core.clock import Hands
from backend.core.errors import Conflict
from backend.feedback import actions, personal, queries
from backend.feedback.models import Feedback, FeedbackEvent
from backend.fields.words import Said
from backend.inbox.models import Handover
from backend.messaging import people
from backend.messaging.content import Content
from backend.messaging.models import Message
from backend.staff import queries as staff
from conversations import engine
from conversations.inbound import Inbound
from tests.databases import TestDatabase
from tests.staff.conftest import Street, found_street
from tests.web.browser import Browser, employ


class Neighbour:
    """Somebody who writes in on one channel."""

    def __init__(self, channel: str = "webchat", address: str = "a-browser") -> None:
        self.channel, self.address, self.said = channel, address, 0

    def says(self, text: str) -> str:
        self.said += 1
        turn = engine.handle(
            Inbound(self.channel, self.address, f"{self.address}{self.said}", Said(text=text))
        )
        self.options = [c.label for r in turn.replies for c in r.content.options]
        return "\n".join(r.content.text for r in turn.replies)

    def tells(self, *answers: str) -> str:
        return [self.says(text) for text in answers][-1]


@pytest.fixture
def street(database: TestDatabase) -> Street:
    return found_street()


@pytest.fixture
def chen(street: Street) -> Neighbour:
    return Neighbour()


@pytest.fixture
def desk(street: Street, app: Flask) -> Browser:
    employ("desk", "值班室", ("duty_desk", street.happy))
    browser = Browser(app.test_client())
    browser.sign_in("desk")
    return browser


def told(about: str) -> list[str]:
    return [Content.unseal(m.content).text for m in Message.select().where(Message.about == about)]


def test_a_suggestion_is_asked_for_noted_and_given_a_number(chen: Neighbour) -> None:
    assert "建议" in chen.says("我要提意见")
    answer = chen.tells("建议", "小区门口加一盏路灯", "安全", "跳过", "要", "跳过")
    feedback = Feedback.get()
    assert f"F-{feedback.number}" in answer
    assert (feedback.kind, feedback.topic, feedback.text) == ("suggestion", "safety", "小区门口加一盏路灯")
    assert feedback.wants_answer and feedback.org_id == 3, "it is for her community"


def test_a_sentence_that_says_it_all_is_not_asked_for_again(chen: Neighbour) -> None:
    assert "关于" in chen.says("我有个建议，小区多装几个椅子")
    chen.tells("设施", "跳过", "不用")
    feedback = Feedback.get()
    assert feedback.kind == "suggestion" and "椅子" in feedback.text and not feedback.wants_answer


@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_by_text_and_by_call_the_same_without_a_photo(street: Street, channel: str) -> None:
    lin = Neighbour(channel, "+8613800138001")
    lin.says("提建议")
    answer = lin.tells("建议", "电梯里装个扶手", "设施", "好的")
    assert "F-1001" in answer
    assert Feedback.get().source == channel


def test_praise_is_known_as_praise(chen: Neighbour) -> None:
    chen.says("表扬一下王师傅，修得又快又好")
    chen.tells("物业", "不用")
    assert Feedback.get().kind == "praise"


def test_angry_words_go_to_a_person_and_are_noted_once(chen: Neighbour) -> None:
    chen.says("你们什么态度，等了三天没人管")
    chen.says("太不像话了")
    assert Handover.select().count() == 1
    feedback = Feedback.get()
    assert feedback.kind == "complaint" and "三天" in feedback.text
    assert [e.act for e in FeedbackEvent.select().order_by(FeedbackEvent.id)] == ["come", "more"]


def _one(chen: Neighbour) -> Feedback:
    chen.says("我要提意见")
    chen.tells("投诉", "楼道灯坏了三个月", "设施", "跳过", "要", "跳过")
    return Feedback.get()


def test_staff_answer_and_close_and_whoever_is_not_satisfied_opens_it_again_once(
    chen: Neighbour, desk: Browser
) -> None:
    feedback = _one(chen)
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


def test_yes_settles_it_and_saying_it_twice_changes_nothing(chen: Neighbour, street: Street) -> None:
    feedback = _one(chen)
    actor = staff.actor_of(employ("desk", "值班室", ("duty_desk", street.happy)))
    actions.close(actor, feedback.number)
    chen.says("1")
    assert Feedback.get().settled is True
    voice = actions.Voice(feedback.identity_id, None, feedback.org_id, "webchat")
    assert actions.settle(voice, feedback.number, False).status == "closed"
    [figures] = queries.figures(actor)
    assert (figures.kind, figures.came, figures.settled, figures.unsettled) == ("complaint", 1, 1, 0)


def test_who_wants_no_answer_gets_none(chen: Neighbour, street: Street) -> None:
    chen.says("我要提意见")
    chen.tells("建议", "早点关广场舞音响", "噪音", "跳过", "不用")
    feedback = Feedback.get()
    actor = staff.actor_of(employ("desk", "值班室", ("duty_desk", street.happy)))
    with pytest.raises(Conflict):
        actions.answer(actor, feedback.number, "好的")
    actions.close(actor, feedback.number)
    assert told(feedback.subject) == []


def test_an_empty_answer_keeps_the_page_and_says_so(chen: Neighbour, desk: Browser) -> None:
    feedback = _one(chen)
    refused = desk.post(f"/admin/feedback/{feedback.number}/answer", {"text": "  "})
    assert refused.status_code == 422 and "请先写" in refused.text


def test_another_community_reads_none_of_it(chen: Neighbour, street: Street, app: Flask) -> None:
    feedback = _one(chen)
    employ("sunny", "阳光值班", ("duty_desk", street.sunny))
    browser = Browser(app.test_client())
    browser.sign_in("sunny")
    assert f"F-{feedback.number}" not in browser.get("/admin/feedback").text
    assert browser.get(f"/admin/feedback/{feedback.number}").status_code == 403


def test_she_takes_it_along_and_it_is_forgotten_with_her(chen: Neighbour, clock: Hands) -> None:
    feedback = _one(chen)
    people.join_resident(feedback.identity_id, 7)
    Feedback.update(resident_id=7).execute()
    [exported] = personal.export(7)
    assert exported["text"] == "楼道灯坏了三个月" and exported["number"] == f"F-{feedback.number}"
    personal.forget(7)
    emptied = Feedback.get()
    assert (emptied.text, emptied.contact, emptied.kind) == ("—", None, "complaint")
