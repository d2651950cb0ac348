"""The webhook in the web process: only Telegram gets in, nothing it sends makes us stumble, every update counts once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.serving import make_server

from backend.messaging.models import Delivery, Inbound
from bots import telegram_background
from bots.telegram_hook import webhook_secret
from tests.databases import TestDatabase
from tests.harness.telegram import TelegramEmulator, TelegramUser
from tests.servers import free_port, until

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
PARTS = st.sampled_from(
    (
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
        "channel_post",
        "poll",
        "from",
        "chat",
        "text",
        "id",
        "photo",
        "date",
        "data",
        "message_id",
        "contact",
        "location",
        "type",
    )
)
UPDATES = st.dictionaries(PARTS, st.dictionaries(PARTS, JSON, max_size=6) | JSON, max_size=4)


@pytest.fixture
def hooked(
    app_of_the_hook: Flask, telegram_api: TelegramEmulator, configure: Callable[..., None]
) -> Iterator[FlaskClient]:
    yield app_of_the_hook.test_client()
    telegram_background.stop()


@pytest.fixture
def app_of_the_hook(request: pytest.FixtureRequest, telegram_api: TelegramEmulator) -> Flask:
    """The whole web app, with Telegram switched on."""
    found: Flask = request.getfixturevalue("app")
    return found


def post(client: FlaskClient, body: bytes | str, secret: str | None = None) -> int:
    headers = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret() if secret is None else secret}
    return client.post(
        "/hooks/telegram", data=body, headers=headers, content_type="application/json"
    ).status_code


def test_without_the_secret_nobody_gets_in(hooked: FlaskClient) -> None:
    update = json.dumps({"update_id": 1})
    assert hooked.post("/hooks/telegram", data=update, content_type="application/json").status_code == 403
    assert post(hooked, update, "wrong") == 403
    assert post(hooked, update, "") == 403
    assert post(hooked, update, "密") == 403
    assert Inbound.select().count() == 0


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "1", "null", "{}", '{"update_id": "x"}', b"\xff\xfe", "[" * 200_000]
)
def test_what_is_no_update_is_refused_politely(hooked: FlaskClient, body: str | bytes) -> None:
    assert post(hooked, body) == 400


def test_any_update_however_odd_never_makes_a_server_error(hooked: FlaskClient) -> None:
    @given(UPDATES)
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    def odd(update: dict[str, object]) -> None:
        assert post(hooked, json.dumps({"update_id": 1, **update})) == 200

    odd()


def test_ten_thousand_characters_emoji_and_right_to_left_text_are_answered(
    hooked: FlaskClient, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    chen.says("/start")  # the emulator knows the chat from now on
    sender = {"id": chen.id, "is_bot": False, "first_name": "C", "language_code": "en"}
    texts = ["水" * 10_000, "👍🏽👨‍👩‍👧", "مرحبا\u202e", "\ud800 half", "a\x00b", "<b>&amp;"]
    for number, text in enumerate(texts):
        message = {
            "message_id": number + 1,
            "date": 1,
            "chat": {"id": chen.id, "type": "private"},
            "from": sender,
            "text": text,
        }
        assert post(hooked, json.dumps({"update_id": number + 1, "message": message})) == 200
    until(lambda: len(chen.messages()) >= len(texts), what="an answer to each")


def test_the_same_update_twice_has_one_effect(
    hooked: FlaskClient, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    chen.says("/start")
    sender = {"id": chen.id, "is_bot": False, "first_name": "C", "language_code": "en"}
    message = {
        "message_id": 1,
        "date": 1,
        "chat": {"id": chen.id, "type": "private"},
        "from": sender,
        "text": "/help",
    }
    update = json.dumps({"update_id": 9, "message": message})
    posts = [threading.Thread(target=lambda: post(hooked, update)) for _ in range(3)]
    for thread in posts:
        thread.start()
    for thread in posts:
        thread.join()
    assert Inbound.select().count() == 1
    until(lambda: not Delivery.select().where(Delivery.status != "sent").exists(), what="delivered")
    assert sum("Office" in m["text"] for m in chen.messages()) == 1


def test_with_telegram_switched_off_there_is_no_hook(app: Flask) -> None:
    assert app.test_client().post("/hooks/telegram", json={"update_id": 1}).status_code == 404


def test_a_conversation_runs_over_the_webhook(
    app_of_the_hook: Flask,
    hooked: FlaskClient,
    telegram_api: TelegramEmulator,
    chen: TelegramUser,
    sqlite_database: TestDatabase,
) -> None:
    port = free_port()
    server = make_server("127.0.0.1", port, app_of_the_hook, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        url = f"http://127.0.0.1:{port}/hooks/telegram"
        telegram_api.post(
            f"/bot{telegram_api.token}/setWebhook", {"url": url, "secret_token": webhook_secret()}
        )
        chen.says("/start")
        chen.waits_for("Linli")
        chen.says("/language")
        chen.waits_for("language")
        chen.taps("English")
        chen.waits_for("in English")
        until(lambda: "✓ English" in str(chen.messages()), what="the choice shown")
        assert {entry["status"] for entry in telegram_api.webhook_log()} == {200}
    finally:
        telegram_api.post(f"/bot{telegram_api.token}/deleteWebhook", {})
        server.shutdown()
        serving.join()
