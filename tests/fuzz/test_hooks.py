"""Whatever arrives at a door: refused when it is not proven, answered kindly when it is, and the conversation lives on."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from backend.inbox.models import Handover
from backend.messaging.models import Inbound
from bots import telegram_hook
from tests.databases import TestDatabase
from tests.fuzz import inputs
from tests.fuzz.town import Town, chat_cookie, new_phone, serial
from tests.harness import twiml_grammar

fuzzed = hypothesis_settings(
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
    deadline=None,
    max_examples=30,
)

TWILIO = (
    "/hooks/sms",
    "/hooks/sms/status",
    "/hooks/sms/status?d=99999999999999999999",
    "/hooks/sms/status?d=-1.1.x.2147483648",
    "/hooks/voice",
    "/hooks/voice?l=1",
    "/hooks/voice?n=1&s=9&m=1.2.zz.99999999999999999999&o=2147483648&q=1",
    "/hooks/voice?n=99999999999999999999",
    "/hooks/voice?n=-1&o=999999999",
    "/hooks/voice?n=%00&m=%ff%fe",
    "/hooks/voice/out?d=1",
    "/hooks/voice/out?d=99999999999999999999",
    "/hooks/voice/status?d=1&a=1",
    "/hooks/voice/status?d=%F0%9F%99%82",
)


def still_talks(town: Town, phone: str) -> None:
    """She can register all the same."""
    for _ in range(4):  # what was open, and what waits beneath it
        town.sms(phone, "取消")
    answers = "\n".join(town.sms(phone, "我要注册"))
    assert "我同意" in answers or "I agree" in answers, answers


def never_failed() -> None:
    """Nothing fell over inside a turn, where the person would only see an apology."""
    failed = [i.id for i in Inbound.select().where(Inbound.outcome == "failed")]
    assert not failed
    assert not Handover.select().where(Handover.reason == "failed").exists()


# --- proven or refused ----------------------------------------------------------------------------------------


def test_what_twilio_did_not_sign_is_refused(town: Town) -> None:
    form = {"From": new_phone(), "MessageSid": "SM1", "Body": "注册"}
    for path in TWILIO:
        for shown in (None, "", "x", "好", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="):
            headers = {} if shown is None else {"X-Twilio-Signature": shown.encode().decode("latin-1")}
            assert town.client.post(path, data=form, headers=headers).status_code == 403, (path, shown)
    assert Inbound.select().count() == 0


def test_another_site_cannot_speak_for_the_chat_page(town: Town) -> None:
    body = json.dumps({"event": "12345678", "text": "注册"})
    for path in ("/chat/say", "/chat/photo", "/chat/seen"):
        assert town.client.post(path, data=body, content_type="application/json").status_code == 403
        assert town.chat(path, {"event": "12345678"}, Origin="https://evil.example").status_code == 403
    assert Inbound.select().count() == 0


# --- signed noise ---------------------------------------------------------------------------------------------


def noise_at_twilios_doors(town: Town, path: str, form: dict[str, str]) -> None:
    response = town.twilio(path, form)
    if "/status" in path:
        assert response.status_code == 204
    else:
        assert response.status_code == 200
        assert twiml_grammar.check(response.text, "voice" if "voice" in path else "messaging") == []
    never_failed()


@given(path=st.sampled_from(TWILIO), form=inputs.forms)
@example(
    path="/hooks/sms",
    form={"From": "+8613800000001", "MessageSid": "S\x00M", "Body": "a\x00b", "NumMedia": "-1"},
)
@example(path="/hooks/sms", form={"From": "+8613800000001", "MessageSid": "S\x00M", "OptOutType": "STOP"})
@example(path="/hooks/voice", form={"From": "+8613800000001", "CallSid": "C\x00A"})
@example(
    path="/hooks/sms/status", form={"MessageSid": "S\x00M", "MessageStatus": "failed", "ErrorCode": "30005"}
)
@fuzzed
def test_whatever_twilio_signed_is_answered(town: Town, path: str, form: dict[str, str]) -> None:
    noise_at_twilios_doors(town, path, form)


@given(path=st.sampled_from(TWILIO), form=inputs.forms)
@example(
    path="/hooks/sms",
    form={"From": "+8613800000001", "MessageSid": "S\x00M", "Body": "a\x00b", "NumMedia": "-1"},
)
@example(path="/hooks/sms", form={"From": "+8613800000001", "MessageSid": "S\x00M", "OptOutType": "STOP"})
@example(path="/hooks/voice", form={"From": "+8613800000001", "CallSid": "C\x00A"})
@example(path="/hooks/voice?n=1", form={"From": "+8613800000001", "CallSid": "C", "SpeechResult": "\x00"})
@example(
    path="/hooks/sms/status", form={"MessageSid": "S\x00M", "MessageStatus": "failed", "ErrorCode": "30005"}
)
@fuzzed
def test_whatever_twilio_signed_is_answered_on_postgresql(
    postgres_database: TestDatabase, town: Town, path: str, form: dict[str, str]
) -> None:
    noise_at_twilios_doors(town, path, form)


NO_FORMS = (
    b"", b"=", b"&&&", b"%", b"%zz=%", b"From=%ff%fe&Body=%ed%a0%80", b"\xff\x00\xfe", b"{}",
    b"From=%2B8613800000001&From=%2B8613800000002&Body=a&Body=b&MessageSid=1&MessageSid=2",
    b"&".join(b"f%d=x" % n for n in range(1000)),
    b"From=%2B8613800000001&MessageSid=SM1&Body=" + quote("字" * 10_000).encode(),
)  # fmt: skip


@pytest.mark.parametrize("path", ["/hooks/sms", "/hooks/sms/status?d=1", "/hooks/voice", "/hooks/voice?n=1"])
def test_a_form_that_is_none_is_survived(town: Town, path: str) -> None:
    for body in NO_FORMS:
        assert town.twilio(path, body).status_code in (200, 204, 403, 413), body[:40]
    never_failed()


def test_more_than_twelve_megabytes_are_refused(town: Town) -> None:
    form = {"event": "12345678", "Body": "x", "photo": "x" * (13 * 1024 * 1024)}
    headers = {"X-Linli": "1", "X-Telegram-Bot-Api-Secret-Token": telegram_hook.webhook_secret()}
    for path in ("/hooks/sms", "/hooks/voice", "/hooks/telegram", "/chat/photo", "/admin/sign-in"):
        response = town.client.post(
            path, data=form, headers=headers, content_type="application/x-www-form-urlencoded"
        )
        assert response.status_code == 413, path
        assert response.text


# --- one person, any text -------------------------------------------------------------------------------------


def test_any_text_by_sms_is_answered_and_she_can_still_register(database: TestDatabase, town: Town) -> None:
    for odd, text in inputs.ODD_TEXTS.items():
        phone = new_phone()
        assert town.sms(phone, "你好")
        answers = town.sms(phone, text)
        assert answers, f"a person waits for an answer to {odd}"
        assert all(answer.strip() for answer in answers), odd
        still_talks(town, phone)
    never_failed()


@given(said=st.lists(inputs.texts, min_size=1, max_size=8))
@fuzzed
def test_no_conversation_by_sms_gets_stuck(town: Town, said: list[str]) -> None:
    phone = new_phone()
    for text in said:
        town.sms(phone, text)
    never_failed()
    still_talks(town, phone)


@given(said=st.lists(inputs.texts, min_size=1, max_size=6))
@hypothesis_settings(fuzzed, max_examples=12)
def test_no_conversation_by_sms_gets_stuck_on_postgresql(
    postgres_database: TestDatabase, town: Town, said: list[str]
) -> None:
    phone = new_phone()
    for text in ("注册", "1", *said):
        town.sms(phone, text)
    never_failed()
    still_talks(town, phone)


@given(
    turns=st.lists(
        st.tuples(
            st.sampled_from(["Digits", "SpeechResult"]),
            st.one_of(
                inputs.texts, inputs.numbers, st.sampled_from(["*", "#", "**", "1#", "12345678901234567890"])
            ),
        ),
        max_size=6,
    )
)
@fuzzed
def test_no_call_gets_stuck(town: Town, turns: list[tuple[str, str]]) -> None:
    caller = new_phone()
    assert "<Gather" in town.voice(caller, CallSid=f"CA{serial()}")
    for n, (how, what) in enumerate(turns):
        town.voice(caller, f"/hooks/voice?n={n}&l=1", CallSid=f"CA{serial()}", **{how: what})
    never_failed()
    assert "<Say" in town.voice(caller, "/hooks/voice?n=20", CallSid=f"CA{serial()}", SpeechResult="我要注册")


# --- Telegram -------------------------------------------------------------------------------------------------

PARTS = st.sampled_from(
    [
        "message",
        "edited_message",
        "callback_query",
        "from",
        "chat",
        "text",
        "id",
        "data",
        "message_id",
        "contact",
        "location",
        "photo",
    ]
)


@given(
    update=st.dictionaries(
        PARTS, st.dictionaries(PARTS, inputs.json_values, max_size=5) | inputs.json_values, max_size=4
    )
)
@fuzzed
def test_whatever_telegram_proves_is_taken(town: Town, update: dict[str, Any]) -> None:
    body = json.dumps({"update_id": serial(), **update}).encode()
    assert town.telegram(body).status_code == 200


NO_UPDATES = (
    b"", b"[]", b"null", b"{", b'"x"', b"\xff\xfe", b'{"update_id": "1"}', b'{"update_id": 1e400}',
    b'{"update_id": ' + b"9" * 5000 + b"}", b"[" * 100_000, b'{"a":' * 50_000,
)  # fmt: skip


def test_what_is_no_update_is_refused(town: Town) -> None:
    for body in NO_UPDATES:
        assert town.telegram(body).status_code == 400, body[:30]


# --- the chat page --------------------------------------------------------------------------------------------


def say_to(town: Town, body: Any, cookie: str = "") -> Any:
    response = town.chat("/chat/say", body, cookie)
    assert response.status_code < 500, response.text
    assert response.get_json(), "an answer, or kind words about what did not arrive"
    return response


@given(
    body=inputs.json_values
    | st.dictionaries(
        st.sampled_from(["event", "text", "option", "location", "language", "start"]),
        inputs.json_values,
        max_size=5,
    )
)
@example(body={"event": "12345678", "option": {"message": 10**30, "index": -1}})
@example(
    body={"event": "12345678", "option": {"message": 2**31 - 1, "index": 2**31 - 1, "label": "\x00\ud800"}}
)
@example(body={"event": "12345678", "location": {"latitude": float("nan"), "longitude": float("inf")}})
@example(body={"event": "12345678", "text": "a\x00\ud800b"})
@fuzzed
def test_whatever_the_chat_page_sends_is_survived(town: Town, body: Any) -> None:
    say_to(town, body)
    never_failed()


@given(said=st.lists(inputs.texts | st.sampled_from(["\ud800", "a\udfffb"]), min_size=1, max_size=6))
@hypothesis_settings(fuzzed, max_examples=12)
def test_no_chat_gets_stuck(database: TestDatabase, town: Town, said: list[str]) -> None:
    cookie = chat_cookie(say_to(town, {"event": f"event-{serial():08d}", "start": True}))
    assert cookie
    for text in said:
        say_to(town, {"event": f"event-{serial():08d}", "text": text}, cookie)
    never_failed()
    say_to(town, {"event": f"event-{serial():08d}", "text": "取消"}, cookie)
    answer = say_to(town, {"event": f"event-{serial():08d}", "text": "我要注册"}, cookie).get_json()
    assert "我同意" in json.dumps(answer, ensure_ascii=False)


NO_JSON = (b"", b"[" * 100_000, b'{"a":' * 50_000, b"\xff", b"nul", b'{"event":"12345678","text":"\\ud800"}')


def test_json_that_is_none_or_too_deep_gets_kind_words(town: Town) -> None:
    for path in ("/chat/say", "/chat/seen"):
        for body in NO_JSON:
            response = town.chat(path, body)
            assert 200 <= response.status_code < 500, (path, body[:20])
    never_failed()


# --- sign-in and links ----------------------------------------------------------------------------------------


@given(name=inputs.texts, password=inputs.texts, next_=inputs.texts)
@hypothesis_settings(fuzzed, max_examples=15)
def test_no_name_or_password_makes_the_sign_in_stumble(
    database: TestDatabase, town: Town, name: str, password: str, next_: str
) -> None:
    town.app.config["WTF_CSRF_ENABLED"] = False
    n = serial()
    response = town.client.post(
        "/admin/sign-in", query_string={"next": next_}, data={"username": name, "password": password},
        environ_overrides={"REMOTE_ADDR": f"10.9.{n // 250}.{n % 250}"},
    )  # fmt: skip
    assert response.status_code in (400, 401), "PostgreSQL cannot look for a NUL"
    assert "<script>alert" not in response.text


def test_a_link_that_is_none_says_so(database: TestDatabase, town: Town) -> None:
    tokens = [*filter(str.strip, inputs.ODD_TEXTS.values()), "%ff", "..%2f..%2fetc"]
    for path in ("/activate/", "/my/export/", "/chat/photo/"):
        for token in tokens:
            n = serial()
            response = town.client.get(
                path + quote(token, safe="%"), environ_overrides={"REMOTE_ADDR": f"10.8.{n // 250}.{n % 250}"}
            )
            assert response.status_code in (400, 404, 405, 308), (path, token[:20])
