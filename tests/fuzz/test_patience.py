"""Nobody holds a worker up with a word said again and again: no pattern of ours tries every way to cut a text.

A pattern like `(?:刚|刚刚)*回来` doubles its work with every letter of 刚刚刚刚刚刚. Ninety letters of that are for ever, so the time that is
allowed here is long, and no slow machine fails.
"""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

from backend.care.answers import meaning
from backend.fields.plain import made_of

PARTS = (
    *("backend.care", "backend.fields", "backend.requests", "conversations", "conversations.flows"),
    *("conversations.cries", "backend.care.health", "bots"),
)
LETTERS = 90
PATIENCE_S = 60
_WORDS = re.compile(r"[一-龥]{1,4}|[a-z']{2,8}")


def patterns(part: str) -> Iterator[re.Pattern[str]]:
    """Those that modules keep, also in their tuples, lists and dicts."""
    package = importlib.import_module(part)
    for module in pkgutil.iter_modules(package.__path__, f"{part}."):
        for value in vars(importlib.import_module(module.name)).values():
            yield from _within(value, 3)


def _within(value: Any, deep: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif deep and isinstance(value, dict | tuple | list) and len(value) < 400:
        for one in value.values() if isinstance(value, dict) else value:
            yield from _within(one, deep - 1)


@pytest.fixture
def patience() -> Iterator[None]:
    """Who holds us up for longer is stopped: `re` listens to signals."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(PATIENCE_S)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("part", PARTS)
def test_a_word_said_again_and_again_holds_no_pattern_up(part: str, patience: None) -> None:
    chosen = random.Random(1)
    for pattern in dict.fromkeys(patterns(part)):
        words = sorted({*_WORDS.findall(pattern.pattern), *re.findall("[一-龥]", pattern.pattern)})
        words = chosen.sample(words, min(len(words), 200))
        for word in words:
            for before in ("", chosen.choice(words)):
                text = f"{before}{(word * LETTERS)[:LETTERS]}\x01!"
                try:
                    pattern.search(text)
                    pattern.fullmatch(text)
                except TimeoutError:
                    pytest.fail(f"{pattern.pattern[:200]} tries for ever to read {text[:20]!r}")
        signal.alarm(PATIENCE_S)


@pytest.mark.parametrize(
    ("said", "means"),
    [("谢谢" * 49 + "王", None), ("刚刚" * 49 + "x", None), ("很好" * 49, "well"), ("am" * 49 + "q", None)],
    ids=["thanks", "just now", "well", "am"],
)
def test_thanks_without_an_end_are_read_at_once(said: str, means: str | None, patience: None) -> None:
    assert meaning(said) == means


def test_a_text_is_made_of_pieces_however_they_are_cut() -> None:
    piece = re.compile("好|好的|的呀")
    assert made_of(piece, "好的呀", 2) and made_of(piece, "好的好好的", 2)
    assert not made_of(piece, "好呀", 2) and not made_of(piece, "", 2)
