"""The webchat's endpoints: said once, answered once, kept, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from backend.messaging.models import Delivery, Identity, Inbound, Message
from tests.bots.chatting import OURS, Visitor, photo
from tests.databases import TestDatabase


@pytest.fixture
def chen(database: TestDatabase, app: Flask) -> Visitor:
    return Visitor(app)


@pytest.fixture
def wang(chen: Visitor, app: Flask) -> Visitor:
    return Visitor(app, "10.1.0.2")


def test_opening_the_chat_greets_with_what_can_be_done(chen: Visitor) -> None:
    greeting = chen.opens()[-1]
    assert "邻里" in greeting["text"]
    assert len(greeting["options"]) >= 2


def test_the_same_event_twice_changes_nothing_and_gets_the_same_answer(chen: Visitor) -> None:
    chen.opens()
    first = chen.say("厨房水管漏水了", event="burst-pipe-1")
    heard, told = Inbound.select().count(), Message.select().count()
    assert [line["id"] for line in chen.say("厨房水管漏水了", event="burst-pipe-1")] == [
        line["id"] for line in first
    ]
    assert (Inbound.select().count(), Message.select().count()) == (heard, told)


def test_two_people_may_use_the_same_event_id(chen: Visitor, wang: Visitor) -> None:
    chen.say("您好", event="same-event-id")
    assert wang.say("您好", event="same-event-id")
    assert Inbound.select().count() == 2


def test_an_option_is_picked_by_message_and_index(chen: Visitor) -> None:
    question = chen.say("厨房水管漏水了,3号楼2单元501")[-1]
    answer = chen.picks(question, 1)
    assert answer and answer[-1]["message"] != question["message"]


def test_nobody_answers_what_somebody_else_was_asked(chen: Visitor, wang: Visitor) -> None:
    question = chen.say("厨房水管漏水了,3号楼2单元501")[-1]
    wang.opens()
    wang.picks(question, 0)
    assert chen.picks(question, 1)[-1]["text"] != question["text"]


def test_replies_count_as_sent_once_the_response_is_out_and_read_once_seen(chen: Visitor) -> None:
    last = chen.opens()[-1]["id"]
    assert {d.status for d in Delivery.select()} == {"sent"}
    assert chen.post("/chat/seen", json={"last": last, "read": False}).status_code == 204
    assert Delivery.get_by_id(last).status == "delivered"
    chen.post("/chat/seen", json={"last": last, "read": True})
    chen.post("/chat/seen", json={"last": last, "read": False})
    assert Delivery.get_by_id(last).status == "read"


def test_nobody_marks_what_others_were_told_as_seen(chen: Visitor, wang: Visitor) -> None:
    last = chen.opens()[-1]["id"]
    wang.opens()
    wang.post("/chat/seen", json={"last": last, "read": True})
    assert Delivery.get_by_id(last).status == "sent"


# --- what comes back after a reload ---------------------------------------------------------------------------


def test_history_restores_both_sides_in_order(chen: Visitor) -> None:
    chen.opens()
    question = chen.say("厨房水管漏水了,3号楼2单元501")[-1]
    chen.picks(question, 1)
    history = chen.history()
    hers = [line["text"] for line in history if "event" in line]
    assert hers == ["厨房水管漏水了,3号楼2单元501", question["options"][1]]
    places = {line.get("text"): n for n, line in enumerate(history)}
    assert places[hers[0]] < places[question["text"]] < places[hers[1]]


def test_questions_that_are_over_offer_no_options_after_a_reload(chen: Visitor) -> None:
    question = chen.say("厨房水管漏水了,3号楼2单元501")[-1]
    assert not chen.history()[-1].get("closed")
    chen.picks(question, 1)
    again = next(line for line in chen.history() if line.get("message") == question["message"])
    assert again["closed"]


def test_a_sensitive_answer_comes_back_as_dots(chen: Visitor) -> None:
    chen.say("我要登记")
    line = chen.picks(chen.history()[-1], 0)[-1]
    for answer in ("陈秀英", "1", "1"):
        line = chen.say(answer)[-1]
    assert line["sensitive"], line
    chen.say("11010519491231002X")
    assert "11010519491231002X" not in str(chen.history())


def test_somebody_new_has_no_history(chen: Visitor, wang: Visitor) -> None:
    chen.opens()
    assert wang.history() == []
    assert wang.client.get("/chat/events").status_code == 204


# --- photos and places ----------------------------------------------------------------------------------------


def test_a_photo_is_kept_once_and_shown_to_its_sender_alone(chen: Visitor, wang: Visitor) -> None:
    assert chen.shows(photo(), event="photo-0001").status_code == 200
    chen.shows(photo(), event="photo-0001")
    shown = [line["photo"] for line in chen.history() if "photo" in line]
    assert len(shown) == 1
    assert chen.client.get(shown[0]).mimetype == "image/jpeg"
    wang.opens()
    assert wang.client.get(shown[0]).status_code == 404


def test_a_file_that_is_no_photo_gets_kind_words(chen: Visitor) -> None:
    answer = chen.shows(b"\x00\x01not a picture", name="virus.exe")
    assert answer.status_code == 422
    assert answer.get_json()["error"]


def test_a_file_beyond_the_limit_gets_kind_words_as_json(chen: Visitor) -> None:
    answer = chen.shows(b"\xff\xd8" + b"x" * (12 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.get_json()["error"]


def test_a_place_is_understood_and_kept(chen: Visitor) -> None:
    chen.lines(chen.send(location={"latitude": 39.9042, "longitude": 116.4074}))
    assert chen.history()[0]["place"]


# --- whatever else arrives ------------------------------------------------------------------------------------

ODD: list[dict[str, Any]] = [
    {},
    {"text": ""},
    {"text": " \u200b\n"[2:]},
    {"text": None},
    {"text": ["a"]},
    {"text": 7},
    {"option": {"message": -1, "index": 0}},
    {"option": {"message": True, "index": 0}},
    {"option": {"message": 2**40, "index": 0}},
    {"option": {"message": "1; DROP TABLE", "index": 0}},
    {"location": {"latitude": 91, "longitude": 0}},
    {"location": {"latitude": float("nan"), "longitude": 0}},
    {"location": {"latitude": "39", "longitude": 0}},
    {"language": "xx"},
]


@pytest.mark.parametrize("what", ODD, ids=str)
def test_what_cannot_be_meant_gets_kind_words_and_no_turn(chen: Visitor, what: dict[str, Any]) -> None:
    answer = chen.send(**what)
    assert answer.status_code == 422
    assert answer.get_json()["error"]
    assert Inbound.select().count() == 0


TEXTS = {
    "ten thousand characters": "好" * 10_000,
    "emoji alone": "🙂" * 300,
    "half a character": "\ud800 half a sign",
    "control characters": "a\x00b\x07c",
    "right to left": "مرحبا",
    "markup": "<script>",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text_is_answered(chen: Visitor, text: str) -> None:
    chen.opens()
    assert chen.say(text)
    assert chen.history()


@pytest.mark.parametrize("event", [None, 7, "", "short", "x" * 65, "with space", "引号引号引号引号"])
def test_an_event_without_a_usable_id_is_not_taken(chen: Visitor, event: Any) -> None:
    answer = chen.post("/chat/say", json={"event": event, "text": "您好"})
    assert answer.status_code == 422


def test_a_body_that_is_not_json_gets_kind_words(chen: Visitor) -> None:
    for body in (b"{", b"[]", b"\xff\xfe", b'"x"'):
        answer = chen.post("/chat/say", data=body, content_type="application/json")
        assert answer.status_code == 422
        assert answer.get_json()["error"]


# --- whose it is ----------------------------------------------------------------------------------------------


def test_another_site_cannot_speak_for_her(chen: Visitor) -> None:
    chen.opens()
    for headers in (
        {"Accept": "application/json"},
        {**OURS, "Origin": "https://evil.example"},
        {**OURS, "Sec-Fetch-Site": "cross-site"},
    ):
        answer = chen.post("/chat/say", json={"event": "forged-event", "text": "hi"}, headers=headers)
        assert answer.status_code == 403
    assert (
        chen.post(
            "/chat/say",
            json={"event": "own-event-1", "text": "您好"},
            headers={**OURS, "Origin": "http://localhost"},
        ).status_code
        == 200
    )


def test_a_cookie_that_we_did_not_sign_opens_nobodys_chat(chen: Visitor, app: Flask) -> None:
    chen.opens()
    cookie = chen.client.get_cookie("linli_chat")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Lax"
    thief = Visitor(app, "10.1.0.9")
    thief.client.set_cookie("linli_chat", cookie.value[:-2] + "xx")
    assert thief.history() == []


def test_the_cookie_holds_for_a_year_and_only_over_https_where_there_is_https(
    configure: Any, chen: Visitor
) -> None:
    configure(PUBLIC_URL="https://linli.example.test")
    answer = chen.client.get("/chat", base_url="https://linli.example.test")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "linli-chat" in c)
    assert cookie.startswith("__Host-linli-chat=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Max-Age=31536000", "Path=/"):
        assert part in cookie


def test_somebody_who_types_too_fast_for_a_person_is_asked_for_a_pause(chen: Visitor, wang: Visitor) -> None:
    statuses = [chen.send(text="您好").status_code for _n in range(42)]
    assert statuses.count(200) == 40
    answer = chen.send(text="您好")
    assert answer.status_code == 429
    assert answer.get_json()["error"]
    assert wang.send(text="您好").status_code == 200


def test_the_language_of_page_and_conversation_changes_together(chen: Visitor) -> None:
    chen.say("我要报修")
    told = chen.lines(chen.send(language="en"))
    assert all(line["lang"] == "en" for line in told)
    assert 'lang="en"' in chen.client.get("/chat").text
    assert Identity.get().locale == "en"
    assert "English" in [line["text"] for line in chen.history() if "event" in line]


# --- the page -------------------------------------------------------------------------------------------------


def test_the_page_and_everything_it_loads_stay_under_150_kilobytes(chen: Visitor) -> None:
    page = chen.client.get("/chat")
    names = ("light.css", "chat.css", "size.js", "chat.js", "lines.js", "outbox.js", "photo.js")
    files = [chen.client.get(f"/chat/static/{name}") for name in names]
    assert all(file.status_code == 200 for file in files)
    assert sum(len(answer.data) for answer in (page, *files)) < 150_000


def test_no_page_of_residents_carries_a_script_of_its_own(chen: Visitor) -> None:
    for path in ("/", "/chat"):
        text = chen.client.get(path).text
        assert "<script>" not in text and " style=" not in text and " onclick" not in text
        assert "unsafe" not in chen.client.get(path).headers["Content-Security-Policy"]


def test_the_portal_names_every_way_that_is_open(chen: Visitor, configure: Any) -> None:
    assert "010-6500 1234" in chen.client.get("/").text
    configure(TWILIO_ACCOUNT_SID="AC1", TWILIO_FROM="+861065001234", TELEGRAM_BOT_TOKEN="1:x")
    text = chen.client.get("/").text
    assert "sms:+861065001234" in text and "tel:+861065001234" in text and "/telegram" in text
