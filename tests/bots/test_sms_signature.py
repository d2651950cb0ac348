"""Only Twilio may knock: our signature check says what Twilio's own says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from bots.twilio import genuine, personal_number, signature
from tests.bots.conftest import PUBLIC, Phones, hooks

TOKEN = "a-token"
WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
FORMS = st.lists(st.tuples(WORDS, WORDS), max_size=8)
URLS = st.sampled_from(
    [
        "https://linli.example.test/hooks/sms",
        "https://linli.example.test/hooks/voice?n=3&m=1.2",
        "https://linli.example.test:8443/hooks/voice?n=3",
        "https://linli.example.test:443/hooks/sms",
        "http://127.0.0.1:8000/hooks/sms/status?d=7",
    ]
)


@given(URLS, FORMS)
def test_we_sign_as_twilio_signs(url: str, form: list[tuple[str, str]]) -> None:
    fields = MultiDict(form)
    assert signature(TOKEN, url, form) == RequestValidator(TOKEN).compute_signature(url, fields)


@given(URLS, URLS, FORMS, FORMS, st.sampled_from([TOKEN, "another"]))
def test_we_believe_exactly_what_twilios_validator_believes(
    signed_url: str, url: str, signed: list[tuple[str, str]], form: list[tuple[str, str]], token: str
) -> None:
    theirs = RequestValidator(TOKEN)
    for pairs in (signed, form):
        given_signature = RequestValidator(token).compute_signature(signed_url, MultiDict(signed))
        believed = theirs.validate(url, MultiDict(pairs), given_signature)
        assert genuine(TOKEN, url, pairs, given_signature) == believed


def test_without_a_token_nobody_is_believed() -> None:
    form = {"Body": "x"}
    pairs = list(form.items())
    assert not genuine("", "https://x/", pairs, RequestValidator("").compute_signature("https://x/", form))
    assert not genuine(TOKEN, "https://x/", pairs, "")


@pytest.mark.parametrize(
    "path",
    ["/hooks/sms", "/hooks/sms/status", "/hooks/voice", "/hooks/voice/out", "/hooks/voice/status"],
)
def test_every_hook_refuses_what_twilio_did_not_sign(quick_phones: Phones, path: str) -> None:
    form = {"From": "+8613800000001", "MessageSid": "SM1", "CallSid": "CA1", "Body": "你好"}
    assert quick_phones.post(path, form, signed=False).status_code == 403
    good = RequestValidator("wrong").compute_signature(PUBLIC + path, form)
    answer = quick_phones.client.post(path, data=form, headers={"X-Twilio-Signature": good})
    assert answer.status_code == 403
    strange = quick_phones.client.post(path, data=form, headers={"X-Twilio-Signature": "é" * 40})
    assert strange.status_code == 403


@given(form=st.dictionaries(WORDS, WORDS, max_size=6))
@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=30,
)
def test_unsigned_noise_is_refused(configure: Callable[..., None], form: dict[str, str]) -> None:
    configure(TWILIO_AUTH_TOKEN="t", PUBLIC_URL=PUBLIC)
    answer = hooks().post("/hooks/sms", data=form, headers={"X-Twilio-Signature": "AAAA"})
    assert answer.status_code == 403


def test_a_body_changed_on_the_way_is_refused(quick_phones: Phones) -> None:
    form = {"From": "+8613800000001", "MessageSid": "SM1", "Body": "你好"}
    good = RequestValidator("test-twilio-auth-token").compute_signature(f"{PUBLIC}/hooks/sms", form)
    changed = quick_phones.client.post(
        "/hooks/sms", data={**form, "Body": "再见"}, headers={"X-Twilio-Signature": good}
    )
    assert changed.status_code == 403


@pytest.mark.parametrize(
    "address", ["10086", "LINLI", "whatsapp:+8613800000001", "anonymous", "+266696687", "", "+1", "sip:a@b"]
)
def test_who_is_no_person_with_a_number_is_not_answered(address: str) -> None:
    assert personal_number(address) is None


def test_a_persons_number_is_taken_as_it_is() -> None:
    assert personal_number("+8613800138000") == "+8613800138000"
