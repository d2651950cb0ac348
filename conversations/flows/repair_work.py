"""The worker's side, from the worker's own chat: take it, set out, begin, report, finish."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from backend.core import clock
from backend.core.access import Actor
from backend.core.errors import Forbidden, LinliError
from backend.core.i18n import Msg, Text, _
from backend.fields.choices import Choice, Choices
from backend.fields.form import Form
from backend.fields.media import Photo
from backend.fields.text import LongText
from backend.fields.words import Words
from backend.requests import actions, queries, replies
from backend.requests.actions import Done
from backend.requests.form import photos_of
from backend.staff import queries as staff
from conversations.flow import Answer, Command, Flow, Opening, Person, Submitted
from conversations.flows.repair_mine import number_in

_CHAT = {"fact": "channel", "op": "in", "value": ["telegram", "webchat"]}
_SENT = {"fact": "photos", "op": "filled"}
_JOBS = re.compile(
    r"我的(?:工单|任务|活)|待办(?:工单)?|还有(?:什么|哪些)活|\bmy jobs\b|\bmy tasks\b|\bopen jobs\b",
    re.IGNORECASE,
)


def actor_of(person: Person) -> Actor:
    """The staff member behind this chat. Raises Forbidden."""
    if person.staff_id is None:
        raise Forbidden(
            _(
                "This is for our workers. If you are one, link this chat first: make a code in the admin, then send “link 123456”."
            )
        )
    return staff.actor_by_id(person.staff_id)


def _act(do: Callable[[Actor, int], Done], fresh: Text, again: Msg) -> Callable[[Person, str], Answer]:
    """A Command that does one act and says what comes next."""

    def run(person: Person, argument: str) -> Answer:
        done = do(actor_of(person), number_in(argument))
        return Answer.of(_next(done, again if done.repeated else fresh))

    return run


def _next(done: Done, text: Text) -> Words:
    return replies.next_step(done.request, text, queries.who(done.request))


def _ask(form: str, act: str) -> Callable[[Person, str], Opening]:
    """A Command that asks something first, when the act is possible at all."""

    def run(person: Person, argument: str) -> Opening:
        actor, number = actor_of(person), number_in(argument)
        actions.check_mine(actor, number, act)
        return Opening(form, facts={"number": number, "photos": []})

    return run


def jobs(person: Person, argument: str) -> Answer:
    found = queries.jobs_of(actor_of(person).id)
    if not found:
        return Answer.of(Words(_("Nothing is open with you. Have a good rest.")))
    if len(found) == 1:
        return Answer.of(replies.job(found[0], queries.who(found[0])))
    return Answer.of(replies.jobs(found))


# --- the questions that come with an act ----------------------------------------------------------------------

_REASONS = {
    "busy": _("I am on another job"),
    "far": _("I am too far away"),
    "parts": _("I lack the parts or the tools"),
    "trade": _("It is not my trade"),
    "off": _("I am off duty"),
}
DECLINE = Form(
    "repair_decline",
    _("Declining a repair"),
    [
        Choice(
            "reason",
            label=_("Reason"),
            ask=_("What keeps you? The desk then asks somebody else."),
            options=[
                *(Choices(code, label) for code, label in _REASONS.items()),
                Choices("other", _("Something else")),
            ],
        ),
        LongText(
            "why",
            label=_("In your words"),
            ask=_("In a few words, please."),
            max_length=300,
            when={"field": "reason", "op": "eq", "value": "other"},
        ),
    ],
    review=False,
)
_HOURS = {"1": 1, "2": 2, "4": 4, "24": 24, "72": 72}
PROGRESS = Form(
    "repair_progress",
    _("How it goes"),
    [
        LongText(
            "text", label=_("How it goes"), ask=_("How does it go? The resident reads it."), max_length=500
        ),
        Choice(
            "expected",
            label=_("Done by"),
            ask=_("When will it be done, from now?"),
            options=[
                Choices("1", _("In an hour")),
                Choices("2", _("In two hours")),
                Choices("4", _("Today")),
                Choices("24", _("Tomorrow")),
                Choices("72", _("In three days")),
            ],
            optional=True,
        ),
        Photo("photo", label=_("Photo"), ask=_("A photo of it?"), optional=True, when=_CHAT, unless=_SENT),
    ],
    review=False,
)
FINISH = Form(
    "repair_finish",
    _("Finishing a repair"),
    [
        LongText(
            "note",
            label=_("What was done"),
            ask=_("Well done. What was it, in a few words? The resident reads it."),
            ask_short=_("What was done? The resident reads it."),
            optional=True,
            max_length=500,
        ),
        Photo(
            "photo",
            label=_("Photo"),
            ask=_("A photo of the finished work?"),
            optional=True,
            when=_CHAT,
            unless=_SENT,
        ),
    ],
    review=False,
)


def _submitting(do: Callable[[Actor, int, Submitted], Words]) -> Callable[[Person, Submitted], Answer]:
    def submit(person: Person, done: Submitted) -> Answer:
        try:
            return Answer.of(do(actor_of(person), int(done.facts["number"]), done))
        except LinliError as error:
            # Things moved on while the question was open: she hears how it stands, and the Form is over.
            return Answer.of(Words(error.text))

    return submit


def _declined(actor: Actor, number: int, done: Submitted) -> Words:
    reason = done.answers["reason"]
    why = done.answers.get("why") or str(_REASONS[reason])
    actions.decline(actor, number, why)
    return Words(_("Understood. R-{number} goes to somebody else.", number=number))


def _progressed(actor: Actor, number: int, done: Submitted) -> Words:
    expected = done.answers.get("expected")
    until = clock.now() + timedelta(hours=_HOURS[expected]) if expected else None
    result = actions.progress(actor, number, done.answers["text"], photos_of(done.answers, done.facts), until)
    return _next(result, _("Thank you, the resident has been told."))


def _finished(actor: Actor, number: int, done: Submitted) -> Words:
    result = actions.finish(actor, number, done.answers.get("note", ""), photos_of(done.answers, done.facts))
    if result.repeated:
        return _next(result, _("This was finished already."))
    return _next(result, _("Thank you, well done. The resident is asked how it was."))


def _no_start(person: Person, text: str) -> Answer:
    return jobs(person, "")


FLOWS = [
    Flow("repair_decline", DECLINE, DECLINE.title, _no_start, _submitting(_declined), audience="staff"),
    Flow("repair_progress", PROGRESS, PROGRESS.title, _no_start, _submitting(_progressed), audience="staff"),
    Flow("repair_finish", FINISH, FINISH.title, _no_start, _submitting(_finished), audience="staff"),
]
COMMANDS = [
    Command(
        "request.accept",
        _act(
            actions.accept, _("It is yours. The resident has been told."), _("You have accepted it already.")
        ),
    ),
    Command(
        "request.go",
        _act(
            actions.go,
            _("Have a safe way. The resident knows that you are coming."),
            _("We know already, thank you."),
        ),
    ),
    Command(
        "request.start",
        _act(
            actions.start, _("Noted, you are there. Tell me when it is done."), _("You have begun already.")
        ),
    ),
    Command("request.decline", _ask("repair_decline", "decline")),
    Command("request.progress", _ask("repair_progress", "progress")),
    Command("request.finish", _ask("repair_finish", "finish")),
    Command("request.jobs", jobs, _("My jobs"), patterns=(_JOBS,), audience="staff", menu=15),
]
COMMAND = {c.name: c for c in COMMANDS}
