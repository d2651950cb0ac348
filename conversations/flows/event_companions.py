"""“多带一个人”: who signed up for an event says anew how many come along."""

from __future__ import annotations

import re

from backend.core.i18n import _
from backend.events import actions, queries, replies, wording
from backend.events.form import companions_form
from backend.fields.words import Option, Words
from conversations.flow import Answer, Command, Flow, Opening, Person, Series, Submitted
from conversations.flows.event import number_in
from conversations.flows.repair import actor_of

SERIES_NAME = "event_companions"
_WORDS = re.compile(
    r"(?:修改|更改|改|变更)(?:一下)?(?:活动|报名)?(?:的)?(?:同行|随行|陪同|携带|带的)(?:的)?人?数?|(?:我想?|要|再|可以|能)*(?:多|少)带(?:[一两二三几]|\d)个?人?(?:来|去|参加)?(?:活动)?"
    r"|\b(?:change|update)\b.{0,16}\b(?:companions|how many (?:people )?(?:i bring|come with me))\b|\bbring (?:one|two|three|\d) (?:more|fewer|less)\b.{0,12}",
    re.IGNORECASE,
)


def _which(person: Person, argument: str) -> Answer | Opening:
    """`12` names the event; words leave it open where several could be meant."""
    if argument.isdecimal():
        return Opening(f"{SERIES_NAME}:{number_in(argument)}")
    mine = queries.mine(person.resident_id) if person.resident_id is not None else []
    found = [event for event, signup in mine if event.companions and signup.status != "attended"]
    if not found:
        return Answer.of(replies.no_signups())
    if len(found) == 1:
        return Opening(f"{SERIES_NAME}:{found[0].id}")
    options = tuple(
        Option(f"event.companions:{e.id}", replies.line(e), replies.short_title(e)) for e in found[:9]
    )
    return Answer.of(Words(_("Which event do you mean?"), options=options))


def _start(person: Person, event_id: int) -> Opening | Answer:
    signup = queries.signup_of(event_id, person.resident_id) if person.resident_id is not None else None
    if signup is None or signup.status not in ("signed", "offered", "waiting"):
        return Answer.of(replies.no_signups())
    return Opening()


def _submit(person: Person, done: Submitted, event_id: int) -> Answer:
    many, names = int(done.answers.get(actions.COMPANIONS) or 0), done.answers.get("with_names") or ""
    placed = actions.change_companions(actor_of(person), event_id, person.resident_id or 0, many, names)
    return Answer.of(wording.party(placed.event, placed.signup))


def _made(event_id: int) -> Flow | None:
    event = queries.find(event_id)
    if event is None:
        return None
    return Flow(
        f"{SERIES_NAME}:{event_id}",
        companions_form(event),
        _("Companions"),
        lambda person, _text: _start(person, event_id),
        lambda person, done: _submit(person, done, event_id),
    )


SERIES = [Series(SERIES_NAME, _made)]
COMMANDS = [
    Command(
        "event.companions",
        _which,
        _("Change companions"),
        patterns=(_WORDS,),
        audience="resident",
        examples=("我想多带一个人", "改同行人数", "少带两个人", "change my companions", "bring one more"),
    )
]
