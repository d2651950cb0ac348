"""Answering an alarm where one was told of it: a button, a digit of a text message or of a call. One tap, one effect."""

from __future__ import annotations

import re
from collections.abc import Callable

from backend.alarms import actions, bodies, kinds, queries, storm_answers, wording
from backend.alarms.actions import Caller
from backend.care import actions as care
from backend.care.actions import Voice
from backend.core.errors import NotFound
from backend.core.i18n import Msg, _
from backend.fields.words import Option, Words
from backend.settings import settings
from backend.staff import queries as staff
from conversations import phrases
from conversations.flow import Answer, Command, Person
from conversations.flows import alarm_said, device_commands

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
_GOING_TO_FIRE = _(
    "Thank you, everybody knows that you are going. Where it burns or smells of gas, do not go in: call 119 first. Tell me how it is."
)
_GOES_ON = _(
    "Thank you, it is noted. Please say first that you belong to the family: until then I go on telling others."
)
_RINGS_BACK = _(
    "Thank you, it is noted. Anybody could call with your number, so I go on telling others, and ring you up at once: please hang up and say it there once more."
)
_SAYS_SO = (
    r"[没沒](?:有|什么|啥)*(?:事|问题)[儿兒]?[了啦嘞]|[我她他](?:现在|已经|真的|都)*(?:[没沒]事[儿兒]?|很好|挺好|蛮好|好多了|好了|平安)|误报|虚惊一场|[按点发打弄]错了"
    r"|\b(?:it was|it's|it is) nothing\b|\bfalse alarm\b|\b(?:i'?m|i am|we'?re|we are|all is|all|everything(?: is|'s)?) (?:fine|ok|okay|all right|alright|well|good|safe)\b"
)
_AROUND = (
    r"[\W_]|我?妈妈?|我?爸爸?|奶奶|爷爷|老伴|[我她他人]|很好|挺好|好着呢|现在|已经|真的|刚才|都|是|的|好|谢谢|大家|您|你们?|不好意思|对不起|麻烦|不用(?:来|担心|管)|别担心|放心|吧|[了啦啊呀哦呢]"
    r"|\b(?:sorry|now|again|thanks?|you|everybody|everyone|it was|it's|it is|a|fine|okay|well)\b"
)
NOTHING = re.compile(rf"(?=.*(?:{_SAYS_SO}))(?>{_SAYS_SO}|{_AROUND})*+", re.IGNORECASE | re.DOTALL)
"""The whole of a message that says so: it was nothing, I am well."""


class _Nothing:
    """Finds them in a text that says nothing else."""

    def search(self, string: str, /) -> re.Match[str] | None:
        return NOTHING.fullmatch(string)


_GOES_ON_FROM = ("going", "called_120", "called_119")
"""Answers after which there is more to say. It is offered in the same order as before: a text message that arrives twice, or a key that
is pressed twice, says the same again, and ends nothing."""


def _answering(answer: str) -> Callable[[Person, str], Answer]:
    def run(person: Person, argument: str) -> Answer:
        alarm_id = _number(argument)
        done = actions.answer(caller(person), alarm_id, answer)
        if not done.counts:
            return Answer.of(Words(_GOES_ON if person.certain else _RINGS_BACK))
        text = _("We know already, thank you.") if done.repeated else _thanks(answer, done.summary.kind)
        following: tuple[Option, ...] = ()
        if answer in _GOES_ON_FROM:
            following = wording.options(alarm_id, kinds.KINDS[done.summary.kind].answers)
            following += device_commands.offers(person, alarm_id)
        if answer in kinds.ENDS and person.staff_id is not None and (base := settings().public_url):
            following += (Option(f"url:{base}/admin/alarms/{alarm_id}", _("Write down what it was")),)
        return Answer.of(Words(text, options=following))

    return run


def _thanks(answer: str, kind: str) -> Msg:
    return _GOING_TO_FIRE if answer == "going" and kind in kinds.FIRES else _THANKS[answer]


def _for_all(answer: str) -> Callable[[Person, str], Answer]:
    """The same for every alarm of a storm."""

    def run(person: Person, argument: str) -> Answer:
        done = storm_answers.answer(caller(person), _number(argument), answer)
        if not done.certain:
            return Answer.of(Words(_RINGS_BACK))
        if not done.still_open:
            return Answer.of(Words(_("All of them are over already. Thank you.")))
        return Answer.of(Words(_THANKS[answer] if done.counts else _("We know already, thank you.")))

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


def was_nothing(person: Person) -> Answer | None:
    """The same in words, without a button. None while nothing is open that she called for."""
    until = person.knows_until
    called = queries.called_by(person.identity_id, person.resident_id)
    meant = (number for number in called if until is None or queries.by_id(number).raised_at <= until)
    latest = next(meant, None)
    return _over(person, str(latest)) if latest is not None else None


def still_open(person: Person) -> Words | None:
    """What she is told of the people who are being called for her, with one tap that ends it; None while nobody is."""
    called = queries.called_by(person.identity_id, person.resident_id)
    return wording.still_called(called[0]) if called else None


def _nothing(person: Person, said: str) -> Answer:
    ended = was_nothing(person)
    heard = care.friendly(
        Voice(person.identity_id, person.resident_id, person.certain, person.knows_until), said
    )
    return ended or Answer.of(heard.words if heard is not None else phrases.fine())


def _list(person: Person, argument: str) -> Answer:
    """The open alarms of a staff member; one that is pressed says what there is to say about it."""
    actor = staff.actor_by_id(person.staff_id or 0)
    if argument.isdecimal():
        one = queries.seen_by(actor, _number(argument))
        return Answer.of(wording.raised(one, staff=True, body=bodies.seen(actor, one)))
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


def _in_words(answer: str) -> Callable[[str, str], str | None] | None:
    """What finds the answer in words of somebody's own, to an alarm that she was told of last."""
    means = _MEANS.get(answer)
    return (
        None if means is None else lambda number, text: number if means(text) and _is_open(number) else None
    )


_MEANS = {"going": alarm_said.going, "cannot": alarm_said.cannot}


def _is_open(number: str) -> bool:
    try:
        return queries.by_id(_number(number)).status != "cleared"
    except NotFound:
        return False


COMMANDS = [
    *(Command(f"alarm.{answer}", _answering(answer), hears=_in_words(answer)) for answer in kinds.ANSWERS),
    *(
        Command(f"alarm.all_{answer}", _for_all(answer))
        for answer in kinds.ANSWERS
        if answer not in kinds.ENDS
    ),
    Command("alarm.over", _over, hears=lambda number, text: number if NOTHING.fullmatch(text) else None),
    Command("alarm.nothing", _nothing, patterns=(_Nothing(),), whole=True),
    Command("alarm.list", _list, patterns=(_LISTED,), audience="staff"),
]
