"""The flow that the documentation writes in 30 lines is run as it stands there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from backend.core.clock import Hands
from backend.settings import ROOT
from conversations.engine import Engine
from conversations.registry import Registry
from tests.conversations.conftest import Phone_
from tests.databases import TestDatabase


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    """What the module in docs/developing.md defines."""
    page = (ROOT / "docs/developing.md").read_text(encoding="utf-8")
    block = re.search(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert block is not None
    assert len([line for line in block[1].splitlines() if line.strip()]) <= 30
    names: dict[str, Any] = {}
    exec(compile(block[1], "docs/developing.md", "exec"), names)
    return names


@pytest.mark.parametrize("channel", ["webchat", "sms"])
def test_it_asks_only_what_was_not_said_and_answers(
    sqlite_database: TestDatabase, clock: Hands, written: dict[str, Any], channel: str
) -> None:
    phone = Phone_(Engine(Registry(written["FLOWS"], [])), channel, "+8613800138000")
    assert "On which day?" in phone.say("can I borrow your ladder")
    assert "Is everything right?" in phone.say("tomorrow")
    assert "A ladder is ready" in phone.say("yes")


def test_words_that_no_pattern_knows_find_it_by_an_example(
    sqlite_database: TestDatabase, clock: Hands, written: dict[str, Any]
) -> None:
    phone = Phone_(Engine(Registry(written["FLOWS"], [])), "webchat", "chen-browser")
    assert "On which day?" in phone.say("请问有梯子借吗")
