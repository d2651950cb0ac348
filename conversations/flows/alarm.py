"""Answering an alarm where one was told of it: a button, a digit of a text message or of a call. One tap, one effect."""

from __future__ import annotations

import re
from collections.abc import Callable

from backend.alarms import actions, kinds, queries, wording
from backend.alarms.actions import Caller
from backend.core.errors import NotFound
from backend.core.i18n import Msg, _
from backend.fields.words import Option, Words
from backend.staff import queries as staff
from conversations.flow import Answer, Command, Person

_LISTED = re.compile(
    r"(?:有(?:什么|哪些)|查看?|现在的?)?(?:警报|报警)(?:列表|情况)?\s*$|\b(?:open )?alarms\b", re.IGNORECASE
)
_THANKS: dict[str, Msg] = {
    "going": _(
        "Thank you, everybody knows that you are going. If somebody is in danger, call 120 first. Tell me how it is."
    ),
    "cannot": _("Thank you for answering. I ask the next person at once."),
    "called_120": _(
        "Good. Keep your phone free for the ambulance, and let somebody wait for it at the gate. Tell me how it goes on."
    ),
    "called_119": _(
        "Good. Nobody takes the lift, doors stay shut, and somebody waits for the fire brigade at the gate. Tell me how it goes on."
    ),
    "safe": _("Thank you, that is good to hear. Everybody who was told knows it now."),
    "false_alarm": _("Thank you. Everybody who was told knows it now."),
}
_GOES_ON = _(
    "Thank you, it is noted. Please say first that you belong to the family: until then I go on telling others."
)
_RINGS_BACK = _(
    "Thank you, it is noted. Anybody could call with your number, so I go on telling others, and ring you up at once: please hang up and say it there once more."
)
_NEXT: dict[str, tuple[str, ...]] = {
    "going": ("safe", "called_120", "cannot"),
    "called_120": ("going", "safe"),
    "called_119": ("going", "safe"),
}
"""What can be said after an answer."""


def _answering(answer: str) -> Callable[[Person, str], Answer]:
    def run(person: Person, argument: str) -> Answer:
        alarm_id = _number(argument)
        done = actions.answer(caller(person), alarm_id, answer)
        if not done.counts:
            return Answer.of(Words(_GOES_ON if person.certain else _RINGS_BACK))
        text = _("We know already, thank you.") if done.repeated else _THANKS[answer]
        return Answer.of(Words(text, options=wording.options(alarm_id, _NEXT.get(answer, ()))))

    return run


def caller(person: Person) -> Caller:
    return Caller(person.identity_id, person.resident_id, person.staff_id, person.certain)


def _number(argument: str) -> int:
    if not argument.isdecimal() or len(argument) > 9:
        raise NotFound()
    return int(argument)


def _over(person: Person, argument: str) -> Answer:
    """Who called for help says that it was nothing."""
    done = actions.over(caller(person), _number(argument))
    if not done.counts:
        return Answer.of(Words(_RINGS_BACK))
    return Answer.of(
        Words(_("I am glad. Everybody who was told knows it now. If you need help, write “help me” at once."))
    )


def _list(person: Person, argument: str) -> Answer:
    """The open alarms of a staff member; one that is pressed says what there is to say about it."""
    actor = staff.actor_by_id(person.staff_id or 0)
    if argument.isdecimal():
        return Answer.of(wording.raised(queries.seen_by(actor, _number(argument)), staff=True))
    found = queries.open_alarms(actor)[:9]
    if not found:
        return Answer.of(Words(_("No alarm is open. Have a quiet day.")))
    lines = tuple(
        Option(
            f"alarm.list:{a.id}",
            _("{title}, {time}", title=kinds.KINDS[a.kind].title, time=wording.at_time(a.raised_at)),
        )
        for a in found
    )
    return Answer.of(Words(_("These alarms are open."), options=lines))


COMMANDS = [
    *(Command(f"alarm.{answer}", _answering(answer)) for answer in kinds.ANSWERS),
    Command("alarm.over", _over),
    Command("alarm.list", _list, patterns=(_LISTED,), audience="staff"),
]
