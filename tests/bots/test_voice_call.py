"""A conversation by telephone: keys and speech, repeats, silence, a dropped line."""

from __future__ import annotations

import re

import pytest

from backend.fields.words import Option, Words
from backend.inbox.models import Handover
from backend.messaging import At, people, say
from backend.messaging.content import Content
from backend.messaging.models import Conversation, Delivery, Inbound, Message
from bots import voice_shape
from conversations.memory import Memory
from tests.bots.conftest import Phones
from tests.harness.phones import SPEECH
from tests.harness.twilio_server import OUR_NUMBER

CHEN = "+8613800000001"


def known(phones: Phones, locale: str = "zh_CN") -> int:
    """Mrs Chen has called before."""
    return int(people.ensure("voice", CHEN, locale).id)


def open_flow(identity_id: int) -> str | None:
    found = Conversation.get_or_none(Conversation.identity_id == identity_id)
    return found.flow if found else None


def test_a_first_caller_is_asked_for_her_language_and_then_greeted_in_it(phones: Phones) -> None:
    english = phones.call(CHEN, ["2"])
    assert english.heard[:2] == ["中文请按 1。", "For English, press 2."]
    assert english.heard[2].startswith("Hello")
    assert people.find("voice", CHEN).locale == "en"


def test_a_first_caller_who_says_nothing_is_greeted_in_chinese(phones: Phones) -> None:
    call = phones.call(CHEN)
    assert people.find("voice", CHEN).locale == "zh_CN"
    assert "再听一遍，请按星号。" in call.heard


def test_somebody_we_know_is_greeted_at_once(phones: Phones) -> None:
    known(phones, "en")
    assert phones.call(CHEN).heard[0].startswith("Hello")


def test_the_language_of_her_text_messages_is_known_on_the_phone(quick_phones: Phones) -> None:
    quick_phones.sms(CHEN, "hello there")
    assert quick_phones.call(CHEN).heard[0].startswith("Hello")


def test_silence_is_met_with_patience_then_slowness_then_goodbye(phones: Phones) -> None:
    who = known(phones)
    call = phones.call(CHEN)
    assert call.log.count("silence") == 3
    assert call.log[-2:] == ["hangup", "end"]
    assert "我再说一遍" in call.text
    assert "慢一点" in call.text
    assert "再见" in call.heard[-1]
    assert Inbound.select().where(Inbound.identity_id == who).count() == 1, "silence is not a turn"


def test_the_second_time_it_is_said_slowly(quick_phones: Phones) -> None:
    known(quick_phones)
    first = quick_phones.post("/hooks/voice", {"CallSid": "CA1", "From": CHEN, "Direction": "inbound"}).text
    action = re.findall(r'action="([^"]+)"', first)[0].replace("&amp;", "&")
    base = {"CallSid": "CA1", "From": CHEN, "Digits": ""}
    once = quick_phones.post(action, base).text
    assert "<prosody" not in once
    again = re.findall(r'action="([^"]+)"', once)[0].replace("&amp;", "&")
    twice = quick_phones.post(again, base).text
    assert '<prosody rate="slow">' in twice
    assert quick_phones.post(again, base).text == twice, "a retry hears the same"


def test_star_says_it_again_without_a_turn(phones: Phones) -> None:
    who = known(phones)
    call = phones.call(CHEN, ["*", "*"])
    assert call.heard.count(call.heard[0]) >= 3
    assert Inbound.select().where(Inbound.identity_id == who).count() == 1


def test_zero_asks_for_a_person(phones: Phones) -> None:
    who = known(phones)
    phones.call(CHEN, ["0"])
    assert [h.identity_id for h in Handover.select()] == [who]


def test_a_key_picks_an_option(phones: Phones) -> None:
    who = known(phones)
    call = phones.call(CHEN, ["1"], drop_after=1)
    assert "请按 1。" in call.text
    assert Inbound.select().where(Inbound.identity_id == who).count() == 2


@pytest.mark.parametrize("asks", [SPEECH + "更多", SPEECH + "菜单", "*"])
def test_what_can_be_broken_is_not_read_out_unasked_and_then_a_number_is_enough(
    phones: Phones, asks: str
) -> None:
    who = known(phones)
    short = phones.call(CHEN, [SPEECH + "我要报修"], drop_after=1)
    assert "请直接说就行。" in short.heard and "漏水，请按" not in short.text
    asked = Inbound.select().where(Inbound.identity_id == who).count()
    full = phones.call(CHEN, [asks, "11"], drop_after=2)
    assert "请按 11。" in full.text and "井号" in full.text
    assert Inbound.select().where(Inbound.identity_id == who).count() == asked + 2, (
        "hearing the list is no turn"
    )
    assert "category" in Memory.unseal(Conversation.get().state).form["answers"]


def test_a_dropped_call_goes_on_where_it_was(phones: Phones) -> None:
    who = known(phones)
    dropped = phones.call(CHEN, [SPEECH + "我要登记"], drop_after=1)
    assert open_flow(who) is not None, dropped.log
    question = Message.select().order_by(Message.id.desc()).first()
    again = phones.call(CHEN)
    asked = voice_shape.spoken(Content.unseal(question.content).spoken, "zh_CN")
    assert asked[-30:] in again.text, (asked, again.log)
    assert "记下" in again.heard[-1], "her answers are kept, and she is told"


