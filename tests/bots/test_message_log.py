"""The message log, the thread on a resident's page and the preview, as staff use them in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from backend.fields.words import Words
from backend.inbox.models import Handover
from backend.messaging import deliveries, people, say
from backend.messaging.models import Delivery, Message
from backend.messaging.people import At, Resident
from backend.residents import consent
from backend.residents.actions import Applicant, register
from tests.databases import TestDatabase
from tests.requests.neighbourhood import talker
from tests.residents.conftest import CHEN, CHEN_MOBILE
from tests.staff.conftest import Street, found_street
from tests.web.browser import Browser, employ

Signed = Callable[[str], Browser]


@pytest.fixture
def street(database: TestDatabase) -> Street:
    return found_street()


@pytest.fixture
def signed(app: Flask, street: Street) -> Signed:
    """`signed("li")`: a browser in which this colleague is signed in."""
    colleagues = {
        "li": ("李主任", ("community_admin", street.happy)),
        "gu": ("顾主任", ("community_admin", street.sunny)),
        "qin": ("秦审计", ("auditor", street.happy)),
        "wang": ("王师傅", ("repairer", street.happy)),
        "ou": ("欧运维", ("operator", street.happy)),
    }

    def go(username: str) -> Browser:
        employ(username, *colleagues[username])
        browser = Browser(app.test_client(), f"10.4.0.{ord(username[0]) % 100}")
        browser.sign_in(username)
        return browser

    return go


@pytest.fixture
def chen(street: Street) -> int:
    """Grandmother Chen has registered by SMS from her own number."""
    identity = people.ensure("sms", CHEN_MOBILE, "zh_CN")
    applicant = Applicant(identity.id, "sms", "zh_CN", street.happy.id)
    found = register(applicant, CHEN, proven=(CHEN_MOBILE,), consent_version=consent.VERSION).resident_id
    assert found is not None
    return found


def tell(resident_id: int, text: str, about: str | None = "request:1047") -> int:
    message_id = say(Resident(resident_id), Words(text), purpose="request", about=about)
    assert message_id is not None
    return message_id


def fail(message_id: int, why: str = "Twilio 30005: undelivered") -> None:
    """It cannot be delivered, neither by SMS nor in any other way that she has."""
    here = Delivery.message_id == message_id
    while waiting := Delivery.get_or_none(here & (Delivery.status == "pending")):
        deliveries.fail(waiting.id, why)


def test_the_log_shows_to_whom_how_and_what_became_of_it_with_the_number_masked(
    signed: Signed, chen: int
) -> None:
    fail(tell(chen, "师傅**明天**上门"))
    page = signed("li").get("/admin/messages").text
    assert "陈秀英" in page and "短信" in page and "师傅明天上门" in page
    assert "未送达" in page and "Twilio 30005" in page and "****2210" in page
    assert CHEN_MOBILE not in page and CHEN_MOBILE.removeprefix("+86") not in page


@pytest.mark.parametrize(
    "query",
    [
        "q=陈秀",
        f"q={CHEN_MOBILE}",
        "q=138 0013 2210",
        "q=R-1047",
        "about=request:1047",
        "status=failed&channel=sms",
        "purpose=request&queue=default",
    ],
)
def test_a_message_is_found_by(signed: Signed, chen: int, query: str) -> None:
    fail(tell(chen, "师傅明天上门"))
    assert "师傅明天上门" in signed("li").get(f"/admin/messages?{query}").text


@pytest.mark.parametrize("query", ["q=王建国", "q=R-1048", "status=sent", "channel=telegram", "queue=alerts"])
def test_a_message_is_not_found_by(signed: Signed, chen: int, query: str) -> None:
    fail(tell(chen, "师傅明天上门"))
    page = signed("li").get(f"/admin/messages?{query}").text
    assert "师傅明天上门" not in page and "没有符合的消息" in page


def test_another_community_sees_nothing_of_it(signed: Signed, chen: int) -> None:
    tell(chen, "师傅明天上门")
    assert "师傅明天上门" not in signed("gu").get("/admin/messages").text


def test_codes_are_dots_for_everybody(signed: Signed, chen: int) -> None:
    identity = people.identities(Resident(chen))[0]
    say(At(identity.id), Words("您的验证码是 482913"), purpose="code")
    page = signed("li").get("/admin/messages").text
    assert "您的验证码是 ••••" in page and "482913" not in page


def test_a_code_for_her_family_is_dots_wherever_colleagues_read(signed: Signed, chen: int) -> None:
    her = talker("sms", CHEN_MOBILE)
    found = re.search(r"\d{6}", her.say("我想邀请女儿"))
    her.say("找人工")
    li = signed("li")
    for page in ("/admin/messages", f"/admin/residents/{chen}", f"/admin/inbox/{Handover.get().id}"):
        shown = li.get(page).text
        assert found is not None and found[0] not in shown
        assert "邀请码：••••" in shown


def test_who_may_not_read_residents_sees_no_full_name(signed: Signed, chen: int) -> None:
    tell(chen, "师傅明天上门")
    page = signed("ou").get("/admin/messages").text
    assert "陈**" in page and f"/admin/residents/{chen}" not in page


def test_who_may_not_read_messages_has_no_log(signed: Signed) -> None:
    wang = signed("wang")
    assert wang.get("/admin/messages").status_code == 403
    assert "/admin/messages" not in wang.get("/admin").text


def test_one_press_sends_it_again_and_leads_back_to_the_same_filter(signed: Signed, chen: int) -> None:
    message_id = tell(chen, "师傅明天上门")
    fail(message_id)
    li = signed("li")
    assert "再发一次" in li.get("/admin/messages?status=failed").text
    answer = li.post(
        f"/admin/messages/{message_id}/resend", {"next": "/admin/messages?status=failed"}, follow=False
    )
    assert answer.location == "/admin/messages?status=failed"
    assert Delivery.select().where(Delivery.status == "pending", Delivery.message_id == message_id).exists()


def test_an_auditor_reads_and_cannot_send(signed: Signed, chen: int) -> None:
    message_id = tell(chen, "师傅明天上门")
    fail(message_id)
    qin = signed("qin")
    page = qin.get("/admin/messages").text
    assert "师傅明天上门" in page and "/resend" not in page
    assert qin.post(f"/admin/messages/{message_id}/resend").status_code == 403


def test_the_dashboard_counts_messages_that_reached_nobody(signed: Signed, chen: int) -> None:
    lost, found = tell(chen, "没送到"), tell(chen, "后来送到了")
    fail(lost)
    fail(found)
    identity = people.identities(Resident(chen))[0]
    again = Delivery.create(
        message_id=found, identity_id=identity.id, channel="sms", queue="default", status="sent",
        next_at=0, created_at=0, updated_at=0,
    )  # fmt: skip
    assert again.id
    page = signed("li").get("/admin").text
    card = page.split("没有送达的消息")[1][:400]
    assert ">1<" in card and "Twilio 30005" in card


def test_a_residents_page_shows_what_was_said_on_every_channel(signed: Signed, chen: int) -> None:
    tell(chen, "师傅明天上门")
    chat = people.ensure("webchat", "her-browser-session-1234")
    people.join_resident(chat.id, chen)
    say(At(chat.id), Words("网页上也说一声"), purpose="request")
    page = signed("li").get(f"/admin/residents/{chen}").text
    assert "师傅明天上门" in page and "网页上也说一声" in page and "网页聊天" in page
    assert "her-browser-session-1234" not in page


# --- the preview ----------------------------------------------------------------------------------------------


def test_the_preview_lists_every_conversation(signed: Signed) -> None:
    page = signed("li").get("/admin/preview").text
    assert "/admin/preview/repair" in page and "/admin/preview/registration" in page


def test_an_answer_moves_all_four_channels_and_nothing_takes_effect(signed: Signed) -> None:
    li = signed("li")
    first = li.get("/admin/preview/repair").text
    second = li.get("/admin/preview/repair?a=灯不亮&a=3-2-501").text
    assert first != second and second.count("3-2-501") >= 4
    assert "【幸福里】" in second and "UCS-2" in second and "再听一遍" in second
    assert Message.select().count() == 0


def test_the_whole_conversation_is_shown_in_either_language(signed: Signed) -> None:
    li = signed("li")
    assert "正式对话到这里就生效" in li.get("/admin/preview/registration?walk=1").text
    english = li.get("/admin/preview/repair?walk=1&in=en").text
    assert "Where is it?" in english and "press 1" in english


def test_the_preview_says_what_the_text_messages_would_cost(
    signed: Signed, configure: Callable[..., None]
) -> None:
    configure(SMS_PRICE="0.04")
    li = signed("li")
    total = re.search(r"共 (\d+) 段，约 ([\d.]+) 元", li.get("/admin/preview/repair?walk=1").text)
    assert total and float(total[2]) == pytest.approx(int(total[1]) * 0.04)
    configure(SMS_PRICE="0")
    assert "段，约" not in li.get("/admin/preview/repair").text


@pytest.mark.parametrize(
    "query", ["a=" + "x" * 5000, "in=xx", "walk=maybe", "&".join(["a=0"] * 200), "a=%00%ED%A0%80"]
)
def test_odd_addresses_show_a_page_all_the_same(signed: Signed, query: str) -> None:
    assert signed("li").get(f"/admin/preview/repair?{query}").status_code == 200


def test_an_unknown_conversation_is_not_found(signed: Signed) -> None:
    assert signed("li").get("/admin/preview/nothing").status_code == 404
