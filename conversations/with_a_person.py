"""A person is in the conversation, or is called into it: what she writes goes to them, and the bot keeps quiet.

Whether that is so stands on the Conversation's own row (`Found.handover_id`): a turn asks nothing more for it.
"""

from __future__ import annotations

import re

from backend.alarms import replies
from backend.alarms.answering import Caller
from backend.core import clock
from backend.core.i18n import Text, _
from backend.fields.words import Said, Words
from backend.inbox import answering, opening, relaying, taking, thread
from backend.inbox.marks import QUIET
from backend.messaging import people
from backend.messaging.models import Message
from conversations import discreet, phrases
from conversations.flow import Command, Person
from conversations.inbound import Inbound
from conversations.store import Found
from conversations.talk import Talk

NOTICE_MS = 3 * 86_400_000
"""How long after a notice words that mean nothing else count as a reply to it, where nothing was said in between."""
CAMPAIGN_MS = 86_400_000
"""The same after a message of a campaign, whatever the assistant answered in between."""
CAMPAIGN = "campaign:"
_NO_NOTICE = ("reply", "code", "answer", "reminder", "handover", "activation")
_DIGITS = re.compile(r"\s*\d{4,8}\s*")


def hears(talk: Talk, inbound: Inbound, said: Said, where: str, found: Found) -> bool:
    """Whether this goes to the person. Not: a cry for help, a pressed option of ours, the code that is being waited for, a
    call (nobody can write into it), a word that only works for staff."""
    if found.handover_id is None or inbound.channel in QUIET:
        return False
    if said.choice is not None and where != "stale":
        return said.choice == "!person"
    if talk.registry.cry(said.text) is not None:
        return False
    form = talk.memory.form
    if form is not None and form.get("phase") == "code" and _DIGITS.fullmatch(said.text):
        return False
    meant = talk.registry.meaning(said.text, talk.person) if said.text else None
    if meant is None or not isinstance(meant.entry, Command):
        return True
    return not meant.entry.anytime and meant.entry.audience != "staff"


def pass_on(talk: Talk, said: Said, found: Found, now: int) -> None:
    """Give it to the person who has the thread; she is told once who that is."""
    talk.outcome = "with_person"
    if not (said.text or said.media or said.location or said.contact):
        return  # a page that was opened, an old button: nothing that waits for an answer
    handover = answering.heard(found.handover_id or 0, now)
    if handover is None:
        return
    if handover.greeted_at is None:
        answering.greeted(handover)
        talk.say(taking.welcome(thread.name_of(handover.taken_by)))
    if handover.relay:
        relaying.pass_on(handover, _shown(said), photo=said.media is not None)


def _shown(said: Said) -> Text:
    if said.text:
        return discreet.hidden(said.text)
    if said.media is not None:
        return ""
    return _("A place on the map") if said.location is not None else "…"


def instead(talk: Talk, said: Said) -> Words | None:
    """What is said in place of "I do not understand": that a colleague reads it, because she waits for one, or because it
    is a reply to a notice, which then goes to the office."""
    person = talk.person
    notice = _notice(person) if said.text else None
    if notice is not None:
        _tell_of_alarm(person, notice, said.text)
    if opening.waits(person.identity_id, person.resident_id):
        return phrases.passed_on()
    if notice is None:
        return None
    talk.handover, talk.about = "reply", notice
    return Words(
        _("Thank you, I have passed your reply on to the office. A colleague reads it and answers you here."),
        short=_("Thank you, your reply is with the office; a colleague will answer."),
    )


def _notice(person: Person) -> str | None:
    """What she replies to: `campaign:12`, or the `message:77` of another notice."""
    hers = Message.identity_id == person.identity_id
    if person.resident_id is not None:
        # A campaign's message may have gone on to another of her addresses.
        hers |= Message.resident_id == person.resident_id
    told = Message.select(Message.id, Message.purpose, Message.about, Message.created_at).where(hers)
    last = told.order_by(Message.id.desc()).first()
    if last is not None and last.purpose == "reply":
        last = told.where(Message.purpose != "reply").order_by(Message.id.desc()).first()
        within = CAMPAIGN_MS if last is not None and _of_campaign(last) else 0
    else:
        within = NOTICE_MS
    if last is None or last.about is None or last.purpose in _NO_NOTICE:
        return None
    if clock.now_ms() - clock.to_ms(last.created_at) > within:
        return None
    return str(last.about) if _of_campaign(last) else f"message:{last.id}"


def _tell_of_alarm(person: Person, notice: str, text: str) -> None:
    """What is about an alarm is read where the alarm is, wherever her address belongs."""
    kind, _colon, number = notice.partition(":")
    about = Message.get_by_id(int(number)).about if kind == "message" else ""
    if about and about.startswith("alarm:"):
        by = Caller(person.identity_id, person.resident_id, person.staff_id, person.certain)
        replies.hear(by, int(about.removeprefix("alarm:")), discreet.hidden(text))


def _of_campaign(message: Message) -> bool:
    return bool(message.about) and str(message.about).startswith(CAMPAIGN)


def call(talk: Talk, said: str) -> None:
    """Put her on the list of people who wait for a person, and tell the duty desk; what she has to know of it is said in this
    turn."""
    identity = people.get(talk.person.identity_id)
    words = opening.open_for(identity, talk.handover or "asked", said, talk.about)
    if words is not None:
        # The open question stays last, so that an answer is one to it.
        talk.replies.insert(len(talk.replies) - 1 if talk.question else len(talk.replies), words)
