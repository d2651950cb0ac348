"""A cry for help in any words: the numbers to call at once, an alarm that climbs until somebody comes, and the duty desk is told."""

from __future__ import annotations

import re

import structlog

from backend.alarms import actions, queries
from backend.core import orgs
from backend.core.db import savepoint
from backend.core.i18n import _
from backend.fields.words import Option, Words
from conversations import phrases
from conversations.flow import Answer, Command, Person

MANY = 5
"""Open cries of one address; each is an event of its own, and one more only adds to the last: nobody floods the ladder."""
log = structlog.get_logger()

_CRY = re.compile(
    r"救命|救救|救我|着火了|起火了|失火了|快来救|^\W*(?:快来人|来人[啊呀哪])|我(?:刚|刚刚|又)?[摔跌](?:倒|了|跤)|[摔跌]倒.{0,4}起不来|^\W*(?:[摔跌](?:倒|跤|下来)了?|[摔跌]了一跤)\W*$|晕倒|昏倒|昏过去|昏迷|没(?:了)?(?:呼吸|意识|知觉)|喘不(?:上|过)(?:来)?气|不能呼吸"
    r"|胸口(?:好|很|特别)?(?:疼|痛|闷)|心脏病|心梗|脑梗|中风了|触电了|被电(?:到|了)|煤气中毒|叫(?:个)?救护车|救护车|打120|流(?:了)?(?:好多|很多|大量)血"
    r"|不想活|想死|自杀|跳楼|割腕|有人抢|抢劫|入室|进(?:了)?(?:小偷|贼)|有(?:小偷|贼)|持刀|拿(?:着)?刀|打人(?!工)|家暴|打老婆|打孩子"
    r"|(?:老人|孩子|小孩|爷爷|奶奶|老伴).{0,4}(?:走丢|走失|不见了)|^\W*jiu\s?ming\W*$"
    r"|\bSOS\b|\bhelp me[\s!.]*$|\bhelp me,? (?:please|now|quick)|^\W*help(?:\s*!+|\W+help)\W*$|\bhelp\b\W+(?:me\W+)?i(?:'?ve| have|'?m| am)?\W+(?:just |been )?(?:fell|fallen|hurt|bleeding|trapped)"
    r"|\bon fire\b|\bthere(?:'?s| is) a fire\b|can'?t breathe|\bheart attack\b|\bchest pains?\b"
    r"|\bI(?:'?ve| have)? (?:just )?(?:fell|fallen)\b(?! (?:in love|asleep|behind|out|for))|\b(?:fell|fallen)\b.{0,30}\bcan'?t get up|^\W*(?:(?:a )?fall|fell(?: down)?|fallen)\W*$"
    r"|\bunconscious\b|\bambulance\b|\bkill myself\b|\bsuicid|\bburglar|\bbeing attacked\b",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"着火|起火|火灾|冒烟|煤气泄漏|燃气泄漏|摔倒|被打|打架|报警(?!器)|出人命|快死了|smoke everywhere|\bfire\b|\bpolice\b",
    re.IGNORECASE,
)
"""Heard when nothing is open: in the middle of a form they may belong to a story."""


def _cry(person: Person, said: str) -> Answer:
    alarm_id = _raised(person, said.strip())
    over = (
        ()
        if alarm_id is None
        else (Option(f"alarm.over:{alarm_id}", _("It was nothing, I am well"), _("I am well")),)
    )
    return Answer((phrases.emergency().with_options(*over),), handover="emergency")  # fmt: skip


def _raised(person: Person, said: str) -> int | None:
    """The alarm; whatever fails there, she is answered, and the duty desk is told."""
    try:
        with savepoint():
            org_id = person.org_id or getattr(orgs.default_community(), "id", None)
            if org_id is None:
                return None
            many = queries.open_from(person.identity_id) >= MANY
            return actions.raise_alarm(
                "sos",
                org_id=org_id,
                severity="critical",
                words=_words(said),
                resident_id=person.resident_id,
                identity_id=person.identity_id,
                source=f"words:{person.identity_id}",
                dedupe=f"words:{person.identity_id}:many" if many else None,
            )
    except Exception:
        log.exception("emergency.alarm_failed")
        return None


def _words(said: str) -> Words:
    if not said:
        return Words(_("asked for help at once"))
    return Words(_("“{said}”", said=said[:300]), _("“{said}”", said=said[:40]), said[:120])


COMMANDS = [Command("emergency", _cry, patterns=(_CRY, _TROUBLE), anytime=(_CRY,), whole=True)]
