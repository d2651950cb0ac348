"""“I would like to be asked every day”: a wish for a plan, by a resident or her family, that staff confirm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from backend.care import actions, queries
from backend.core import clock
from backend.core.i18n import _
from backend.fields.calendar import spoken
from backend.fields.choices import Choice, Choices
from backend.fields.form import Form
from backend.fields.words import Option, Words
from backend.residents import queries as residents
from conversations import phrases
from conversations.flow import Answer, Flow, Opening, Person, Submitted
from conversations.flows.absence import by_of, close_to

NAME = "daily_checkin"
INTENTS = (
    re.compile(
        r"(?:我|妈|爸|老人|奶奶|爷爷|帮).{0,8}(?:想|要|希望|申请|登记|参加|开通|办|开始).{0,6}(?:每天|每日|天天)?.{0,6}(?:报平安|平安(?:电话|问候)|问候|关怀).{0,6}"
        r"|(?:每天|每日|天天).{0,8}(?:报平安|平安电话|打(?:个)?电话|问问?|问候|联系|发(?:个)?短信|来电|看看).{0,12}"
        r"|(?:想|要|申请|登记|参加|开通|办理?).{0,6}(?:报平安|平安电话|每日问候|每日平安)|(?:独居|空巢|孤寡).{0,6}(?:老人)?.{0,6}(?:问候|关怀|报平安|联系).{0,8}"
        r"|(?:平安|独居|每日问候|关怀).{0,6}(?:服务|电话|问候|短信).{0,8}|^\W*(?:平安|问候)电话|每天.{0,4}(?:确认|知道|看).{0,4}我.{0,6}|定时问候.{0,4}|(?:每天|天天|早晚|每晚|早上|晚上).{0,6}(?:给我)?.{0,4}(?:来个电话|打个电话|问候).{0,6}|\bset up (?:a )?daily\b.{0,24}|我?(?:要|想)(?:每天)?(?:跟你们|给你们)?报个?平安(?!了).{0,6}|(?:参加|开通|申请|设置|怎么弄?).{0,4}报平安.{0,6}|报平安(?:怎么|如何|服务).{0,6}|一个人住.{0,20}(?:联系|问|电话|看)|每天.{0,4}报平安"
    ),
    re.compile(
        r"\b(?:call|ask|check on|ring|text|message|contact|remind)(?:ing)? (?:on )?(?:me|her|him|my \w+)\b.{0,16}\b(?:every ?day|each day|daily|every (?:morning|evening)|each (?:morning|evening))\b.{0,30}"
        r"|\b(?:daily|everyday) (?:\w+ )?(?:check[- ]?ins?|calls?|questions?|messages?|texts?)\b.{0,16}|\bsign me up for (?:the )?(?:daily|every ?day)\b.{0,16}|\bbao ?ping ?an\b(?: fu ?wu)?|\bbao ping an\b(?: fu ?wu)?|\bdaily (?:check[- ]?ins?|calls?|questions?)\b.{0,16}|\bask me every day\b|\blive(?:s)? alone\b.{0,40}\b(?:check|call|ask|contact)\w*\b.{0,16}",
        re.IGNORECASE,
    ),
)
_HOURS = (7, 8, 9, 10, 17, 18, 19, 20)
_WAYS = {"voice": _("By phone call"), "sms": _("By text message"), "chat": _("In a chat like this one")}
_WAY_WORDS = (("voice", re.compile(r"电话|call|ring|phone", re.IGNORECASE)), ("sms", re.compile(r"短信|text|sms", re.IGNORECASE)))  # fmt: skip
_CHANNELS = {
    "voice": ("voice", "sms", "telegram", "webchat"),
    "sms": ("sms", "voice", "telegram", "webchat"),
    "chat": ("telegram", "webchat", "voice", "sms"),
}
"""What is tried first, and what after it."""


def _hour_words(hour: int) -> tuple[str, ...]:
    plain = hour if hour <= 12 else hour - 12
    part = "早上" if hour < 12 else "晚上"
    return (f"{hour}点", f"{part}{plain}点", f"{plain}点" if hour < 12 else f"傍晚{plain}点", f"{plain}{'am' if hour < 12 else 'pm'}")  # fmt: skip


FORM = Form(
    NAME,
    _("Being asked each day"),
    [
        Choice("who", label=_("Who"), ask=_("Who shall be asked each day?"), options_from="whom", when={"fact": "several", "op": "eq", "value": True}),
        Choice(
            "at",
            label=_("Time"),
            ask=_("At what time of the day?"),
            options=[Choices(f"{h:02d}:00", f"{h}:00", None, _hour_words(h)) for h in _HOURS],
        ),
        Choice(
            "way",
            label=_("How"),
            ask=_("How shall I ask? Without an answer I try another way, and then people look in."),
            ask_short=_("How shall I ask? Without an answer I try another way, then people look in."),
            options=[Choices(code, label) for code, label in _WAYS.items()],
        ),
    ],
    review=True,
    confirm_label=_("I would like that"),
)  # fmt: skip


def _start(person: Person, text: str) -> Opening | Answer:
    whose = close_to(person)
    if not whose:
        return Answer.of(
            Words(
                _("I gladly ask you each day how you are. First the office needs to know you: shall we register?"),
                options=(Option("flow:registration", _("Register")), phrases.PERSON),
            )
        )  # fmt: skip
    care = queries.plan_of(whose[0])
    if len(whose) == 1 and care is not None and care.status == "active":
        return Answer.of(
            Words(
                _("That is arranged already: each day at {times}. Shall anything be changed?", times=care.times.replace(",", ", ")),
                options=(phrases.PERSON, Option("checkin.stop:", _("Ask no more"))),
            )
        )  # fmt: skip
    facts = {
        "whom": [{"value": str(i), "label": residents.name_of(i)} for i in whose],
        "several": len(whose) > 1,
        "known": "",
    }
    return Opening(prefill=_said(text), facts=facts)


def _said(text: str) -> Mapping[str, Any]:
    """What the first sentence says already."""
    try:
        at = spoken(text, clock.local(clock.now()).date()).at
    except (ValueError, OverflowError):
        at = None
    prefill: dict[str, Any] = {}
    if at is not None and at.hour in _HOURS and at.minute == 0:
        prefill["at"] = f"{at.hour:02d}:00"
    way = next((code for code, words in _WAY_WORDS if words.search(text)), None)
    return prefill | ({"way": way} if way else {})


def _submit(person: Person, done: Submitted) -> Answer:
    allowed = close_to(person)
    whose = int(done.answers["who"]) if "who" in done.answers else (allowed or [0])[0]
    if whose not in allowed:
        return Answer.of(Words(_("We could not find this. It may have been removed, or the address is mistyped.")))  # fmt: skip
    at = time.fromisoformat(done.answers["at"])
    actions.wish(by_of(person, whose), whose, [at], _CHANNELS[done.answers["way"]])
    return Answer.of(actions.plan_noted(done.answers["at"]))


EXAMPLES = (
    "平安电话", "独居老人平安服务", "参加报平安", "每天确认我没事", "每天给我打个电话", "天天问候我一声", "早上给我来个电话问问", "每天发消息问我好不好", "我妈独居每天问问她", "申请独居关怀", "报平安怎么开通", "定时问候我", "daily check-in please", "sign me up for daily calls", "text me each morning", "I live alone call me daily", "ask my mother every day", "set up a daily call",
    "我想每天报平安", "每天打电话问问我", "我一个人住能不能每天联系我", "给老人开通每日问候", "call me every morning", "check on me every day",
)  # fmt: skip
FLOWS = [Flow(NAME, FORM, _("Being asked each day"), _start, _submit, INTENTS, examples=EXAMPLES)]
