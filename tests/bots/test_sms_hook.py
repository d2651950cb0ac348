"""A conversation by SMS: answered in the response, once per message, on both databases."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from backend.core import clock
from backend.fields.words import Words
from backend.messaging import At, Resident, deliveries, people, say
from backend.messaging.content import Content
from backend.messaging.models import Delivery, Identity, Inbound, Message
from bots import served
from tests.bots.conftest import Phones
from tests.databases import TestDatabase
from tests.harness import twiml_grammar
from tests.harness.phones import replies
from tests.harness.twilio_server import OUR_NUMBER, TwilioServer

CHEN = "+8613800000001"
UNKNOWN_NUMBER = "30005"


def delivery_of(words: str) -> Any:
    """The one Delivery of the one Message with this text."""
    [message] = [m for m in Message.select() if words in Content.unseal(m.content).short]
    return Delivery.get(Delivery.message_id == message.id)


def callback(twiml: str) -> str:
    """The path that Twilio reports to."""
    found = re.search(r'action="https://linli.example.test([^"]+)"', twiml)
    assert found, twiml
    return found[1].replace("&amp;", "&")


def test_a_first_text_is_answered_in_the_response_and_counts_as_sent_afterwards(phones: Phones) -> None:
    answers = phones.sms(CHEN, "你好")
    assert len(answers) == 1
    assert answers[0].startswith("【幸福里】")
    assert {d.status for d in Delivery.select()} == {"sent"}


def test_somebody_who_begins_in_english_is_answered_in_english(phones: Phones) -> None:
    answers = phones.sms(CHEN, "hello")
    assert answers
    assert not re.search("[\u4e00-\u9fff]", answers[0].replace("幸福里社区", ""))


def test_a_webhook_that_comes_again_changes_nothing_and_gets_the_same_answer(phones: Phones) -> None:
    first = phones.sms(CHEN, "你好", sid="SM1")
    before = (Inbound.select().count(), Message.select().count(), Delivery.select().count())
    assert phones.sms(CHEN, "你好", sid="SM1") == first
    assert (Inbound.select().count(), Message.select().count(), Delivery.select().count()) == before


def test_reports_that_come_out_of_order_only_ever_move_forward(phones: Phones) -> None:
    twiml = phones.raw_sms(CHEN, "你好").text
    path = callback(twiml)
    report = {"MessageSid": "SM9", "To": CHEN, "From": OUR_NUMBER}
    for status, then in [("delivered", "delivered"), ("sent", "delivered"), ("queued", "delivered"),
                         ("undelivered", "delivered"), ("read", "read"), ("nonsense", "read")]:  # fmt: skip
        assert phones.post(path, {**report, "MessageStatus": status}).status_code == 204
        assert {d.status for d in Delivery.select()} == {then}


def test_a_report_that_arrives_before_the_sending_was_written_down_is_kept(phones: Phones) -> None:
    with_id = phones.raw_sms(CHEN, "你好")
    Delivery.update(status="sending").execute()
    phones.post(callback(with_id.text), {"MessageSid": "SM9", "MessageStatus": "delivered"})
    assert {d.status for d in Delivery.select()} == {"delivered"}


def test_a_number_that_does_not_exist_ends_the_identity(phones: Phones) -> None:
    path = callback(phones.raw_sms(CHEN, "你好").text)
    phones.post(path, {"MessageSid": "SM9", "MessageStatus": "undelivered", "ErrorCode": UNKNOWN_NUMBER})
    assert {d.status for d in Delivery.select()} == {"failed"}
    assert people.find("sms", CHEN).state == "blocked"


def test_a_phone_that_is_only_switched_off_stays_reachable(phones: Phones) -> None:
    path = callback(phones.raw_sms(CHEN, "你好").text)
    phones.post(path, {"MessageSid": "SM9", "MessageStatus": "undelivered", "ErrorCode": "30003"})
    assert people.find("sms", CHEN).state == "active"


@pytest.mark.parametrize("word", ["退订", "TD", "t", "STOP", "Stop", "unsubscribe", "退", "R"])
def test_who_opts_out_gets_one_confirmation_and_no_more_notices(phones: Phones, word: str) -> None:
    phones.sms(CHEN, "你好")
    [confirmation] = phones.sms(CHEN, word)
    assert "退订" in confirmation
    identity = people.find("sms", CHEN)
    assert identity.state == "stopped"
    say(At(identity.id), Words("明天停水"), purpose="notice")
    assert delivery_of("明天停水").status == "failed"


def test_who_opted_out_and_writes_again_is_answered_and_stays_opted_out(phones: Phones) -> None:
    phones.sms(CHEN, "退订")
    assert phones.sms(CHEN, "你好")
    assert people.find("sms", CHEN).state == "stopped"


@pytest.mark.parametrize("word", ["START", "恢复", "订阅"])
def test_a_word_brings_the_notices_back(phones: Phones, word: str) -> None:
    phones.sms(CHEN, "退订")
    [confirmation] = phones.sms(CHEN, word, sid="SM7")
    assert people.find("sms", CHEN).state == "active"
    assert phones.sms(CHEN, word, sid="SM7") == [confirmation], "the retry gets the same answer"
    say(At(people.find("sms", CHEN).id), Words("明天停水"), purpose="notice")
    assert delivery_of("明天停水").status == "pending"


def test_a_repeated_stop_is_one_stop(phones: Phones) -> None:
    first = phones.sms(CHEN, "退订", sid="SM5")
    phones.sms(CHEN, "恢复")
    assert phones.sms(CHEN, "退订", sid="SM5") == first
    assert people.find("sms", CHEN).state == "active"


def test_start_from_somebody_who_never_stopped_is_part_of_the_conversation(phones: Phones) -> None:
    phones.sms(CHEN, "你好")
    [answer] = phones.sms(CHEN, "start")
    assert "退订" not in answer


def test_what_twilio_answers_itself_we_only_note(phones: Phones) -> None:
    response = phones.raw_sms(CHEN, "CANCEL", OptOutType="STOP")
    assert replies(response.text) == []
    assert people.find("sms", CHEN).state == "stopped"
    assert replies(phones.raw_sms(CHEN, "YES", OptOutType="START").text) == []
    assert people.find("sms", CHEN).state == "active"
    assert replies(phones.raw_sms(CHEN, "HELP", OptOutType="HELP").text) == []


def test_a_notice_for_somebody_who_stopped_sms_takes_her_next_address(phones: Phones) -> None:
    by_sms, by_mail = people.ensure("sms", CHEN), people.ensure("email", "chen@example.test")
    people.join_resident(by_sms.id, 7)
    people.join_resident(by_mail.id, 7)
    phones.sms(CHEN, "退订")
    say(Resident(7), Words("明天停水"), purpose="notice")
    assert delivery_of("明天停水").channel == "email"


def test_help_names_the_office(phones: Phones) -> None:
    [answer] = phones.sms(CHEN, "HELP")
    assert "010-6500 1234" in answer


@pytest.mark.parametrize("sender", ["10086", "LINLI", "whatsapp:+8613800000001", OUR_NUMBER])
def test_machines_and_other_networks_get_silence(quick_phones: Phones, sender: str) -> None:
    assert quick_phones.sms(sender, "您的验证码是 1234") == []
    assert Inbound.select().count() == 0


def test_an_auto_reply_is_not_answered(quick_phones: Phones) -> None:
    assert quick_phones.sms(CHEN, "【自动回复】我正在开会，稍后联系") == []


def test_a_reply_that_never_left_is_sent_by_a_worker(phones: Phones) -> None:
    """The process dies between the response's making and its leaving: the lease stays, and runs out."""
    form = {"MessageSid": "SM1", "From": CHEN, "Body": "你好"}
    signature = {"X-Twilio-Signature": phones.signature("/hooks/sms", form)}
    unread = phones.client.post("/hooks/sms", data=form, headers=signature)
    served.flush()
    assert {d.status for d in Delivery.select()} == {"sending"}
    with clock.stopped(clock.now() + timedelta(seconds=30)):
        deliveries.reap()
        [due] = deliveries.claim("replies", "worker")
    assert (due.channel, due.address) == ("sms", CHEN)
    unread.close()


