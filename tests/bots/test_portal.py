"""The way from the front door to our bot, whose name only Telegram knows."""

from __future__ import annotations

from typing import Any

from flask import Flask


def test_one_address_asks_for_our_bot_thirty_times_a_minute_and_others_are_not_held_up(
    app: Flask, configure: Any
) -> None:
    client = app.test_client()

    def knocks(address: str) -> int:
        return client.get("/telegram", environ_overrides={"REMOTE_ADDR": address}).status_code

    assert [knocks("10.1.0.1") for _n in range(30)] == [404] * 30, "there is no bot here"
    assert knocks("10.1.0.1") == 429
    assert knocks("10.1.0.2") == 404
