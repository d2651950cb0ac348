"""Anger and complaints, which are for a person; and who it is that answers here."""

from __future__ import annotations

import re

from backend.core import orgs
from backend.core.i18n import _
from backend.feedback import actions
from backend.fields.words import Words
from backend.inbox import opening
from backend.settings import settings
from conversations.flow import Answer, Command, Person
from conversations.flows.feedback import voice_of
from conversations.phrases import PERSON, passed_on

_COMPLAINT = re.compile(
    r"投诉|举报|(?:太|真|很|特别)(?:差|慢|垃圾|过分|气人|不负责)|什么(?:态度|垃圾|玩意儿?|东西|破)|怎么回事|不像话|气死|吃屎|吃干饭|骗子|骗人|忽悠|不管(?:我们?|用|事)|(?:意见|不满)|垃圾(?:物业|社区|系统|服务)?$|滚(?:蛋|开)?$|混蛋|王八|妈的|他妈|傻逼"
    r"|\bcomplain(?:t|ts)?\b|\bunacceptable\b|\bridiculous\b|\bterrible\b|\buseless\b|\bangry\b|\bwhat the (?:hell|fuck)\b|\bfuck\w*",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"(?:你|您)(?:到底)?是(?:不是)?(?:个)?(?:谁|人|真人|机器人?|电脑|什么人|哪位|哪个)|(?:是|跟)(?:真人|机器人|人)(?:吗|还是)|\bare you (?:a |an )?(?:real|human|robot|bot|person|machine|ai)\b|\bwho (?:are you|is this)\b",
    re.IGNORECASE,
)


def heard(person: Person, text: str) -> Answer:
    """Somebody is upset: that is passed on to a person, never argued with, and noted as Feedback."""
    if orgs.default_community() is not None:
        actions.take_anger(voice_of(person), text[:2000])
    if opening.waits(person.identity_id, person.resident_id):
        return Answer.of(passed_on())
    return Answer(
        (
            Words(
                _(
                    "I am sorry about that. I have passed on what you wrote to a colleague at the office, who will answer you here. You can also call {hotline}.",
                    hotline=settings().hotline,
                ),
                short=_("I am sorry. A colleague has it now and will answer you. Office: {hotline}", hotline=settings().hotline),
                spoken=_("I am sorry about that. A colleague has been told and will call you back. You can also call {hotline}.", hotline=settings().hotline),
            ),
        ),
        handover="asked",
    )  # fmt: skip


def _who(person: Person, text: str) -> Answer:
    return Answer.of(
        Words(
            _("I am Linli, the assistant of the {community} office: a computer, but people read along. Shall a colleague help you?",
              community=settings().community_name),
            short=_("I am Linli, the office's assistant, a computer. Shall a colleague help you?"),
            options=(PERSON,),
        )
    )  # fmt: skip


COMMANDS = [
    Command("complaint", heard, patterns=(_COMPLAINT,), whole=True),
    Command("who", _who, patterns=(_WHO,), whole=True),
]
