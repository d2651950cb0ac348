"""What reaches the log, and what never does."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from backend.core import log

PHONE, ID_NUMBER = "13800138000", "11010519491231002X"
TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


class Page:
    """The log of a process, as lines of JSON."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def page() -> Iterator[Page]:
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    page = Page()
    log.configure("web", stream=page.stream)
    structlog.contextvars.clear_contextvars()  # what a request of another test left
    yield page
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()


SAID = [
    f"call me at {PHONE}",
    "call me at +86 138 0013 8000",
    "138-0013-8000",
    f"my ID is {ID_NUMBER}",
    "write to wang.xiuying@example.com please",
    f"POST https://api.telegram.org/bot{TOKEN}/sendMessage",
    "postgresql://linli:geheim-7@db/linli",
    "https://linli.example/confirm?token=abc123&x=1",
    "王秀英住在3号楼2单元501",
]
SECRETS = (
    *("13800138000", "0013 8000", "0013-8000", "110105", "wang.xiuying", "AAHdq", "geheim", "abc123"),
    *("王秀英", "号楼"),
)


@pytest.mark.parametrize("said", SAID)
def test_personal_data_in_any_value_is_masked(page: Page, said: str) -> None:
    structlog.get_logger().info("bot.heard", detail=said, nested={"deep": [said]}, more=(said,))
    logging.getLogger("library").warning("request %s failed", said)
    try:
        raise ValueError(said)
    except ValueError:
        structlog.get_logger().exception("bot.failed")
        logging.getLogger("library").exception("it failed")
    assert len(page.lines) == 4
    assert not [secret for secret in SECRETS if secret in page.text]


@pytest.mark.parametrize(
    "key", ["text", "name", "phone", "email", "address", "token", "password", "body", "id_number"]
)
def test_values_under_keys_that_hold_personal_data_are_dropped(page: Page, key: str) -> None:
    structlog.get_logger().info("resident.changed", **{key: "Ann Lee"}, deep={key.upper(): "Ann Lee"})
    assert "Ann" not in page.text
    assert page.lines[0]["event"] == "resident.changed"


def test_chat_ids_are_personal_and_small_numbers_are_not(page: Page) -> None:
    structlog.get_logger().info("outbox.drained", chat_id=5_123_456_789, sent=1200, seconds=0.25)
    (line,) = page.lines
    assert line["chat_id"] == "***" and line["sent"] == 1200 and line["seconds"] == 0.25


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", " ", "-"]), st.text(max_size=20)
)
def test_no_mobile_number_survives_however_it_is_written(number: str, between: str, around: str) -> None:
    written = between.join([number[:3], number[3:7], number[7:]])
    shown = log.mask(f"{around} {written} {around}")
    assert written not in shown and number not in shown


def test_everything_inside_carries_the_correlation_id(page: Page) -> None:
    with log.correlated("1234567890abcdef"):
        structlog.get_logger().info("turn.done")
        logging.getLogger("library").warning("slow")
    structlog.get_logger().info("turn.done")
    first, second, third = page.lines
    assert first["correlation"] == second["correlation"] == "1234567890abcdef"
    assert "correlation" not in third
    assert first["process"] == "web" and first["level"] == "info" and first["timestamp"]


def test_libraries_that_log_every_request_are_quiet(page: Page) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot%s/getMe", TOKEN)
    assert page.text == ""
