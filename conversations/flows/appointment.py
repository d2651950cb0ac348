"""“I have to see the doctor on Thursday”: an appointment that she is reminded of, and a ride if she needs one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from backend.care.health import actions, wording
from backend.core import clock
from backend.core.access import Actor
from backend.core.i18n import _
from backend.fields.calendar import ready, spoken, time_of
from backend.fields.choices import YesNo
from backend.fields.dates import Date
from backend.fields.form import Form
from backend.fields.text import Text
from backend.fields.words import Option, Words
from conversations import callers, phrases
from conversations.flow import Answer, Flow, Opening, Person, Retry, Submitted

NAME = "appointment"
INTENTS = (
    re.compile(
        r"(?:提醒|叫)我.{0,10}(?:去)?(?:看病|看医生|复查|复诊|体检|透析|打针|去医院).{0,8}|(?:记|约).{0,6}(?:看病|看医生|复查|复诊|体检).{0,6}(?:提醒|时间)?"
        r"|\bremind me of (?:my |the )?(?:doctor|hospital|appointment|check-?up)\b.{0,24}|\b(?:note|keep) (?:my |an )?(?:doctor'?s )?appointment\b.{0,16}",
        re.IGNORECASE,
    ),
)
FORM = Form(
    NAME,
    _("An appointment"),
    [
        Text("what", label=_("What"), ask=_("What is it about? Like heart doctor, check-up."), max_length=80, sensitive=True),
        Date("day", label=_("Day"), ask=_("On which day?"), earliest="today", latest="today+365"),
        Text("at", label=_("Time"), ask=_("At what time? Like 9:30."), max_length=30),
        Text("place", label=_("Where"), ask=_("Where is it? “Skip” if you like."), max_length=120, optional=True),
        YesNo("ride", label=_("A ride"), ask=_("Do you need somebody to take you there?")),
    ],
    review=True,
    confirm_label=_("Keep it, and remind me"),
)  # fmt: skip


def _start(person: Person, text: str) -> Opening | Answer:
    if person.resident_id is None:
        return Answer.of(
            Words(
                _("I gladly remind you. First the office needs to know you: shall we register?"),
                options=(Option("flow:registration", _("Register")), phrases.PERSON),
            )
        )  # fmt: skip
    before = Words(_("I keep the appointment to look after you; “no health data” takes that back."))
    return Opening(prefill=_said(text), before=(before,))


def _said(text: str) -> dict[str, Any]:
    try:
        said = spoken(text, clock.local(clock.now()).date())
    except (ValueError, OverflowError):
        return {}
    known: dict[str, Any] = {"day": said.day} if said.day is not None else {}
    return known | ({"at": f"{said.at:%H:%M}"} if said.at is not None else {})


def _submit(person: Person, done: Submitted) -> Answer | Retry:
    answers: Mapping[str, Any] = done.answers
    at: time | None = time_of(ready(answers["at"]))[0]
    if at is None:
        return Retry("at", _("At what time? Like 9:30."))
    moment = datetime.combine(answers["day"], at, clock.zone())
    if moment <= clock.now():
        return Retry("day", _("That time is over already. When is it?"))
    her = person.resident_id or 0
    if not person.certain and not actions.agreed(her):
        return callers.asked_again(person, wording.may_we_keep(""), "care")
    ride = "wanted" if answers["ride"] else "no"
    made = actions.add_appointment(
        Actor("resident", her, ""), her, moment, answers["what"], answers.get("place") or "", ride
    )
    words = wording.appointment_noted(made)
    return Answer.of(words, wording.ride_asked(made)) if made.request else Answer.of(words)


FLOWS = [Flow(NAME, FORM, _("An appointment"), _start, _submit, INTENTS)]
