"""A cry for help in any words: the numbers to call at once, and the duty desk is told."""

from __future__ import annotations

import re

from conversations import phrases
from conversations.flow import Answer, Command, Person

_CRY = re.compile(
    r"救命|救救我|着火了|起火了|失火了|快来救|\bSOS\b|\bhelp me\b|\bis on fire\b|can'?t breathe",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"着火|起火|火灾|煤气泄漏|燃气泄漏|摔倒|晕倒|昏倒|胸口疼|喘不上气|打120|叫救护车|有人抢|i have fallen|chest pain|ambulance",
    re.IGNORECASE,
)
"""Heard when nothing is open: in the middle of a form they may belong to a story."""


def _cry(person: Person, said: str) -> Answer:
    return Answer((phrases.emergency(),), handover="emergency")


COMMANDS = [Command("emergency", _cry, patterns=(_CRY, _TROUBLE), anytime=(_CRY,))]
