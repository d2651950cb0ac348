"""Feedback on both databases: told, noted, answered, closed, counted, taken along."""

from __future__ import annotations

import pytest

from backend.core.clock import Hands
from backend.core.errors import Conflict, NotFound
from backend.core.i18n import render
from backend.feedback import actions, personal, queries
from backend.feedback.models import Feedback, FeedbackEvent
from backend.inbox.models import Handover
from backend.messaging import people
from conversations.flow import Person
from conversations.flows import feedback as flow
from tests.feedback.conftest import complained, tells, told
from tests.inbox.conftest import Neighbour, hired
from tests.staff.conftest import Street


def test_a_suggestion_is_asked_for_noted_and_given_a_number(chen: Neighbour) -> None:
    assert "建议" in chen.says("我要提意见")
    answer = tells(chen, "建议", "小区门口加一盏路灯", "安全", "跳过", "要", "跳过")
    feedback = Feedback.get()
    assert f"F-{feedback.number}" in answer
    assert (feedback.kind, feedback.topic, feedback.text) == ("suggestion", "safety", "小区门口加一盏路灯")
    assert feedback.wants_answer and feedback.org_id == 3, "it is for her community"


def test_angry_words_go_to_a_person_and_are_noted_once(chen: Neighbour) -> None:
    chen.says("你们什么态度，等了三天没人管")
    chen.says("太不像话了")
    assert Handover.select().count() == 1
    feedback = Feedback.get()
    assert feedback.kind == "complaint" and "三天" in feedback.text
    assert [e.act for e in FeedbackEvent.select().order_by(FeedbackEvent.id)] == ["come", "more"]


def test_yes_settles_it_and_saying_it_twice_changes_nothing(chen: Neighbour, street: Street) -> None:
    feedback = complained(chen)
    actor = hired("值班室", "duty_desk", street.happy)
    actions.close(actor, feedback.number)
    chen.says("1")
    assert Feedback.get().settled is True
    voice = actions.Voice(feedback.identity_id, None, feedback.org_id, "webchat")
    assert actions.settle(voice, feedback.number, False).status == "closed"
    [figures] = queries.figures(actor)
    assert (figures.kind, figures.came, figures.settled, figures.unsettled) == ("complaint", 1, 1, 0)


def test_who_wants_no_answer_gets_none(chen: Neighbour, street: Street) -> None:
    chen.says("我要提意见")
    tells(chen, "建议", "早点关广场舞音响", "噪音", "跳过", "不用")
    feedback = Feedback.get()
    actor = hired("值班室", "duty_desk", street.happy)
    with pytest.raises(Conflict):
        actions.answer(actor, feedback.number, "好的")
    actions.close(actor, feedback.number)
    assert told(feedback.subject) == []


def test_she_takes_it_along_and_it_is_forgotten_with_her(chen: Neighbour, clock: Hands) -> None:
    feedback = complained(chen)
    people.join_resident(feedback.identity_id, 7)
    Feedback.update(resident_id=7).execute()
    [exported] = personal.export(7)
    assert exported["text"] == "楼道灯坏了三个月" and exported["number"] == f"F-{feedback.number}"
    personal.forget(7)
    emptied = Feedback.get()
    assert (emptied.text, emptied.contact, emptied.kind) == ("—", None, "complaint")


def test_somebody_elses_number_or_none_is_said_as_it_was_asked(chen: Neighbour) -> None:
    feedback = complained(chen)
    stranger = actions.Voice(0, None, feedback.org_id, "webchat")
    with pytest.raises(NotFound) as refused:
        actions.settle(stranger, feedback.number, True)
    assert f"F-{feedback.number}" in render(refused.value.text, "en")
    person = Person(feedback.identity_id or 0, "webchat", "a-browser", "zh_CN", None, None, feedback.org_id)
    with pytest.raises(NotFound):
        flow.COMMANDS[0].run(person, "now:yes")
