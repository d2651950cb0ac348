"""A cry for help in any words: the numbers to call at once, and the duty desk is told."""

from __future__ import annotations

import re

from conversations import phrases
from conversations.flow import Answer, Command, Person

_CRY = re.compile(
    r"救命|救救我|着火|起火|失火|火灾|煤气泄漏|摔倒|晕倒|昏倒|胸口疼|喘不上气|打120|叫救护车|有人抢|\bSOS\b|\bhelp me\b|\bon fire\b|\bfire!"
    r"|i have fallen|can'?t breathe|chest pain|call an ambulance",
    re.IGNORECASE,
)


def _cry(person: Person, said: str) -> Answer:
    return Answer((phrases.emergency(),), handover="emergency")


COMMANDS = [Command("emergency", _cry, patterns=(_CRY,))]
