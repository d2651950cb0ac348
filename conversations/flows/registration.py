"""Becoming a resident: the registration, and "I am registered already" for a further channel.

A registration waits for the office's approval, but whoever has registered may book a repair at once: a burst pipe does
not wait for office hours.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from backend.core import orgs
from backend.core.i18n import _
from backend.fields.form import Form
from backend.fields.words import Option, Words
from backend.residents import consent, queries
from backend.residents.actions import Applicant, join_proven, register
from backend.residents.form import MOBILE, REGISTRATION
from backend.settings import settings
from conversations.flow import Answer, Command, Flow, Opening, Person, Submitted

REPAIR = Option("flow:repair", _("Book a repair"))
REGISTER = Option("flow:registration", _("Register"))

_REGISTER = re.compile(
    r"(?:我要|我想|帮我|怎么|如何|在哪)?(?:实名|住户|居民|租户|租客|人口|新住户|信息)?(?:注册|登记|实名|认证|建档|入户)(?:账号|帐号|手续|一下)?|(?:我?[想要]|帮我|给我|怎么|如何|去哪)*(?:办|做|弄|搞|登)(?:个|一个|一下|理)?(?:实名|居民|住户)?(?:登记|注册|记(?!录))|(?:我|我们)?(?:家)?(?:刚|新|才|上周|昨天|前天|最近|这个月|上个月)(?:刚)?(?:搬(?:进|过|到|家)?来?|住进来?|入住|租的?房?)|新(?:来|搬来)的|新住户|新邻居"
    r"|(?:开|办|申请|创建|弄)(?:一?个|个)?(?:新)?(?:账号|帐号|账户|居民(?:卡|证|登记))|(?:怎么|如何|想|要)(?:加入|成为)(?:你们|社区|小区|居民|住户)|成为(?:社区)?(?:居民|住户)|我?(?:[想要]|想要|需要)(?:在(?:这|你们).{0,3})?(?:登记|注册|实名)|(?:给我|帮我)?建(?:个|一个)?档|(?:我)?(?:还)?没(?:有)?(?:登记|注册|实名)过?(?:的|怎么办)?|没(?:有)?(?:账号|帐号)|(?:开通|开|建)(?:个|一个)?(?:账号|帐号|账户|户)|(?:住户|个人|我的?|居民)信息(?:怎么|如何|要)?录入|录入(?:我的?|住户|个人)?信息|(?:想|要)(?:加入|入)(?:社区|小区)|入住(?:登记|手续)|我?(?:才|刚|新)搬(?:过)?来(?:不久|的|了)?|我是(?:新)?(?:租户|租客|住户|来的)|(?:刚|新)租(?:了|的)"
    r"|\bregist(?:er|ration|ering)\b(?! (?:me |us )?for\b)|\bsign(?:ing)? ?(?:me |us )?up\b(?: as)?|\bbecome a (?:resident|member)\b|\b(?:create|open|make|set up) (?:an? )?(?:new )?account\b|\b(?:just|recently|have) moved (?:in|here)\b|\bmoved in (?:last|this|yesterday|today)\b|\bnew (?:resident|tenant|neighbou?r|here)\b|\benrol(?:l)?\b|\bnot (?:yet )?registered\b|\bi need (?:an? )?account\b|\bi? ?moved here\b.{0,14}|\bbecome (?:a )?(?:member|resident)\b",
    re.IGNORECASE,
)
_REGISTERED = re.compile(
    r"我?登过记?了|(?:我|已经?)+(?:是|成)(?:了)?(?:你们)?(?:社区)?的?(?:注册)?(?:住户|居民|用户)了?|我(?:有|建过)(?:档案|账号)的?|(?:已经?|早就?|都|我)+(?:实名|认证|登记|注册)(?:过|好)?了(?:呀|啊)?|我?已实名|(?:我妈|我爸|家里人?|儿子|女儿|老公|老婆|老伴)(?:已经?)?(?:帮|替|给)我(?:登记|注册)过?了|(?:(?:我)?(?:已经|已|早就|早(?![上晨])|以前|之前|原来|原先|曾经|去年|上次|前年|在(?!(?:这|你们|哪)).{1,6})(?:就)?(?:在.{1,8})?(?:都)?(?:实名)?(?:注册|登记)(?:过了?|好了|了|的)?|(?:实名)?(?:注册|登记)(?:过了?|好了))(?:的)?|我?(?:已经|早就|以前|之前)?有(?:账号|帐号|账户|登记)(?:的|了)?|(?:是|做)?老(?:用户|住户|居民)"
    r"|换了?(?:个)?(?:手机|微信|设备|号).{0,6}(?:怎么|还能|登不|没有?了|找不)\S{0,6}|(?:登录|登陆)(?:一下)?(?:我的?)?(?:账号|帐号|账户)?|(?:找回|绑定|关联)(?:一下)?(?:我|原来|已有|以前)?(?:的)?(?:账号|帐号|账户|档案|登记)"
    r"|\b(?:i )?(?:signed|registered)(?: up)? (?:before|already|last|in|at)\b.{0,12}|\balready (?:did|done|registered|a member)\b|\b(?:has |have )?already registered me\b|\bold account\b|\bi used to be (?:registered|a member)\b.{0,20}|\b(?:i(?:'m| am|'ve| have)? )?already (?:been )?(?:registered|signed up|a (?:resident|member)|have an account)\b|\bi (?:have |was |am |'ve )?registered\b.{0,20}(?:before|already|last|earlier|by|on|at)?|\bhave an account\b|\blog ?in\b|\bsign in\b|\blink my (?:account|file|registration)\b",
    re.IGNORECASE,
)
_REGISTER_SAID = ("我要注册", "我想登记", "怎么登记", "新住户登记", "刚搬来想登记", "实名认证", "注册账号", "给我建个档", "我没登记过", "我要成为居民", "没有账号怎么办", "租户怎么登记", "开通账号", "住户信息怎么录入", "帮家人登记", "办个入住登记", "我要加入社区", "登个记", "新来的租客要登记", "我想实名", "register me please", "I am new here", "I need an account", "I am not registered yet", "I am a new tenant", "I moved here last week", "how can I become a resident", "register my family", "where can I register", "I would like to sign up", "registration please", "can foreigners register", "help me to register", "I want to register", "sign me up as resident", "I just moved in", "how do I create an account")  # fmt: skip
_REGISTERED_SAID = ("我登记过了", "我以前注册过", "已经有账号了", "我注册过换了手机", "我登过记了", "我是老住户了", "已经认证过了", "在居委会登记过", "怎么登录", "找回账号", "我有档案的", "家里人帮我登记过了", "已经是住户了", "I signed up already", "how do I log in", "connect my old account", "I am a member already", "my wife registered me", "I registered at the office", "I am already registered", "I have an account", "I registered before")  # fmt: skip


# --- registering ----------------------------------------------------------------------------------------------


def _start(person: Person, text: str) -> Opening | Answer:
    if person.resident_id is not None:
        return Answer.of(_registered_already(person.resident_id))
    facts: dict[str, Any] = {}
    if person.org_id is None:
        communities = orgs.communities()
        if len(communities) > 1:
            facts["communities"] = [{"value": str(number), "label": name} for number, name in communities]
    known = {"mobile": person.address} if person.channel in ("sms", "voice") else {}
    return Opening(prefill=known, facts=facts)


def _submit(person: Person, done: Submitted) -> Answer:
    answers = done.answers
    if not (answers.get("consent") and answers.get("consent_sensitive")):
        return Answer.of(consent.declined())
    community = answers.get("community")
    applicant = Applicant(
        person.identity_id,
        person.channel,
        person.locale,
        int(community) if community is not None else person.org_id,
    )
    result = register(applicant, answers, proven=done.proven, consent_version=consent.VERSION)
    if result.outcome == "joined" and result.resident_id is not None:
        return Answer.of(_welcome_back(queries.name_of(result.resident_id)))
    if result.outcome == "claimed":
        return Answer.of(_will_look(answers["name"]))
    return Answer.of(_waiting(answers["name"], result.email_sent))


def _waiting(name: str, email_sent: bool) -> Words:
    text = _(
        "Thank you, **{name}**. Your registration is with the office now; a colleague looks at it, usually within a working day, "
        "and I tell you here. A repair you can book right away.",
        name=name,
    )
    with_link = _(
        "Thank you, **{name}**. Your registration is with the office now; a colleague looks at it, usually within a working day, "
        "and I tell you here. Please also open the link in the e-mail that is on its way to you. A repair you can book right "
        "away.",
        name=name,
    )
    return Words(
        with_link if email_sent else text,
        short=_("Thank you {name}. The office checks your registration and tells you here.", name=name),
        spoken=_(
            "Thank you, {name}. Your registration is with the office now. We will tell you by text message when it is approved.",
            name=name,
        ),
        options=(REPAIR,),
    )


def _will_look(name: str) -> Words:
    return Words(
        _(
            "Thank you, **{name}**. The office would like to look at your registration together with you. A colleague will write to "
            "you here; you can also come by with your ID card or call {hotline}.",
            name=name,
            hotline=settings().hotline,
        ),
        short=_(
            "Thank you {name}. The office will write to you about your registration. {hotline}",
            name=name,
            hotline=settings().hotline,
        ),
    )


def _welcome_back(name: str) -> Words:
    return Words(
        _(
            "Welcome back, **{name}**. You are registered already, and from now on I know you here too.",
            name=name,
        ),
        short=_("Welcome back, {name}. You are registered, and we know this number now.", name=name),
    )


def _not_on_this_line(name: str) -> Words:
    return Words(
        _(
            "You are registered, {name}. A number that calls can be forged, so please call from your own mobile, or write to us "
            "from it; then I know you.",
            name=name,
        )
    )


def _registered_already(resident_id: int) -> Words:
    resident = queries.by_id(resident_id)
    if resident.status == "pending":
        return Words(
            _(
                "Your registration is with the office, {name}. I tell you here as soon as it is approved.",
                name=resident.name,
            ),
            options=(Option("file:", _("My file")), REPAIR),
        )
    return Words(
        _("You are registered, {name}. What can I do for you?", name=resident.name),
        options=(Option("file:", _("My file")), REPAIR),
    )


def _status(person: Person, argument: str) -> Answer:
    return Answer.of(_registered_already(person.resident_id or 0))


# --- "I am registered already" --------------------------------------------------------------------------------

_WHICH_MOBILE = _("With which mobile number did you register?")
LINK = Form(
    "link",
    _("I am registered already"),
    [replace(MOBILE, ask=_WHICH_MOBILE, ask_short=_WHICH_MOBILE)],
    review=False,
    intro=_("I send a code to the mobile number that you registered with; then I know you here too."),
)


_NOT_THIS_NUMBER = Words(
    _("I find no registration under this number. (If you have none yet, write “register”.)"),
)


def _start_link(person: Person, text: str) -> Opening | Answer:
    if person.resident_id is not None:
        return Answer.of(_registered_already(person.resident_id))
    if person.channel == "sms":
        # The channel itself vouches for the number.
        resident_id = join_proven(person.identity_id, person.address)
        if resident_id is not None:
            return Answer.of(_welcome_back(queries.name_of(resident_id)))
        return Opening(before=(_NOT_THIS_NUMBER,))
    # A caller's number is only likely hers: a code goes there.
    return Opening(prefill={"mobile": person.address} if person.channel == "voice" else {})


def _submit_link(person: Person, done: Submitted) -> Answer:
    return _linked(person, done.answers["mobile"])


def _linked(person: Person, mobile: str) -> Answer:
    resident_id = join_proven(person.identity_id, mobile)
    if resident_id is not None and person.channel == "voice" and person.address != mobile:
        return Answer.of(_not_on_this_line(queries.name_of(resident_id)))
    if resident_id is not None:
        return Answer.of(_welcome_back(queries.name_of(resident_id)))
    return Answer.of(
        Words(
            _(
                "I could not join this number to a registration. It may be another number, or a phone that a family shares. You can "
                "register here, or call the office: {hotline}.",
                hotline=settings().hotline,
            ),
            short=_(
                "No registration fits this number. To register: register. Office: {hotline}",
                hotline=settings().hotline,
            ),
            options=(REGISTER,),
        )
    )


FLOWS = [
    Flow(
        "registration",
        REGISTRATION,
        _("Register"),
        _start,
        _submit,
        intents=(_REGISTER,),
        audience="newcomer",
        menu=10,
        yields=("link",),
        examples=_REGISTER_SAID,
    ),
    Flow(
        "link",
        LINK,
        _("I am registered already"),
        _start_link,
        _submit_link,
        intents=(_REGISTERED,),
        audience="newcomer",
        menu=90,
        examples=_REGISTERED_SAID,
    ),
]
COMMANDS = [
    Command(
        "registered",
        _status,
        _("Am I registered?"),
        patterns=(_REGISTER, _REGISTERED),
        audience="resident",
        examples=(*_REGISTER_SAID, *_REGISTERED_SAID),
    )
]
