"""Whoever asks for a person reaches one: on the list, told to the desk, answered in her own chat."""

from __future__ import annotations

import logging

import peewee
import pytest
from flask import Flask

from backend.core import access, orgs
from backend.fields.words import Said
from backend.inbox import waiting
from backend.inbox.models import Handover
from backend.messaging import people
from backend.messaging.content import Content
from backend.messaging.models import Message
from conversations import engine
from conversations.inbound import Inbound
from tests.databases import TestDatabase
from tests.staff.conftest import Street, found_street
from tests.web.browser import Browser, employ


@pytest.fixture
def street(database: TestDatabase) -> Street:
    return found_street()


@pytest.fixture
def desk(street: Street, app: Flask) -> Browser:
    employ("desk", "值班室", ("duty_desk", street.happy))
    browser = Browser(app.test_client())
    browser.sign_in("desk")
    return browser


def _says(text: str, event: str, address: str = "grandma-browser") -> str:
    turn = engine.handle(Inbound("webchat", address, event, Said(text=text)))
    return "\n".join(r.content.text for r in turn.replies)


def _told(purpose: str) -> list[str]:
    return [Content.unseal(m.content).text for m in Message.select().where(Message.purpose == purpose)]


def test_she_is_answered_in_her_own_chat(desk: Browser) -> None:
    _says("找人工", "1")
    page = desk.get("/admin/inbox")
    assert "找人工" in page.text
    desk.post(f"/admin/inbox/{Handover.get().id}/answer", {"text": "陈奶奶您好,我是社区小李。"})
    assert _told("answer") == ["陈奶奶您好,我是社区小李。"]
    assert Handover.get().state == "taken", "and stays with whoever answers, until it is handed back"


def test_asking_twice_makes_one_line(desk: Browser) -> None:
    _says("找人工", "1")
    _says("人工", "2")
    assert Handover.select().count() == 1


def test_a_crowd_is_listed_with_few_questions_to_the_database(desk: Browser, street: Street) -> None:
    def asked() -> int:
        statements: list[str] = []
        spoken = logging.getLogger("peewee")
        watch = logging.Handler()
        watch.emit = lambda record: statements.append(record.getMessage())  # type: ignore[method-assign]
        spoken.addHandler(watch)
        spoken.setLevel(logging.DEBUG)
        try:
            assert "找人工" in desk.get("/admin/inbox").text
        finally:
            spoken.removeHandler(watch)
            spoken.setLevel(logging.NOTSET)
        return len(statements)

    _says("找人工", "1")
    alone = asked()
    for n in range(8):
        _says("找人工", "1", f"neighbour-{n}")
    # What is looked up once in a while may fall into one of them.
    assert min(asked(), asked()) <= alone
    [first] = waiting.waiting(access.SYSTEM, 1)
    assert first.id == Handover.select(peewee.fn.MIN(Handover.id)).scalar()
    assert waiting.waiting_count(access.SYSTEM) == 9


def test_two_colleagues_do_not_both_answer(desk: Browser, street: Street, app: Flask) -> None:
    _says("找人工", "1")
    number = Handover.get().id
    employ("second", "小周", ("duty_desk", street.happy))
    second = Browser(app.test_client())
    second.sign_in("second")
    desk.post(f"/admin/inbox/{number}/answer", {"text": "您好"})
    refused = second.post(f"/admin/inbox/{number}/answer", {"text": "我来答"})
    assert refused.status_code == 409
    assert "值班室" in refused.text and "我来答" in refused.text, "who has it is said, and the draft is kept"
    assert _told("answer") == ["您好"]


def test_a_cry_for_help_names_the_numbers_and_reaches_the_desks_own_phone(
    desk: Browser, street: Street
) -> None:
    from backend.staff import queries

    phone = people.ensure("sms", "+8613800138111")
    people.join_staff(phone.id, queries.by_username("desk").id)  # type: ignore[union-attr]
    answer = _says("救命,我摔倒了起不来", "1")
    assert "120" in answer and "119" in answer
    alarm = Message.get(Message.purpose == "handover")
    assert alarm.queue == "alerts"
    assert "摔倒" in Content.unseal(alarm.content).text
    assert "求助" in desk.get("/admin").text


def test_in_the_middle_of_anything_a_cry_for_help_is_heard(street: Street) -> None:
    _says("注册", "1")
    _says("同意", "2")
    assert "120" in _says("救命", "3"), "and not taken for her name"
    assert Handover.get().reason == "emergency"


def test_another_communitys_desk_does_not_see_her(street: Street, app: Flask) -> None:
    employ("sunny", "阳光值班", ("duty_desk", street.sunny))
    browser = Browser(app.test_client())
    browser.sign_in("sunny")
    who = people.ensure("webchat", "grandma-browser")
    type(who).update(org_id=street.happy.id).where(type(who).id == who.id).execute()
    _says("找人工", "1")
    assert "找人工" not in browser.get("/admin/inbox").text
    assert browser.post(f"/admin/inbox/{Handover.get().id}/answer", {"text": "您好"}).status_code in (
        200,
        403,
    )
    assert not _told("answer")
    assert orgs.default_community() is not None
