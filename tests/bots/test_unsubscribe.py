"""Letters to many: a mailbox shows its own button to leave, and a link does the same without signing in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from backend.messaging import people, topics
from backend.messaging.content import Content
from backend.messaging.deliveries import Due
from bots import email_html, email_marks
from bots.email import composed

FROM = {
    "MAIL_FROM": "office@linli.example.test",
    "PUBLIC_URL": "https://linli.example.test",
    "COMMUNITY_NAME": "幸福里社区",
}


@pytest.fixture
def chen(client: FlaskClient, configure: Callable[..., None]) -> int:
    configure(**FROM)
    return people.ensure("email", "chen@example.test").id


def letter(
    identity_id: int, topic: str = "event", purpose: str = "campaign", html: str = "", queue: str = "bulk"
) -> Due:
    content = Content("周六包饺子", "", "", "zh_CN", subject="活动", topic=topic, html=html)
    return Due(
        7, 3, identity_id, "email", "chen@example.test", content, queue, purpose, 1, "c0ffee", "campaign:12"
    )


def path(due: Due) -> str:
    return str(composed(due)["List-Unsubscribe"]).strip("<>").removeprefix(FROM["PUBLIC_URL"])


def test_a_letter_of_a_campaign_says_what_mailboxes_want_to_know(chen: int) -> None:
    sent = composed(letter(chen))
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent["Precedence"] == "bulk"
    assert "<event.linli.example.test>" in sent["List-Id"]
    assert sent["Feedback-ID"] == "campaign-12:event:campaign:linli"
    text = sent.get_body(("plain",))
    assert text is not None and "不想再收到“活动”" in text.get_content()


@pytest.mark.parametrize(("topic", "purpose"), [("emergency", "emergency"), ("", "code"), ("", "alarm")])
def test_of_an_emergency_or_what_she_asked_for_nobody_can_want_no_more(
    chen: int, topic: str, purpose: str
) -> None:
    assert composed(letter(chen, topic, purpose))["List-Unsubscribe"] is None


def test_opening_the_link_does_nothing_and_the_mailboxs_button_leaves(client: FlaskClient, chen: int) -> None:
    where = path(letter(chen))
    assert "活动" in client.get(where, headers={"Accept-Language": "zh-CN"}).text
    assert topics.left_by(chen) == set()
    assert client.post(where, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert topics.left_by(chen) == {"event"}


def test_the_page_leaves_joins_and_stops_all(client: FlaskClient, chen: int) -> None:
    where = path(letter(chen))
    client.post(where, data={"do": "leave"})
    assert topics.left_by(chen) == {"event"}
    client.post(where, data={"do": "join"})
    assert topics.left_by(chen) == set()
    client.post(where, data={"do": "stop"})
    assert people.get(chen).state == "stopped"
    client.post(where, data={"do": "start"})
    assert people.get(chen).state == "active"


def test_a_notice_without_a_topic_stops_the_address(client: FlaskClient, chen: int) -> None:
    client.post(path(letter(chen, topic="", purpose="notice")), data={"List-Unsubscribe": "One-Click"})
    assert people.get(chen).state == "stopped"


def test_nobody_leaves_for_another_by_changing_the_link(client: FlaskClient, chen: int) -> None:
    liu = people.ensure("email", "liu@example.test").id
    where = email_marks.leave_url(chen, "event").removeprefix(FROM["PUBLIC_URL"])
    for forged in (
        where.replace(f"/{chen:x}-", f"/{liu:x}-"),
        where.replace("event", "offer"),
        where[:-1],
        "/unsubscribe/x",
    ):
        assert client.post(forged, data={"do": "leave"}).status_code == 404
    assert topics.left_by(liu) == set()


def test_a_letters_own_html_is_made_harmless_and_keeps_its_looks(chen: int) -> None:
    html = (
        '<h1 style="color:red;background:url(https://x)">您好 {{name}}</h1><script>alert(1)</script>'
        '<a href="javascript:alert(1)">x</a><a href="https://linli.example.test/e/7" onclick="x()">看详情</a>'
        '<img src="https://linli.example.test/p.png"><img src="data:image/png;base64,xx"><a href="{{link}}">y</a>'
    )
    clean = email_html.clean(html)
    assert "script" not in clean and "onclick" not in clean and "data:" not in clean and "url(" not in clean
    assert '<a href="https://linli.example.test/e/7">看详情</a>' in clean
    assert "{{name}}" in clean and 'href="{{link}}"' in clean
    assert email_html.clean(clean) == clean
    body = composed(letter(chen, html=html)).get_body(("html",))
    assert body is not None
    shown = body.get_content()
    assert "看详情" in shown and "周六包饺子" not in shown, "staff's own HTML stands in place of the text"
    assert re.search(r"/unsubscribe/\S+", shown)
