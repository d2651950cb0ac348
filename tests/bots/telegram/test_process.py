"""The `telegram` process itself, as the Procfile starts it."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from tests.harness.telegram import TelegramEmulator, TelegramUser
from tests.servers import until
from tests.system import running_system

pytestmark = pytest.mark.e2e


def settings(emulator: TelegramEmulator, **more: str) -> dict[str, str]:
    return {"TELEGRAM_BOT_TOKEN": emulator.token, "TELEGRAM_API_BASE": emulator.api_base, **more}


def test_killed_at_any_moment_it_goes_on_where_it_was_and_answers_everything_once(
    tmp_path: Path, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    with running_system(
        tmp_path, settings=settings(telegram_api), processes=("services", "telegram")
    ) as linli:
        chen.says("/start")
        chen.waits_for("Linli")
        linli.kill("telegram")
        chen.says("/language")
        linli.start("telegram")
        chen.waits_for("language")
        assert linli.stop("telegram") == 0
        log = linli.log("telegram", 1000)
    assert sum("Linli" in m["text"] for m in chen.messages()) == 1
    assert telegram_api.token not in log and str(chen.id) not in log and "language" not in log


def test_without_a_token_it_says_so_and_waits(tmp_path: Path) -> None:
    with running_system(tmp_path, processes=("services", "telegram")) as linli:
        until(lambda: "TELEGRAM_BOT_TOKEN" in linli.log("telegram"), what="a word about the token")
        assert linli.running("telegram")
        assert linli.stop("telegram") == 0


def test_with_a_public_address_telegram_is_told_to_call_us(
    tmp_path: Path, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    given = settings(telegram_api, PUBLIC_URL="http://127.0.0.1:9")
    with running_system(tmp_path, settings=given, processes=("services", "telegram")):
        until(lambda: bool(_webhook(telegram_api)), what="the webhook")
    assert _webhook(telegram_api) == "http://127.0.0.1:9/hooks/telegram"
    told = telegram_api.calls("setWebhook")[0]["body"]
    assert len(told["secret_token"]) == 64 and "callback_query" in told["allowed_updates"]


def _webhook(telegram_api: TelegramEmulator) -> str:
    found = requests.get(f"{telegram_api.api_base}/bot{telegram_api.token}/getWebhookInfo", timeout=60).json()
    return str(found["result"]["url"])