def test_a_turn_that_twilio_repeats_is_one_turn(phones: Phones) -> None:
    known(phones)
    form = {"CallSid": "CA1", "From": CHEN, "Direction": "inbound"}
    first = phones.post("/hooks/voice", form).text
    assert phones.post("/hooks/voice", form).text == first
    action = re.findall(r'action="([^"]+)"', first)[0].replace("&amp;", "&")
    spoken = {**form, "SpeechResult": "我要登记。", "Confidence": "0.9"}
    second = phones.post(action, spoken).text
    before = Message.select().count()
    assert phones.post(action, spoken).text == second
    assert Message.select().count() == before


def test_what_was_barely_understood_is_asked_once_more_and_then_believed(phones: Phones) -> None:
    who = known(phones)
    first = phones.post("/hooks/voice", {"CallSid": "CA1", "From": CHEN}).text
    action = re.findall(r'action="([^"]+)"', first)[0].replace("&amp;", "&")
    mumbled = {"CallSid": "CA1", "From": CHEN, "SpeechResult": "我要登记", "Confidence": "0.21"}
    unsure = phones.post(action, mumbled).text
    assert "再说一遍" in unsure
    assert Inbound.select().where(Inbound.identity_id == who).count() == 1
    phones.post(re.findall(r'action="([^"]+)"', unsure)[0].replace("&amp;", "&"), mumbled)
    assert Inbound.select().where(Inbound.identity_id == who).count() == 2


@pytest.mark.parametrize("caller", ["anonymous", "+266696687", "Restricted", "+7378742833", ""])
def test_a_hidden_number_is_told_the_hotline(quick_phones: Phones, caller: str) -> None:
    call = quick_phones.call(caller)
    assert "0 1 0 6 5 0 0 1 2 3 4" in call.text
    assert call.log[-2:] == ["hangup", "end"]
    assert Inbound.select().count() == 0


def test_what_was_said_counts_as_sent_and_is_not_sent_again(phones: Phones) -> None:
    known(phones)
    phones.call(CHEN)
    assert {d.status for d in Delivery.select()} == {"sent"}


# --- calls of ours --------------------------------------------------------------------------------------------


def notice(*options: Option, text: str = "今天还好吗？") -> int:
    who = people.ensure("voice", CHEN)
    say(At(who.id), Words(text, options=options), purpose="notice")
    delivery = Delivery.get(Delivery.identity_id == who.id)
    Delivery.update(status="sent", provider_id="CA7").where(Delivery.id == delivery.id).execute()
    return int(delivery.id)


def ours(phones: Phones, delivery_id: int, keys: list[str], **more: str):  # type: ignore[no-untyped-def]
    return phones.call(
        OUR_NUMBER, keys, path=f"/hooks/voice/out?d={delivery_id}", sid="CA7", Direction="outbound-api",
        **{"To": CHEN, **more},
    )  # fmt: skip


def test_our_call_says_who_we_are_and_why(phones: Phones) -> None:
    call = ours(phones, notice(), [])
    assert call.heard[:2] == ["您好，这里是幸福里社区。", "今天还好吗？"]
    assert call.log.count("silence") == 1
    assert call.log[-2:] == ["hangup", "end"]


def test_an_option_of_our_call_is_answered_by_its_key(phones: Phones) -> None:
    delivery = notice(Option("!help", "我要帮助"), Option("!menu", "没事"))
    call = ours(phones, delivery, ["1"])
    assert "我要帮助，请按 1。" in call.heard
    assert Inbound.select().where(Inbound.outcome != "").count() == 1
    [heard] = Inbound.select()
    assert heard.event_id == "CA7:1"


def test_star_repeats_what_our_call_says(phones: Phones) -> None:
    call = ours(phones, notice(), ["*"])
    assert call.heard.count("今天还好吗？") == 2
    assert Inbound.select().count() == 0


def test_a_machine_is_told_the_words_and_asked_nothing(phones: Phones) -> None:
    call = ours(phones, notice(Option("!help", "我要帮助")), [], AnsweredBy="machine_end_beep")
    assert "今天还好吗？" in call.text
    assert "请按" not in call.text
    assert call.log[-2:] == ["hangup", "end"]


def test_nobody_elses_call_hears_the_message(phones: Phones) -> None:
    call = ours(phones, notice(), [], To="+8613900000002")
    assert "今天还好吗" not in call.text


@pytest.mark.parametrize(
    ("status", "then"),
    [
        ("completed", "delivered"),
        ("busy", "failed"),
        ("no-answer", "failed"),
        ("failed", "failed"),
        ("ringing", "sent"),
    ],
)
def test_the_end_of_our_call_is_on_the_record(phones: Phones, status: str, then: str) -> None:
    delivery = notice()
    response = phones.post(f"/hooks/voice/status?d={delivery}", {"CallSid": "CA7", "CallStatus": status})
    assert response.status_code == 204
    assert Delivery.get_by_id(delivery).status == then


def test_an_alarm_that_a_machine_took_has_reached_nobody(phones: Phones) -> None:
    delivery = notice()
    form = {"CallSid": "CA7", "CallStatus": "completed", "AnsweredBy": "machine_end_beep"}
    phones.post(f"/hooks/voice/status?d={delivery}", form)
    assert Delivery.get_by_id(delivery).status == "sent"
    phones.post(f"/hooks/voice/status?d={delivery}&a=1", form)
    assert Delivery.get_by_id(delivery).status == "failed"
