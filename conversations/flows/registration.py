"""Becoming a resident: the registration, and "I am registered already" for a further channel.

A registration waits for the office's approval, but whoever has registered may book a repair at once: a burst pipe does
not wait for office hours.
"""

from __future__ import annotations

import re
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
    r"(?:我要|我想|帮我)?(?:实名)?(?:注册|登记|实名|认证)|\bregist(?:er|ration)\b|\bsign(?:ing)? ?up\b",
    re.IGNORECASE,
)
_REGISTERED = re.compile(
    r"(?:我)?(?:已经|已|早就)?(?:注册|登记)(?:过了?|好了)|(?:我)?(?:已经|已|早就)(?:实名)?(?:注册|登记)|\b(?:i(?:'m| am) )?already registered\b"
    r"|\bi have registered\b",
    re.IGNORECASE,
)


# --- registering ----------------------------------------------------------------------------------------------


def _start(person: Person, text: str) -> Opening | Answer:
    if person.resident_id is not None:
        return Answer.of(_registered_already(person.resident_id))
    facts: dict[str, Any] = {}
    if person.org_id is None:
        communities = orgs.communities()
        if len(communities) > 1:
            facts["communities"] = [{"value": str(o.id), "label": o.name} for o in communities]
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

LINK = Form(
    "link",
    _("I am registered already"),
    [MOBILE],
    review=False,
    intro=_("I send a code to the mobile number that you registered with; then I know you here too."),
)


def _start_link(person: Person, text: str) -> Opening | Answer:
    if person.resident_id is not None:
        return Answer.of(_registered_already(person.resident_id))
    if person.channel == "sms":
        # The channel itself vouches for the number.
        return _linked(person, person.address)
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
    ),
]
COMMANDS = [Command("registered", _status, patterns=(_REGISTER, _REGISTERED), audience="resident")]
