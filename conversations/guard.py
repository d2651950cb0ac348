"""Two machines must not talk to each other for ever (rapidpro #1575): notice an auto-responder and stop answering it.

Pure. The guard's own memory is `[hash of the last text, times heard in vain, window start ms, heard in window, silent until ms]`.
"""

from __future__ import annotations

import re
import zlib
from typing import Any, Literal

Verdict = Literal["go", "last word", "silent"]

SAME_IN_VAIN = 3
"""The same text, three times not understood: that is a machine (or somebody whom the third answer helped no better)."""
WINDOW_MS = 10 * 60_000
MOST_IN_WINDOW = 80
"""Nobody types more than one message each 8 seconds for ten minutes; a burst of options does not come near."""
SILENCE_MS = 30 * 60_000

_MACHINE = re.compile(
    r"^\W*(?:\[?自动(?:回复|答复)|(?:this is an )?auto(?:matic|mated)?[- ]?(?:reply|response)|out of (?:the )?office|i(?:'|’)?a?m driving"
    r"|我正在(?:开车|开会)|您?好,?我(?:现在)?(?:正在)?(?:忙|开车|开会)[^?？]{0,20}(?:稍后|晚点)|(?:please )?do not reply|请勿(?:直接)?回复)",
    re.IGNORECASE,
)


def sounds_automatic(text: str) -> bool:
    """Whether the text says of itself that a machine wrote it."""
    return bool(_MACHINE.match(text[:200]))


def check(guard: list[Any], text: str, now_ms: int, *, picks: bool = False) -> Verdict:
    """Before the turn: "last word" says once that we fall silent, "silent" says nothing. Updates `guard`. `picks`: the text
    answers what was offered, so that it is not in vain this time."""
    _begin(guard, now_ms)
    same = not picks and _digest(text) == guard[0]
    if now_ms - guard[2] > WINDOW_MS:
        guard[2], guard[3] = now_ms, 0
    guard[3] += 1
    if guard[4]:
        if now_ms < guard[4] and (guard[3] > MOST_IN_WINDOW or same):
            return "silent"
        guard[4] = 0
    if guard[3] > MOST_IN_WINDOW or (guard[1] >= SAME_IN_VAIN and same):
        guard[4] = now_ms + SILENCE_MS
        return "last word"
    return "go"


def learn(guard: list[Any], text: str, understood: bool, now_ms: int) -> None:
    """After the turn: count how often the same text was said in vain."""
    _begin(guard, now_ms)
    digest = _digest(text)
    guard[1] = 0 if understood else guard[1] + 1 if digest == guard[0] else 1
    guard[0] = digest


def _begin(guard: list[Any], now_ms: int) -> None:
    if not guard:
        guard[:] = [0, 0, now_ms, 0, 0]


def _digest(text: str) -> int:
    return zlib.crc32("".join(text.split()).encode("utf-8", "surrogatepass"))
