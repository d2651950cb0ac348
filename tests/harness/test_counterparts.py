"""The counterparts keep to the providers' contracts: the official clients talk to them."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from smtplib import SMTP, SMTPRecipientsRefused
from typing import Any

import pytest
import requests
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, RetryAfter
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.harness import phones, twiml_grammar
from tests.harness.browser import accessibility, browser, missing_glyphs, page
from tests.harness.smtp import PASSWORD, USER, MailSink
from tests.harness.telegram import TelegramEmulator
from tests.harness.twilio_server import ACCOUNT, AUTH_TOKEN, OUR_NUMBER, TwilioServer
from tests.servers import free_port, until

HERE = Path(__file__).parent
OPENAPI = Path(os.environ.get("TWILIO_OPENAPI", HERE.parents[2] / "shared/harness/oai/twilio_prism.json"))
CHEN = "+8613800000001"


class _Here(TwilioHttpClient):
    """The official client, with another host: its own `region` and `edge` reach only twilio.com."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self._base), *args, **kwargs)


@pytest.fixture(scope="module")
def telegram() -> Iterator[TelegramEmulator]:
    with TelegramEmulator() as emulator:
        yield emulator


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    with TwilioServer() as server:
        yield server


def bot(telegram: TelegramEmulator) -> Bot:
    return Bot(
        telegram.token, base_url=f"{telegram.api_base}/bot", base_file_url=f"{telegram.api_base}/file/bot"
    )


def test_telegram_passes_texts_and_taps_both_ways(telegram: TelegramEmulator) -> None:
    chen = telegram.user(1001, "陈秀英")
    chen.says("漏水了")

    async def turn() -> str:
        async with bot(telegram) as linli:
            update = (await linli.get_updates(timeout=30))[0]
            assert update.message and update.message.text == "漏水了"
            button = InlineKeyboardButton("在流,很急", callback_data="k:1")
            await linli.send_message(1001, "水在流吗?", reply_markup=InlineKeyboardMarkup([[button]]))
            await asyncio.to_thread(chen.waits_for, "水在流吗")
            await asyncio.to_thread(chen.taps, "很急")
            tapped = (await linli.get_updates(offset=update.update_id + 1, timeout=30))[0]
            assert tapped.callback_query and tapped.callback_query.data
            await tapped.callback_query.answer()
            await tapped.callback_query.edit_message_text("好的")
            return tapped.callback_query.data

    assert asyncio.run(turn()) == "k:1"
    assert chen.messages()[-1]["text"] == "好的"


def test_telegram_limits_blocks_and_refuses(telegram: TelegramEmulator) -> None:
    li = telegram.user(1002)
    li.says("/start")

    async def refused(error: type[Exception], chat: int, text: str, **options: Any) -> None:
        async with bot(telegram) as linli:
            with pytest.raises(error):
                await linli.send_message(chat, text, **options)

    telegram.fail("sendMessage", 429, retry_after=3)
    asyncio.run(refused(RetryAfter, 1002, "x"))
    telegram.block(1002)
    asyncio.run(refused(Forbidden, 1002, "x"))
    telegram.block(1002, blocked=False)
    asyncio.run(refused(BadRequest, 1002, "x" * 4097))
    asyncio.run(refused(BadRequest, 1002, "<b>x", parse_mode="HTML"))


def test_twilios_client_sends_and_calls(twilio: TwilioServer) -> None:
    client = Client(ACCOUNT, AUTH_TOKEN, http_client=_Here(twilio.api_base))
    sent = client.messages.create(to=CHEN, from_=OUR_NUMBER, body="【邻里】您好")
    called = client.calls.create(to=CHEN, from_=OUR_NUMBER, url="https://linli.example.test/hooks/voice")
    assert (sent.status, called.status) == ("queued", "queued")
    assert client.messages(sent.sid).fetch().body == "【邻里】您好"
    assert twilio.waits_for_message(CHEN, "您好").sid == sent.sid


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        (21211, {"to": "13800000001", "body": "x"}),
        (21617, {"to": CHEN, "body": "长" * 1601}),
        (21602, {"to": CHEN}),
        (21610, {"to": "+8613800000009", "body": "x"}),
    ],
)
def test_twilio_refuses_what_twilio_refuses(twilio: TwilioServer, code: int, asked: dict[str, str]) -> None:
    twilio.unsubscribed.add("+8613800000009")
    client = Client(ACCOUNT, AUTH_TOKEN, http_client=_Here(twilio.api_base))
    with pytest.raises(TwilioRestException) as refusal:
        client.messages.create(from_=OUR_NUMBER, **asked)  # type: ignore[arg-type]
    assert refusal.value.code == code
    assert twilio.messages == []


