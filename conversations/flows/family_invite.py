"""Inviting a relative with a code, joining with it, and asking to be connected without one."""

from __future__ import annotations

import re
from typing import Any

from backend.core import clock
from backend.core.i18n import Msg, _, render
from backend.family import actions, wording
from backend.family.actions import Relative
from backend.family.topics import CALLED, ZONES
from backend.fields.base import Misunderstood
from backend.fields.calendar import weekday_text
from backend.fields.choices import Choice, Choices
from backend.fields.form import Form
from backend.fields.numbers import Integer
from backend.fields.phone import Phone, read_phone
from backend.fields.text import Text
from backend.fields.words import Words
from backend.messaging import Resident, people, say
from backend.residents import queries as residents
from backend.settings import settings
from conversations.flow import Answer, Command, Flow, Opening, Person, Retry, Submitted
from conversations.flows.registration import REGISTER

_WHOM = r"(?:家人|家属|亲属|亲人|女儿|儿子|闺女|孩子|孙子|孙女|外孙|外孙女|儿媳妇?|女婿|老伴|爱人|邻居|妹妹|弟弟|姐姐|哥哥)"
_OLD = (
    r"(?:妈妈?|母亲|爸爸?|父亲|父母|爸妈|奶奶|爷爷|外婆|外公|姥姥|姥爷|公公|婆婆|岳父|岳母|老人|家里?人|亲人)"
)
_CLOSE = (
    r"(?:daughter|son|family|wife|husband|sister|brother|relatives?|child(?:ren)?|kids?|neighbou?r|grand\w+)"
)
_INVITE = re.compile(
    rf"(?:有事|出事了?|有情况|我不回|不舒服|需要).{{0,6}}(?:告诉|通知|联系|打给|找)(?:我的?)?{_WHOM}.{{0,4}}|(?<![不要别再])(?:告诉|通知|提醒)(?:一下)?(?:我的?)?{_WHOM}.{{0,6}}|(?<![不别再])(?:让|叫|给|请)(?:我的?)?{_WHOM}.{{0,6}}(?:收到|知道|了解|看到?|被通知|得到).{{0,10}}|把(?:我的?)?{_WHOM}.{{0,3}}(?:加|拉|绑|添).{{0,4}}|(?:加|添加|绑定|关联)(?:个|一个|一下|我的?)*{_WHOM}|(?:家属|家人|亲属|亲情).{{0,3}}(?:绑定|添加|邀请)|(?:邀请|怎么绑定).{{0,3}}(?:家里人|{_WHOM})|(?:我的?)?{_WHOM}.{{0,4}}(?:想|要|能不能)(?:看到?|知道|关注|了解|查)(?:我)?|(?:授权|共享|分享|关联|通知)(?:给)?(?:我的?)?{_WHOM}|(?:我)?(?:想|要)?(?:让|叫|给|把)(?:我的?)?{_WHOM}(?:也)?(?:能|可以)?(?:知道|了解|看到?|关心|收到|加进?来?|拉进?来?|绑定|加入)(?:我)?(?:的)?(?:情况|消息|平安|身体)?|(?:邀请|添加|加上?|绑定)(?:一个|一位)?(?:我的?)?{_WHOM}|让(?:我的?)?{_WHOM}(?:也)?(?:能|可以)看"
    rf"|(?<!stop )(?<!not )(?<!don't )\b(?:tell|inform|notify|warn|call) my {_CLOSE}\b.{{0,30}}|\bmy {_CLOSE} (?:to |should |shall |must |can )?(?:also )?(?:be (?:told|informed|notified)|get|hear|know)\b.{{0,24}}|\bcan my {_CLOSE} (?:also )?(?:get|see|have|receive)\b.{{0,24}}|\blet my {_CLOSE} (?:see|know)\b.{{0,20}}|\bshare with my \w+|\byao ?qing jia ?ren\b|\bbang ?ding jia ?ren\b"
    r"|\bshare .{0,20}\bwith my (?:family|daughter|son|wife|husband|children)\b|\bmy (?:family|daughter|son|wife|husband) (?:wants?|would like) to (?:see|know|follow)\b.{0,20}|\b(?:let|allow) my (?:family|daughter|son|grand\w+|relatives?|husband|wife|sister|brother|child\w*|kids?) (?:to )?(?:see|know|follow|hear|watch)\b.{0,20}|\b(?:invite|add|connect|link) (?:my |a |the )?(?:family|daughter|son|grand\w+|relative|neighbou?r|husband|wife|sister|brother|child\w*)\b",
    re.IGNORECASE,
)
_JOIN = re.compile(
    r"^\W*(?:加入)?(?:家人|家属|亲属|亲情|邀请|family|jiaren|invite)[\W_]*(?:码|code)?[\W_]*(\d{6})\W*$"
    r"|(?:我)?(?:有|收到)(?:了)?(?:一个)?(?:家人)?邀请码|加入家人|\bfamily code\b|\bi have a(?:n invitation)? code\b",
    re.IGNORECASE,
)
_ASK = re.compile(
    rf"(?:绑定|关联|连接|添加)(?:一下)?(?:我的?|家里的?)?{_OLD}.{{0,20}}|(?:我?想|要)(?:看|知道|关注)(?:我的?)?{_OLD}(?:的)?(?:情况|平安)"
    r"|(?:关注|看看?|知道|了解).{0,4}(?:我的?|家里的?)?(?:老人|妈妈?|爸爸?|爷爷|奶奶|父母|母亲|父亲)(?:的)?(?:情况|消息|平安|好不好|怎么样|身体)?$|(?:妈|爸|老人|爷爷|奶奶).{0,10}我能.{0,4}(?:看到?|知道|收到).{0,8}|在外地.{0,4}(?:关注|想看|想知道).{0,8}|\b(?:link|add|connect|follow) my (?:mum|mom|mother|father|dad|parents?|grand\w+)\b.{0,20}|\b(?:see|follow|know|hear) how my (?:mum|mom|mother|father|dad|parents?|grand\w+)\b.{0,20}|\bconnect (?:me )?(?:to|with) my (?:mother|father|mum|mom|dad|parents?|grand\w+|family)\b.{0,20}",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?<!\d)(\d{6})(?!\d)")


