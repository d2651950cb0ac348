"""Everything that can be done to relations, for conversations, pages and the scheduler."""

from backend.family.asking import answer, ask, forget_unanswered
from backend.family.changing import (
    Entered,
    add_by_staff,
    change_topics,
    leave,
    withdraw,
    withdraw_for,
)
from backend.family.confirming import confirm, deny
from backend.family.inviting import Invitation, Relative, WrongCode, accept, invite, invited_by, wrong_code

__all__ = [
    "Entered",
    "Invitation",
    "Relative",
    "WrongCode",
    "accept",
    "add_by_staff",
    "answer",
    "ask",
    "change_topics",
    "confirm",
    "deny",
    "forget_unanswered",
    "invite",
    "invited_by",
    "leave",
    "withdraw",
    "withdraw_for",
    "wrong_code",
]
