"""“Remind me of my tablets”, “remind my mother of her medicine”: a medicine entered in a chat. For somebody else it begins with her yes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from backend.care.health import actions, medicines, wording
from backend.core import clock
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.family import queries as family
from backend.fields.calendar import ready, time_of
from backend.fields.choices import Choice
from backend.fields.form import Form
from backend.fields.text import Text
from backend.fields.words import Option, Words
from backend.messaging import At, Resident
from backend.residents import queries as residents
from conversations import phrases
from conversations.flow import Answer, Flow, Opening, Person, Retry, Submitted
from conversations.flows.absence import by_of, close_to

NAME = "medicine"
INTENTS = (
    re.compile(
        r"(?:每天|按时|定时|到点|帮我|帮忙|请|记得|可以|能不能|能)*(?:提醒|叫)(?:我|一下|我妈妈?|我爸爸?|妈妈?|爸爸?|奶奶|爷爷|老人|她|他)*(?:每天|按时|定时|到点)?(?:吃|服|用)药.{0,8}|(?:吃|服|用)药提醒.{0,6}"
        r"|\bremind (?:me|her|him|my \w+) (?:every ?day |daily )?(?:to take|of|about) (?:my |her |his |the )?(?:medicines?|medication|pills?|tablets?)\b.{0,20}|\bmedicine reminders?\b",
        re.IGNORECASE,
    ),
)
_SPLIT = re.compile(r"[,，、;；\s]+(?=\D{0,4}\d)|和|与|\band\b")

FORM = Form(
    NAME,
    _("Reminders of a medicine"),
    [
        Choice("who", label=_("Who"), ask=_("Who takes the medicine?"), options_from="whom", when={"fact": "several", "op": "eq", "value": True}),
        Text("name", label=_("Medicine"), ask=_("What is the medicine called?"), max_length=60, sensitive=True),
        Text("dose", label=_("How much"), ask=_("How much of it? In your words, like 1 tablet after breakfast."), max_length=60, sensitive=True),
        Text("times", label=_("Times"), ask=_("At what times of the day? Like 8:00, or 8:00 and 19:00."), max_length=60),
    ],
    review=True,
    confirm_label=_("Keep it, and remind"),
)  # fmt: skip


def _start(person: Person, text: str) -> Opening | Answer:
    whose = close_to(person)
    if not whose:
        return Answer.of(
            Words(
                _("I gladly remind you of your medicines. First the office needs to know you: shall we register?"),
                options=(Option("flow:registration", _("Register")), phrases.PERSON),
            )
        )  # fmt: skip
    facts = {
        "whom": [{"value": str(i), "label": residents.name_of(i)} for i in whose],
        "several": len(whose) > 1,
    }
    before = Words(
        _("I keep the medicine and your answers to look after you; “no health data” takes that back.")
    )
    return Opening(facts=facts, before=(before,))


def _times(said: str) -> list[time]:
    """8点和晚上7点 as times of day. Raises Invalid."""
    found = [at for part in _SPLIT.split(ready(said)) if (at := time_of(part)[0]) is not None]
    if not found:
        raise Invalid(_("At what times of the day? Like 8:00, or 8:00 and 19:00."), "times")
    return found


def _submit(person: Person, done: Submitted) -> Answer | Retry:
    answers: Mapping[str, Any] = done.answers
    allowed = close_to(person)
    whose = int(answers["who"]) if "who" in answers else (allowed or [0])[0]
    if whose not in allowed:
        return Answer.of(Words(_("We could not find this. It may have been removed, or the address is mistyped.")))  # fmt: skip
    wanted = actions.Wanted(
        answers["name"], answers["dose"], _times(answers["times"]), clock.local(clock.now()).date()
    )
    if whose == person.resident_id and person.certain:
        made = actions.own(whose, wanted, person.channel)
        return Answer.of(wording.reminded_from_now(medicines.plans_times(made)))
    # Somebody of hers, or a call with her number, which anybody could make: she is asked where only she answers.
    who = _("Somebody with your number") if whose == person.resident_id else _called(person, whose)
    actions.propose(by_of(person, whose), who, whose, wanted)
    return Answer.of(wording.she_is_asked(residents.name_of(whose)))


def _called(person: Person, resident_id: int) -> Any:
    """As she calls him."""
    me = (At(person.identity_id), Resident(person.resident_id or 0))
    found = (c.called for c in family.contacts(resident_id, "checkin") if c.to in me)
    return next(found, "") or _("Your family")


FLOWS = [Flow(NAME, FORM, _("Reminders of a medicine"), _start, _submit, INTENTS)]