# --- she invites ----------------------------------------------------------------------------------------------


def _invite(person: Person, argument: str) -> Answer:
    if person.resident_id is None:
        text = _("Before you invite your family, please register: then I know who you are.")
        return Answer.of(Words(text, options=(REGISTER,)))
    made = actions.invite(person.resident_id)
    facts = {"code": made.code, "link": made.link, "day": weekday_text(clock.local(made.until).date())}
    written = Words(
        _(
            "Your code for one relative: **{code}**, good until {day}. Give it only to the person whom you mean. They write “family {code}” to us on any channel, or open {link}",
            **facts,
        ),
        _("Your family code: {code}, until {day}. They write “family {code}” to us, or open {link}", **facts),
        sensitive=True,
    )
    if person.channel == "voice":
        # A caller's number can be forged: the code goes where only she reads it.
        return _by_message(person.resident_id, written)
    if person.channel == "sms":
        return Answer.of(written)
    forward = Words(
        _(
            "{name} invites you as family at {community}. Open {link} or write “family {code}” to us; the code works once.",
            **facts,
            name=residents.name_of(person.resident_id),
            community=settings().community_name,
        ),
        sensitive=True,
    )
    return Answer.of(written, Words(_("You can pass on the next message as it is:")), forward)


def _by_message(resident_id: int, written: Words) -> Answer:
    if not any(i.channel != "voice" for i in people.identities(Resident(resident_id))):
        return Answer.of(
            Words(
                _(
                    "I cannot send you a message. The office notes your family for you: please call {hotline}.",
                    hotline=settings().hotline,
                )
            )
        )
    say(Resident(resident_id), written, purpose="family", queue="replies")
    return Answer.of(Words(_("I have sent you a message with a code. Give it to the person whom you mean.")))


# --- the relative joins ---------------------------------------------------------------------------------------

_WHO = [
    Text("name", label=_("Name"), ask=_("What is your name?"), max_length=40, min_length=2),
    Choice(
        "called",
        label=_("How you are related"),
        ask=_("Who are you to her or him?"),
        options=[*(Choices(value, label) for value, label in CALLED.items()), Choices("other", _("Somebody else"))],
    ),
    Text(
        "called_other",
        label=_("How you are related"),
        ask=_("What does she or he call you?"),
        max_length=20,
        when={"field": "called", "op": "eq", "value": "other"},
    ),
    Choice(
        "zone",
        label=_("Where you live"),
        ask=_("Where do you live? Then I tell you times in yours."),
        options=[*(Choices(zone, label) for zone, label in ZONES.items()), Choices("other", _("Elsewhere"))],
    ),
]  # fmt: skip
_JOINING = Form(
    "family_join",
    _("Joining as family"),
    [
        Integer("code", label=_("Code"), ask=_("What is the code that you were given? It has six digits."), least=0, most=999_999, sensitive=True),
        *_WHO,
    ],
    review=False,
)  # fmt: skip