def test_twilio_refuses_a_wrong_password_and_unknown_parameters(twilio: TwilioServer) -> None:
    url = f"{twilio.api_base}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    good = {"To": CHEN, "From": OUR_NUMBER, "Body": "x"}
    assert requests.post(url, good, auth=(ACCOUNT, "wrong"), timeout=60).status_code == 401
    assert requests.post(url, {**good, "Bdy": "x"}, auth=(ACCOUNT, AUTH_TOKEN), timeout=60).status_code == 400


def test_a_lost_answer_is_a_message_that_was_sent(twilio: TwilioServer) -> None:
    twilio.lose_answer()
    url = f"{twilio.api_base}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    with pytest.raises(requests.ConnectionError):
        requests.post(
            url, {"To": CHEN, "From": OUR_NUMBER, "Body": "x"}, auth=(ACCOUNT, AUTH_TOKEN), timeout=60
        )
    assert len(twilio.messages) == 1


@pytest.fixture(scope="module")
def twilio_like_the_specification() -> Iterator[str]:
    """Twilio's published OpenAPI served by Prism where that file is at hand, else our own server."""
    if not OPENAPI.exists():
        with TwilioServer() as server:
            yield server.api_base
        return
    port = free_port()
    program = HERE / "node_modules/@stoplight/prism-cli/dist/index.js"
    command = ["node", str(program), "mock", "-h", "127.0.0.1", "-p", str(port), "--errors", str(OPENAPI)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"

    def up() -> bool:
        try:
            requests.get(base, timeout=5)
        except requests.RequestException:
            return False
        return True

    try:
        until(up, what="Prism")
        yield base
    finally:
        process.kill()
        process.wait()


def test_what_we_ask_of_twilio_fits_its_published_interface(twilio_like_the_specification: str) -> None:
    client = Client(ACCOUNT, AUTH_TOKEN, http_client=_Here(twilio_like_the_specification))
    callback = "https://linli.example.test/hooks/sms/status"
    assert client.messages.create(to=CHEN, from_=OUR_NUMBER, body="您好", status_callback=callback).sid
    assert client.calls.create(
        to=CHEN, from_=OUR_NUMBER, url="https://linli.example.test/hooks/voice",
        status_callback=callback, status_callback_event=["initiated", "completed"], machine_detection="Enable",
    ).sid  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        "<Response><Gather numDigit='1'><Say>x</Say></Gather></Response>",
        "<Response><Say>x",
        "<Resp/>",
        "<Response><Gather><Dial>1</Dial></Gather></Response>",
        "<Response><Hangup foo='1'/></Response>",
        "<Response><Say></Say></Response>",
    ],
)
def test_wrong_twiml_is_noticed(wrong: str) -> None:
    assert twiml_grammar.check(wrong, "voice")


def test_right_twiml_passes() -> None:
    spoken = '<Response><Gather input="dtmf speech" timeout="8"><Say language="zh-CN">您好</Say></Gather><Hangup/></Response>'
    assert twiml_grammar.check(spoken, "voice") == []
    assert phones.replies("<Response><Message>【邻里】好的</Message></Response>") == ["【邻里】好的"]


def test_mail_is_kept_and_refused_as_asked() -> None:
    with MailSink() as mail, SMTP("127.0.0.1", mail.port) as smtp:
        smtp.login(USER, PASSWORD)
        smtp.sendmail("linli@example.test", ["wang@example.test"], "To: wang@example.test\nSubject: Hi\n\nx")
        with pytest.raises(SMTPRecipientsRefused):
            smtp.sendmail("linli@example.test", ["reject@example.test"], "x")
        assert mail.waits_for("wang@example.test")["Subject"] == "Hi"


def test_chromium_draws_chinese_and_axe_finds_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "good.html").write_text(
        "<!doctype html><html lang=zh-CN><meta charset=utf-8><title>邻里</title><main><h1>龘靐齉 简繁體</h1></main></html>"
    )
    (tmp_path / "bad.html").write_text("<!doctype html><html><meta charset=utf-8><input></html>")
    with browser() as chromium, page(chromium) as shown:
        shown.goto(f"file://{tmp_path}/good.html")
        assert missing_glyphs(shown) == []
        assert accessibility(shown) == []
        shown.goto(f"file://{tmp_path}/bad.html")
        assert any(found.startswith("label") for found in accessibility(shown))
