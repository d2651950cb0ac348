"""A cry for help in any words: the numbers to call at once, and the duty desk is told."""

from __future__ import annotations

import re

from conversations import phrases
from conversations.flow import Answer, Command, Person

_CRY = re.compile(
    r"救命|救救|着火了|起火了|失火了|快来救|我摔(?:倒|了|跤)|摔倒.{0,4}起不来|晕倒|昏倒|昏过去|昏迷|没(?:了)?(?:呼吸|意识|知觉)|喘不(?:上|过)(?:来)?气|不能呼吸"
    r"|胸口(?:好|很|特别)?(?:疼|痛|闷)|心脏病|心梗|脑梗|中风了|触电了|被电(?:到|了)|煤气中毒|叫(?:个)?救护车|救护车|打120|流(?:了)?(?:好多|很多|大量)血"
    r"|不想活|想死|自杀|跳楼|割腕|有人抢|抢劫|入室|进(?:了)?(?:小偷|贼)|有(?:小偷|贼)|持刀|拿(?:着)?刀|打人(?!工)|家暴|打老婆|打孩子"
    r"|(?:老人|孩子|小孩|爷爷|奶奶|老伴).{0,4}(?:走丢|走失|不见了)"
    r"|\bSOS\b|\bhelp me[\s!.]*$|\bhelp me,? (?:please|now|quick)|\bon fire\b|\bthere(?:'?s| is) a fire\b|can'?t breathe|\bheart attack\b|\bchest pains?\b"
    r"|\b(?:fell|fallen)\b.{0,30}\bcan'?t get up|\bunconscious\b|\bambulance\b|\bkill myself\b|\bsuicid|\bburglar|\bbeing attacked\b",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"着火|起火|火灾|冒烟|煤气泄漏|燃气泄漏|摔倒|被打|打架|报警(?!器)|出人命|快死了|i have fallen|i fell|smoke everywhere|\bfire\b|\bpolice\b",
    re.IGNORECASE,
)
"""Heard when nothing is open: in the middle of a form they may belong to a story."""


def _cry(person: Person, said: str) -> Answer:
    return Answer((phrases.emergency(),), handover="emergency")


COMMANDS = [Command("emergency", _cry, patterns=(_CRY, _TROUBLE), anytime=(_CRY,))]