def _start_join(person: Person, text: str) -> Opening | Answer:
    found = _DIGITS.search(text)
    if found is None:
        return Opening()
    relation = actions.invited_by(found[1], person.identity_id)
    if relation is None:
        return Answer.of(Words(actions.wrong_code().text))
    welcome = _(
        "Welcome. You have been invited by **{name}**. Two or three questions, and you are connected.",
        name=wording.hint(residents.name_of(relation.resident_id)),
    )
    return Opening(prefill={"code": int(found[1])}, before=(Words(welcome),))


def _relative(person: Person, answers: Any, resident_id: int) -> Relative:
    """Who joins, his title in the language that the resident reads."""
    called = answers["called"]
    reads = residents.by_id(resident_id).locale
    title = answers.get("called_other", "") if called == "other" else render(CALLED[called], reads)
    zone = answers["zone"] if answers["zone"] in ZONES and answers["zone"] != settings().timezone else ""
    return Relative(person.identity_id, answers["name"], title, person.resident_id, zone)


def _submit_join(person: Person, done: Submitted) -> Answer | Retry:
    code = f"{done.answers['code']:06d}"
    relation = actions.invited_by(code, person.identity_id)
    if relation is None:
        return Retry("code", actions.wrong_code().text)
    relation = actions.accept(code, _relative(person, done.answers, relation.resident_id))
    return Answer.of(
        Words(
            _(
                "You are connected with **{name}**, who knows it now. I tell you here how things are, and at once when help is needed. To end it, write “leave family”.",
                name=residents.name_of(relation.resident_id),
            ),
            _(
                "You are connected with {name}. I tell you here when help is needed. To end it, write: leave family",
                name=residents.name_of(relation.resident_id),
            ),
        )
    )


# --- or asks --------------------------------------------------------------------------------------------------

_ASKING = Form(
    "family_ask",
    _("Asking to be connected"),
    [
        Phone("mobile", label=_("Her or his mobile"), ask=_("What is the mobile number of the person whom you care for?")),
        *_WHO,
    ],
    review=False,
)  # fmt: skip


def _start_ask(person: Person, text: str) -> Opening:
    try:
        return Opening(prefill={"mobile": read_phone(text)} if text else {})
    except Misunderstood:
        return Opening()


def _submit_ask(person: Person, done: Submitted) -> Answer:
    called = done.answers["called"]
    # Her language must not be looked up here: it would tell that she is registered.
    title: str | Msg = done.answers.get("called_other", "") if called == "other" else CALLED[called]
    zone = done.answers["zone"] if done.answers["zone"] in ZONES else ""
    relative = Relative(
        person.identity_id,
        done.answers["name"],
        title if isinstance(title, str) else str(title),
        person.resident_id,
        "" if zone == settings().timezone else zone,
    )
    actions.ask(relative, done.answers["mobile"])
    return Answer.of(
        Words(
            _(
                "If this number is known to us, its owner is asked now, and I tell you here as soon as there is a yes. If you hear nothing within a week, please ask them to invite you: they write “invite my family” to us."
            ),
            _("If we know this number, its owner is asked now. I tell you here as soon as there is a yes."),
        )
    )


FLOWS = [
    Flow("family_join", _JOINING, _JOINING.title, _start_join, _submit_join, intents=(_JOIN,)),
    Flow("family_ask", _ASKING, _ASKING.title, _start_ask, _submit_ask, intents=(_ASK,)),
]  # fmt: skip
COMMANDS = [
    Command(
        "family.invite",
        _invite,
        _("Invite my family"),
        patterns=(_INVITE,),
        examples=(
            "邀请家人",
            *("出事了先告诉我儿子", "有事通知我女儿", "添加紧急联系人", "家属绑定", "让老公也收到提醒", "我想让女儿收到通知", "授权给我女儿", "让闺女知道我平安", "把老伴加进来", "让邻居也知道"),
            *("I want my daughter to be told", "notify my daughter", "can my wife get the notices too", "my son should be informed", "share with my sister", "add an emergency contact"),
            "让我女儿也能看到我的情况",
            "绑定家人",
            "把儿子加进来",
            "invite my daughter",
            "let my son see how I am",
            "add a family member",
        ),
    )
]  # fmt: skip
