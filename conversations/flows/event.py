"""Events in a conversation: what is on, signing up (one Flow for each event), one's own sign-ups, offers, the rating."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from backend.core.errors import NotFound
from backend.core.i18n import _
from backend.events import actions, queries, replies, wording
from backend.events.form import signup_form, wish_of
from backend.fields.choices import Choice, MultiChoice
from backend.fields.form import Form
from backend.fields.text import LongText
from backend.fields.words import Words
from conversations.flow import Answer, Command, Flow, Opening, Person, Retry, Series, Submitted
from conversations.flows.event_titles import meant
from conversations.flows.repair import REGISTER, actor_of, org_of

SHOWN = {"telegram": 8, "webchat": 8, "sms": 4, "voice": 5}
"""How many events a list names: each one costs a segment, or has to be listened to."""

_LIST = re.compile(
    r"^\W*(?:社区)?活动\W*$|.{0,8}有(?:没有)?(?:什么|啥|哪些)?.{0,8}(?:活动|聚会|好玩的?).{0,8}|.{0,6}活动(?:都?有(?:哪些|什么|啥)|安排|列表|预告|日程|表)"
    r"|(?:看看|查看|查一?下).{0,4}活动|(?:周末|这周|本周|下周|最近|这两天|今天|明天|节日|过节).{0,4}(?:社区)?(?:都)?有(?:什么|啥|哪些)(?:安排|节目|好玩|热闹).{0,4}|\bhuo\s?dong\b"
    r"|\bwhat(?:'s| is) (?:on|happening|going on)\b.*|\b(?:upcoming|any|what|which|show|list)\b.{0,12}\b(?:events?|activit(?:y|ies)|gatherings?)\b.*"
    r"|\banything (?:on|happening|fun|going on)\b.*|^\W*(?:events|activities)\W*$",
    re.IGNORECASE,
)
_JOIN = re.compile(
    r"(?:我|想|要|给|帮|可以|能|能不能)*(?:报个?名|报.{1,10}[班课]|参加|加入).*|(?:我)?(?:想|要)去.{1,20}(?:活动|[班课]|比赛)"
    r"|\b(?:can i |i(?:'d| would)? (?:want|like) to |please )?(?:sign (?:me )?up for|join|take part in|enrol(?:l)? (?:me )?in|put me down for|count me in(?: for)?|register (?:me |us )?for)\b.*",
    re.IGNORECASE,
)
_MINE = re.compile(
    r"我(?:都)?(?:的活动|报名的.{0,4}|报了?名?(?:了|的)?(?:哪些|什么|啥).{0,6}|的报名)|报名(?:记录|情况)"
    r"|\bmy (?:events?|activities|sign-?ups?)\b.*|\bwhat (?:did|have) i sign(?:ed)? up\b.*|\bam i signed up\b.*",
    re.IGNORECASE,
)
_QUIT = re.compile(
    r"(?:取消|退掉?|撤销?|撤回|不要)(?:我)?(?:的)?.{0,12}?(?:报名|活动)|(?:报名|活动).{0,8}(?:去不了|来不了|不去|不来|参加不了|不参加|取消|退掉?).*|不参加.{0,12}了|退掉?(?:我)?(?:的)?.{0,10}(?:名额?|票|位子)"
    r"|\b(?:cancel|withdraw)\b.{0,20}\b(?:sign-?ups?|registrations?|places?|spots?)\b.*|\bi can(?:'t|not) (?:come|make it) to\b.*",
    re.IGNORECASE,
)


def number_in(argument: str) -> int:
    """The event that an option names. Raises NotFound."""
    digits = argument.partition(":")[0]
    if not digits.isdecimal() or len(digits) > 9:
        raise NotFound()
    return int(digits)


def _resident(person: Person) -> int:
    """Who signs up. Raises NotFound, with words, for somebody who is not registered."""
    if person.resident_id is None:
        raise NotFound(_("For this you need to be registered; it takes three minutes."))
    return person.resident_id


def _to_register() -> Answer:
    return Answer.of(
        Words(
            _(
                "To sign up, please register once; it takes three minutes, and the place is yours right after."
            ),
            short=_("To sign up, please register once; it takes three minutes."),
            options=(REGISTER, replies.ALL),
        )
    )


# --- looking --------------------------------------------------------------------------------------------------


def _list(person: Person, argument: str) -> Answer:
    found = queries.open_now(org_of(person))
    if not found:
        return Answer.of(replies.none())
    shown = SHOWN.get(person.channel, 8)
    return Answer.of(replies.listed(found[:shown], len(found) - shown if len(found) > shown else 0))


def _show(person: Person, argument: str) -> Answer:
    event = queries.public(number_in(argument))
    signup = queries.signup_of(event.id, person.resident_id) if person.resident_id is not None else None
    ahead = queries.ahead_of(signup) if signup is not None else 0
    return Answer.of(replies.details(event, queries.places_of(event), signup, ahead))


def _mine(person: Person, argument: str) -> Answer:
    if person.resident_id is None:
        return Answer.of(replies.no_signups())
    found = queries.mine(person.resident_id)
    own = [(e, queries.places_of(e)) for e in queries.organised_by(person.resident_id)]
    if not found and not own:
        return Answer.of(replies.no_signups())
    if len(found) == 1 and not own:
        return _show(person, str(found[0][0].id))
    if len(own) == 1 and not found:
        return Answer.of(replies.own(*own[0]))
    shown = SHOWN.get(person.channel, 8)
    return Answer.of(replies.mine(found[:shown], own[: max(0, shown - len(found))]))


# --- signing up -----------------------------------------------------------------------------------------------


def _join(person: Person, text: str) -> Answer | Opening:
    """“报名包粽子”: the event is found by its name; several or none are asked about."""
    events = queries.open_now(org_of(person))
    if not events:
        return Answer.of(replies.none())
    found = meant(text, events)
    if len(found) != 1:
        return Answer.of(replies.which((found or events)[: SHOWN.get(person.channel, 8)]))
    return _start(person, found[0].id)


def _start(person: Person, event_id: int) -> Opening | Answer:
    if person.resident_id is None:
        return _to_register()
    event = queries.public(event_id)
    signup = queries.signup_of(event_id, person.resident_id)
    places = queries.places_of(event)
    stands = signup is not None and signup.status in ("signed", "offered", "waiting", "attended")
    if stands or not queries.takes_signups(event):
        return _show(person, str(event_id))
    if not signup_form(event).fields:
        return _placed(actions.sign_up(actor_of(person), event_id, person.resident_id))
    full = places.left is not None and places.left <= 0
    before = (Words(_("All places are taken; I can put you on the waiting list.")),) if full else ()
    return Opening(f"event:{event_id}", before=before)


def _submit(person: Person, done: Submitted, event_id: int) -> Answer | Retry:
    event = queries.by_id(event_id)
    if (changed := _no_answer_any_more(event, done.answers)) is not None:
        return Retry(changed, _("This question has changed in the meantime. Please answer it once more."))
    wish = wish_of(event, done.answers)
    return _placed(actions.sign_up(actor_of(person), event_id, _resident(person), wish))


def _no_answer_any_more(event: queries.Event, answers: Mapping[str, Any]) -> str | None:
    """The question from which staff have taken the option that she chose."""
    own = queries.questions_of(event)
    for f in own.fields if own else ():
        if isinstance(f, Choice | MultiChoice) and f.name in answers:
            given = f.dump(answers[f.name])
            chosen = given if isinstance(given, list) else [given]
            if not {c.value for c in f.choices}.issuperset(chosen):
                return f.name
    return None


def _placed(done: actions.Placed) -> Answer:
    if done.signup.status == "waiting":
        return Answer.of(wording.waits(done.event, done.signup, done.ahead))
    return Answer.of(wording.signed(done.event, done.signup))


def make(event_id: int) -> Flow | None:
    """The sign-up of one event. One that is over or full is still made: somebody may be in the midst of it."""
    try:
        event = queries.by_id(event_id)
    except NotFound:
        return None
    return Flow(
        f"event:{event_id}",
        signup_form(event),
        event.title,
        lambda person, _text: _start(person, event_id),
        lambda person, done: _submit(person, done, event_id),
    )


def _take(person: Person, argument: str) -> Answer:
    return _placed(actions.take(actor_of(person), number_in(argument), _resident(person)))


def _decline(person: Person, argument: str) -> Answer:
    done = actions.decline(actor_of(person), number_in(argument), _resident(person))
    return Answer.of(
        Words(_("Thank you for telling me. The place goes to somebody else."), options=(replies.ALL,))
        if done.signup.status == "declined"
        else replies.cancelled(done.event)
    )


def _cancel(person: Person, argument: str) -> Answer:
    done = actions.cancel(actor_of(person), number_in(argument), _resident(person))
    return Answer.of(replies.cancelled(done.event))


def _quit(person: Person, text: str) -> Answer:
    """“取消报名”: asked once which one, or whether."""
    found = (
        [event for event, _s in queries.mine(person.resident_id)] if person.resident_id is not None else []
    )
    if not found:
        return Answer.of(replies.no_signups())
    named = meant(text, found)
    return Answer.of(replies.quit_which((named if len(named) == 1 else found)[:9]))


# --- afterwards -----------------------------------------------------------------------------------------------

OPINION = Form(
    "event_opinion",
    _("How it was"),
    [
        LongText(
            "opinion",
            label=_("Your opinion"),
            ask=_("Thank you. What could be better next time?"),
            optional=True,
            max_length=500,
        )
    ],
    review=False,
)


def _rate(person: Person, argument: str) -> Answer | Opening:
    event_id, stars = number_in(argument), argument.partition(":")[2]
    rating = int(stars) if stars.isdecimal() and len(stars) == 1 else 0
    actions.rate(actor_of(person), event_id, _resident(person), rating)
    if rating <= 3:
        return Opening("event_opinion", facts={"event": event_id, "stars": rating})
    return Answer.of(Words(_("Thank you, that makes us glad. See you next time."), options=(replies.ALL,)))


def _opinion(person: Person, done: Submitted) -> Answer:
    text = done.answers.get("opinion")
    if text:
        actions.rate(
            actor_of(person), int(done.facts["event"]), _resident(person), int(done.facts["stars"]), text
        )
    return Answer.of(Words(_("Thank you, the office reads it.")))


SERIES = [Series("event", make)]
FLOWS = [Flow("event_opinion", OPINION, OPINION.title, lambda person, _text: _mine(person, ""), _opinion)]
# In this order, for of two that fit equally well the first is meant.
COMMANDS = [
    Command(
        "event.quit",
        _quit,
        _("Cancel a sign-up"),
        patterns=(_QUIT,),
        whole=True,
        examples=(
            "取消报名",
            "把我的报名取消",
            "活动我去不了了",
            "那个活动我不参加了",
            "cancel my sign-up",
            "I cannot come to the event",
        ),
    ),
    Command(
        "event.mine",
        _mine,
        _("My events"),
        patterns=(_MINE,),
        audience="resident",
        menu=35,
        examples=(
            "我的活动",
            "我报名了哪些活动",
            "看看我报的名",
            "my events",
            "which events am I signed up for",
        ),
    ),
    Command(
        "event.list",
        _list,
        _("Events"),
        patterns=(_LIST,),
        menu=30,
        examples=(
            "活动",
            "最近有什么活动",
            "社区有活动吗",
            "周末有什么好玩的",
            "活动安排",
            "what is on",
            "upcoming events",
            "are there any activities",
        ),
    ),
    Command(
        "event.join",
        _join,
        _("Sign up for an event"),
        patterns=(_JOIN,),
        whole=True,
        examples=(
            "报名参加活动",
            "我想参加活动",
            "给我报个名",
            "我要报名书法班",
            "sign me up for the event",
            "I want to join the class",
        ),
    ),
    Command("event.show", _show),
    Command("event.take", _take),
    Command("event.decline", _decline),
    Command("event.cancel", _cancel),
    Command("event.rate", _rate),
]
