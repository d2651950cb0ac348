"""In-app messages: counted on the portal's bar, listed on a page, read when they are opened, and chosen by kind."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from backend.core.db import transaction
from backend.fields.words import Option, Words
from backend.messaging import people, say, topics
from backend.messaging.models import Delivery, Identity
from backend.messaging.people import At, Resident
from bots.notices_page import unread_here
from tests.bots.chatting import Visitor
from tests.databases import TestDatabase


@pytest.fixture
def chen(database: TestDatabase, app: Flask) -> Visitor:
    """Her webchat, with a notice in it that she has not seen and one that came by text message."""
    visitor = Visitor(app)
    visitor.opens()
    here = Identity.get(Identity.channel == "webchat")
    people.join_resident(here.id, 7)
    phone = people.ensure("sms", "+8613800138000")
    people.join_resident(phone.id, 7)
    page = Option("url:https://linli.example.test/e/7", "看详情")
    with transaction():
        say(
            At(here.id),
            Words("**周六**停水\n\n**请**提前接水。", options=(page, Option("event.join:7", "我要报名"))),
            purpose="campaign",
        )
        say(At(phone.id, elsewhere=True), Words("缴费提醒"), purpose="notice")
        say(At(here.id), Words("123456"), purpose="code")
    Delivery.update(status="sent").where(Delivery.status == "pending").execute()
    return visitor


def page(visitor: Visitor, path: str = "") -> str:
    return str(visitor.client.get(f"/my/notices{path}", headers={"Accept-Language": "zh-CN"}).text)


def notice(visitor: Visitor) -> Delivery:
    here = (Delivery.channel == "webchat") & (Delivery.queue == "default")
    return Delivery.select().where(here).order_by(Delivery.id).get()  # type: ignore[no-any-return]


def test_the_bar_counts_what_she_has_not_looked_at_and_opening_it_reads_it(chen: Visitor) -> None:
    home = chen.client.get("/").text
    assert "<title>(1) " in home and 'class="badge"' in home and "icon-new.svg" in home
    listed = page(chen)
    assert "周六停水" in listed and "未读" in listed and "缴费提醒" in listed and "123456" not in listed
    told = page(chen, f"/{notice(chen).message_id}")
    assert (
        "<h1>周六停水</h1>" in told
        and "<strong>请</strong>提前接水" in told
        and 'href="https://linli.example.test/e/7"' in told
        and "我要报名" in told
    )
    assert notice(chen).status == "read"
    assert "未读" not in page(chen) and 'class="badge"' not in chen.client.get("/").text


def test_nobody_reads_what_was_said_to_another(chen: Visitor, app: Flask) -> None:
    stranger = Visitor(app, "10.1.0.9")
    stranger.opens()
    assert stranger.client.get(f"/my/notices/{notice(chen).message_id}").status_code == 404
    assert "周六" not in page(stranger) and notice(chen).status == "sent"
    assert "周六" not in app.test_client().get("/my/notices").text


def test_she_ticks_what_she_wants_to_hear_of(chen: Visitor) -> None:
    here = Identity.get(Identity.channel == "webchat").id
    token = re.search(
        r'name="csrf_token" value="([^"]+)"', page(chen).split('name="topic"')[0].rpartition("<form")[2]
    )
    assert token
    chen.client.post("/my/notices/topics", data={"topic": ["service", "event"], "csrf_token": token[1]})
    assert topics.left([7], "offer") == {7} and topics.left([7], "event") == set()
    chen.client.post("/my/notices/topics", data={"topic": list(topics.LEAVABLE), "csrf_token": token[1]})
    assert topics.left_by(here) == set()


def test_without_a_webchat_there_is_nothing_to_count(app: Flask) -> None:
    with app.test_request_context("/"):
        assert unread_here() == 0
    assert people.identities(Resident(7)) == []