FORM = st.dictionaries(
    st.sampled_from(
        ["From", "To", "Body", "MessageSid", "SmsSid", "NumMedia", "MediaUrl0", "MediaContentType0", "OptOutType",
         "MessageStatus", "ErrorCode", "CallSid", "Digits", "SpeechResult", "Confidence", "CallStatus", "AnsweredBy",
         "Direction"]
    ),
    st.one_of(st.sampled_from([CHEN, "1", "*", "STOP", "failed", "99999999999999999999", "completed", "machine_start", ""]),
              st.text(st.characters(exclude_categories=("Cs",)), max_size=40)),
    max_size=12,
)  # fmt: skip


@given(
    path=st.sampled_from(["/hooks/sms", "/hooks/sms/status?d=1.x.999999999999", "/hooks/voice", "/hooks/voice?l=1",
                          "/hooks/voice?n=1&s=9&m=1.2.zz&o=1&q=1", "/hooks/voice?n=99999999999", "/hooks/voice/out?d=1",
                          "/hooks/voice/status?d=1"]),
    form=FORM,
)  # fmt: skip
@example(path="/hooks/sms", form={"From": CHEN, "MessageSid": "x" * 500, "Body": "\x00\u202e🙂"})
@example(path="/hooks/voice", form={"From": CHEN, "CallSid": "C" * 500})
@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=60,
)
def test_whatever_is_signed_is_answered_with_valid_twiml(
    quick_phones: Phones, path: str, form: dict[str, str]
) -> None:
    response = quick_phones.post(path, form)
    if "/status" in path:
        assert response.status_code == 204
        return
    assert response.status_code == 200
    assert twiml_grammar.check(response.text, "voice" if "voice" in path else "messaging") == []


@pytest.mark.parametrize(
    "body", ["", "🙂🙂🙂", "\u202eabc", "字" * 10_000, "a" * 10_000, "\x00\x01", "<b>&", "שלום"]
)
def test_odd_texts_are_answered_kindly(quick_phones: Phones, body: str) -> None:
    assert quick_phones.sms(CHEN, body)


def test_identities_of_one_number_are_kept_apart_by_channel(quick_phones: Phones) -> None:
    quick_phones.sms(CHEN, "你好")
    quick_phones.call(CHEN)
    assert {i.channel for i in Identity.select()} == {"sms", "voice"}


def test_the_whole_application_takes_twilio_at_its_signature(
    twilio: TwilioServer, app: Flask, sqlite_database: TestDatabase
) -> None:
    """No sign-in, no form token: the signature is the proof."""
    whole = Phones(app.test_client())
    assert whole.sms(CHEN, "你好")
    assert whole.call(CHEN).heard
    assert whole.post("/hooks/sms", {"From": CHEN, "MessageSid": "SM2"}, signed=False).status_code == 403
