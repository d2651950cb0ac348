"""A photo that staff send, and the mark that somebody writes, as Telegram sees them."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from backend.core import media
from backend.fields.words import Said, Words
from backend.inbox.models import Handover
from backend.messaging import people, say
from backend.messaging.people import At
from conversations import engine
from conversations.inbound import Inbound
from tests.bots.chatting import photo
from tests.bots.telegram.conftest import worker_drains
from tests.databases import TestDatabase
from tests.harness.telegram import TelegramEmulator, TelegramUser
from tests.servers import until
from tests.staff.conftest import found_street
from tests.web.browser import Browser, employ


def test_a_photo_comes_before_its_words(
    sqlite_database: TestDatabase, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    chen.says("你好")  # a bot can only write to who has written to it
    chat = people.ensure("telegram", str(chen.id), "zh_CN")
    key = media.save(photo(), "image/jpeg", "handover:1")
    say(At(chat.id), Words("是这盏灯吗？", media=(key,)), purpose="answer")
    assert worker_drains("default") == 1
    sent = telegram_api.calls("sendPhoto", "sendMessage")
    assert [call["method"] for call in sent] == ["sendPhoto", "sendMessage"]
    assert sent[0]["files"]["photo"]["size"] > 100 and sent[0]["result"] == "ok"


def test_a_photo_that_was_erased_meanwhile_does_not_keep_the_words(
    sqlite_database: TestDatabase, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    chen.says("你好")  # a bot can only write to who has written to it
    chat = people.ensure("telegram", str(chen.id), "zh_CN")
    key = media.save(photo(), "image/jpeg", "handover:1")
    say(At(chat.id), Words("您好", media=(key,)), purpose="answer")
    media.forget(key)
    assert worker_drains("default") == 1
    assert [call["method"] for call in telegram_api.calls("sendPhoto", "sendMessage")] == ["sendMessage"]


def test_she_sees_that_somebody_writes(
    app: Flask, client: FlaskClient, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    street = found_street()
    employ("li", "小李", ("duty_desk", street.happy))
    desk = Browser(client)
    desk.sign_in("li")
    engine.handle(Inbound("telegram", str(chen.id), "1", Said(text="找人工")))
    number = Handover.get().id
    desk.post(f"/admin/inbox/{number}/typing")
    desk.post(f"/admin/inbox/{number}/take")
    desk.get(f"/admin/inbox/{number}")
    assert desk.post(f"/admin/inbox/{number}/typing").status_code == 204
    until(lambda: telegram_api.calls("sendChatAction"), what="the typing mark")
    assert len(telegram_api.calls("sendChatAction")) == 1, "only from whoever has the thread"
