"""Which event somebody means by its name: “报名包粽子”, “the calligraphy class”. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend.events import queries
from backend.fields.plain import folded

_HAN = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[a-z0-9']{2,}")
_COMMON = frozenset(
    [
        "the",
        "and",
        "for",
        "with",
        "our",
        "your",
        "from",
        "this",
        "that",
        "event",
        "events",
        "class",
        "course",
        "group",
        "party",
        "club",
        "day",
        "evening",
        "activity",
        "meeting",
    ]
)
"""Words that many titles share."""
_COMMON_HAN = frozenset(("活动", "报名", "参加", "社区", "兴趣", "比赛", "课程"))
_ASKING = re.compile(r"我?(?:想要?|要|能|可以)?(?:去|来)?(?:报个?名|参加|加入|取消|退掉?)|给我|帮我|那个|的")
ENOUGH = 0.25
"""The part of a title, or of what was said, that both must have."""


def _parts(text: str) -> set[str]:
    """Two characters of Chinese at a time, and the words of other languages."""
    said = _ASKING.sub(" ", folded(text))
    pairs = {run[i : i + 2] for run in _HAN.findall(said) for i in range(len(run) - 1)}
    return (pairs - _COMMON_HAN) | (set(_WORD.findall(said)) - _COMMON)


def likeness(said: str, title: str) -> float:
    """How much of the title is said, or of what is said the title, 0 to 1."""
    if folded(title) and folded(title) in folded(said):
        return 1.0
    wanted, heard = _parts(title), _parts(said)
    least = min(len(wanted), len(heard))
    return len(wanted & heard) / least if least else 0.0


def meant(said: str, events: Sequence[queries.Event]) -> list[queries.Event]:
    """The events whose title fits best; several where they fit equally, none where nothing of any was said."""
    scores = [(max(likeness(said, t) for t in queries.titles(e)), e) for e in events]
    best = max((score for score, _e in scores), default=0.0)
    return [e for score, e in scores if score == best] if best >= ENOUGH else []
