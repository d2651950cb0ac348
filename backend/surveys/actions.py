"""Everything that can be done to surveys, for conversations, pages and the scheduler."""

from backend.surveys.answering import NotOpen, answer, check, decline
from backend.surveys.life import Plan, change, close, copy, create, discard, release, reopen

__all__ = [
    "NotOpen",
    "Plan",
    "answer",
    "change",
    "check",
    "close",
    "copy",
    "create",
    "decline",
    "discard",
    "release",
    "reopen",
]
