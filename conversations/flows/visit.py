"""A visit from the worker's own chat: what is to do, on the way, and the report."""

from __future__ import annotations

import re

from backend.care import queries, visit_actions
from backend.care.visiting import CONDITIONS, FORM, report_of
from backend.core.errors import NotFound
from backend.core.i18n import _
from backend.fields.words import Option, Words
from conversations.flow import Answer, Command, Flow, Opening, Person, Submitted
from conversations.flows.repair_work import actor_of

_MINE = re.compile(
    r"我的(?:走访|探访|上门)(?:任务)?|(?:今天|待)(?:的)?(?:走访|探访)|走访(?:任务|列表|清单)|\bmy visits\b|\bvisits (?:today|to do)\b",
    re.IGNORECASE,
)


def _number(argument: str) -> int:
    if not argument.isdecimal() or len(argument) > 9:
        raise NotFound()
    return int(argument)


def _mine(person: Person, argument: str) -> Answer:
    actor = actor_of(person)
    found = queries.my_visits(actor.id, actor)
    if not found:
        return Answer.of(Words(_("No visit is waiting. Have a good day.")))
    if len(found) == 1:
        return Answer.of(visit_actions.shown(found[0]))
    options = tuple(Option(f"visit.show:{v.id}", visit_actions.brief(v)) for v in found)
    return Answer.of(Words(_("Visits to do, the most urgent first:"), options=options))


def _show(person: Person, argument: str) -> Answer:
    return Answer.of(visit_actions.shown(queries.visit_seen_by(actor_of(person), _number(argument))))


def _go(person: Person, argument: str) -> Answer:
    gone = visit_actions.go(actor_of(person), _number(argument))
    return Answer.of(visit_actions.gone(gone))


def _ask_report(person: Person, argument: str) -> Opening:
    visit = visit_actions.check_report(actor_of(person), _number(argument))
    return Opening(FORM.name, facts={"visit": visit.id})


def _submit(person: Person, done: Submitted) -> Answer:
    report = report_of(done.answers)
    gone = visit_actions.finish(actor_of(person), int(done.facts["visit"]), report)
    if gone.then == "answered":
        return Answer.of(Words(_("Thank you, it is noted. She has answered herself meanwhile: she is well.")))
    if gone.then == "again" and report.condition != "no_answer":
        return Answer.of(
            Words(
                _(
                    "Thank you, it is noted. The others thought that it was over; I tell them now that it is not."
                )
            )
        )
    if report.condition == "no_answer":
        return Answer.of(Words(_("Thank you. The next person is told at once; please stay near if you can.")))
    return Answer.of(
        Words(
            _("Thank you, it is noted: {condition}. Her family is told.", condition=CONDITIONS[report.condition])
        )
    )  # fmt: skip


def _start(person: Person, text: str) -> Answer:
    return _mine(person, text)


FLOWS = [Flow(FORM.name, FORM, FORM.title, _start, _submit, audience="staff")]
COMMANDS = [
    Command("visit.mine", _mine, _("My visits"), (_MINE,), audience="staff"),
    Command("visit.show", _show, audience="staff"),
    Command("visit.go", _go, audience="staff"),
    Command("visit.done", _ask_report, audience="staff"),
]
