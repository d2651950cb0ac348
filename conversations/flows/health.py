"""Medicines answered with a digit, a key or a word; blood pressure and other values told in plain words; the reminder of an appointment."""

from __future__ import annotations

import re

from backend.care import actions as care
from backend.care.actions import Voice
from backend.care.health import actions, wording
from backend.core import clock
from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.core.i18n import _
from backend.fields.affirm import affirmed
from backend.fields.words import Option, Words
from backend.residents import queries as residents
from conversations import callers
from conversations.flow import Answer, Command, Person
from conversations.flows import checkin
from conversations.flows.absence import by_of, close_to

_TOOK = re.compile(
    r"(?:药|(?:降压|降糖|止痛|感冒)[药片])[^吗没不怎]{0,4}(?:都|已经|刚|刚才)?(?:吃|服|用)(?:过|好)?了|(?:吃|服|用)(?:过|好)(?:了)?药了?|(?:吃|服)了药了?"
    r"|\b(?:I (?:have |'ve )?(?:just )?|have )(?:taken|took|had) (?:my |the )?(?:medicines?|medication|pills?|tablets?)\b",
    re.IGNORECASE,
)
_TAKEN = re.compile(
    r"(?:已经|刚|刚才|早|都|我)*(?:吃|服|喝|用|打)(?:过|好|完|掉)?(?:药)?了?(?:药)?[了啦喽]?|taken|i (?:have )?t(?:ook|aken) (?:it|them)|just (?:took|had) (?:it|them)|done",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"(?:还)?没(?:有)?(?:吃|呢|来得及|到时间)?.{0,4}|等(?:一?下|一?会儿?|会儿?|等|.{0,3}(?:吃|再说)).{0,6}|(?:一会儿?|待会儿?|马上|过会儿?|晚点儿?|饭后|吃完饭).{0,6}|not yet.{0,20}|later.{0,12}|in a (?:minute|moment|while).{0,10}|soon",
    re.IGNORECASE,
)
_REFUSES = re.compile(
    r"(?:我|今天)?(?:不(?:想|要|用|打算|肯)?吃|停了?|不吃药?)(?:了|这个|药)*|(?:药)?吃完了?没(?:有)?了|i (?:do not|don'?t|won'?t|will not) (?:take|want).{0,20}|no more.{0,16}",
    re.IGNORECASE,
)
_NO_MORE = re.compile(
    r"(?:不用|不要|别|停止|取消)(?:再)?(?:提醒|叫)我?(?:吃|服)药.{0,4}|取消(?:吃药|用药|服药)提醒|\b(?:stop|no more) (?:medicine|medication|pill) reminders?\b|\b(?:stop|don'?t) remind(?:ing)? me (?:of|about|to take) (?:my )?(?:medicines?|pills?)\b|\bI take no more of it\b",
    re.IGNORECASE,
)
_TAKE_BACK = re.compile(
    r"(?:不要|别|停止|不许)(?:再)?(?:保存|记录?|留)(?:我的)?健康(?:数据|信息|情况|资料)?|(?:撤回|删除|删掉)(?:我的)?健康(?:数据|信息|资料|同意)|\bno health data\b|\b(?:delete|forget) my health data\b",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"(?:我)?(?:妈妈?|爸爸?|母亲|父亲|奶奶|爷爷|外婆|外公|姥姥|姥爷|婆婆|公公|老人|老伴|她|他)(?:的|今天|早上|刚才|现在)?|\bm(?:u|o)m\b|\bm(?:u|o)ther\b|\bdad\b|\bfather\b|\bgrand(?:ma|pa|mother|father)\b|\b(?:his|her)\b",
    re.IGNORECASE,
)


def voice(person: Person) -> Voice:
    return Voice(person.identity_id, person.resident_id, person.certain)


# --- medicines ------------------------------------------------------------------------------------------------


def _number(argument: str) -> int:
    number = argument.partition(":")[0]
    if not number.isdecimal() or len(number) > 9:
        raise NotFound()
    return int(number)


def _taken(person: Person, argument: str) -> Answer:
    return Answer.of(actions.taken(voice(person), _number(argument)))


def _later(person: Person, argument: str) -> Answer:
    return Answer.of(actions.later(voice(person), _number(argument)))


def _refused(person: Person, argument: str) -> Answer:
    return Answer.of(actions.refused(voice(person), _number(argument)))


def _says_taken(argument: str, text: str) -> str | None:
    said = text.strip(" 。！!.，,~～")
    refuses = _REFUSES.fullmatch(said) or _NOT_YET.fullmatch(said)
    return argument if not refuses and (_TAKEN.fullmatch(said) or _TOOK.search(said)) else None


def _says_later(argument: str, text: str) -> str | None:
    return argument if _NOT_YET.fullmatch(text.strip(" 。！!.，,~～")) else None


def _says_refused(argument: str, text: str) -> str | None:
    return argument if _REFUSES.fullmatch(text.strip(" 。！!.，,~～")) else None


def _took(person: Person, said: str) -> Answer:
    """She says it without a question, or after another one."""
    dose = actions.latest(person.resident_id)
    if dose is None:
        return Answer.of(wording.noted_before())
    return Answer.of(actions.taken(voice(person), dose))


def _agree(person: Person, argument: str) -> Answer:
    if not person.certain:
        sure = Option(f"medicine.agree:{_number(argument)}", _("Yes, please remind me"), _("yes"))
        return callers.asked_again(
            person, Words(_("Shall I remind you of your medicine?"), options=(sure,)), "care"
        )
    return Answer.of(actions.agree(person.resident_id or 0, _number(argument), person.channel))


def _decline(person: Person, argument: str) -> Answer:
    return Answer.of(actions.decline(person.resident_id or 0, _number(argument)))


_SHALL_I_STOP = Words(
    _("Shall I remind you of your medicines no more?"),
    options=(Option("medicine.stop:", _("Remind me no more")), Option("medicine.keep:", _("Go on reminding me"))),
)  # fmt: skip


def _stop_asked(person: Person, argument: str) -> Answer:
    return Answer.of(_SHALL_I_STOP)


def _stop(person: Person, argument: str) -> Answer:
    if not person.certain and person.resident_id is not None:
        return callers.asked_again(person, _SHALL_I_STOP, "care")
    actions.end_all(person.resident_id or 0)
    return Answer.of(wording.not_reminded())


def _keep(person: Person, argument: str) -> Answer:
    return Answer.of(Words(_("Good, I remind you as before.")))


# --- values ---------------------------------------------------------------------------------------------------


def _tell(person: Person, said: str) -> Answer:
    """Her own value, or that of somebody who lets this person know how she is."""
    read = actions.read(said)
    if not read.values:
        # Trouble for which she found a number, but no value: that is what counts.
        return checkin.troubled(person, said) if care.meaning(said) == "help" else Answer.of(wording.odd())
    near = close_to(person)
    others = [i for i in near if i != person.resident_id]
    if _OF_OTHERS.search(said) and others:
        near = others
    elif person.resident_id is not None:
        near = [person.resident_id]
    if not near:
        return Answer.of(Words(_("I gladly keep that for you. First the office needs to know you: write “register”.")))  # fmt: skip
    if len(near) > 1:
        return Answer.of(wording.whose([(i, residents.name_of(i)) for i in near], said))
    kept = _kept(person, near[0], said)
    if care.meaning(said) != "help":
        return kept
    # What troubles her, or her mother, comes before any number.
    troubled = checkin.troubled(person, said)
    return Answer((*kept.replies, *troubled.replies), handover=troubled.handover)


def _of(person: Person, argument: str) -> Answer:
    number, _colon, said = argument.partition(":")
    resident_id = _number(number)
    if resident_id not in close_to(person):
        raise NotFound()
    return _kept(person, resident_id, said)


def _kept(person: Person, resident_id: int, said: str) -> Answer:
    hers = resident_id == person.resident_id
    read = actions.read(said)
    if read.odd or not read.values:
        return Answer.of(wording.odd())
    if not actions.agreed(resident_id):
        if hers:
            return Answer.of(wording.may_we_keep(said[:60]))
        return Answer.of(
            Words(_("{name} has not agreed yet that we keep that. She can say so to us, or to the office.", name=residents.name_of(resident_id)))
        )  # fmt: skip
    kept = actions.measured(resident_id, read.values, clock.now(), by_of(person, resident_id))
    if not kept:
        return Answer.of(wording.odd())
    beyond = [one for some in kept for one in some.beyond]
    return Answer.of(wording.kept([(k.measurement.kind, k.values) for k in kept], beyond, hers=hers))


def _agree_to_keep(person: Person, argument: str) -> Answer:
    resident_id = person.resident_id
    if resident_id is None:
        raise NotFound()
    if not person.certain:
        return callers.asked_again(person, wording.may_we_keep(argument), "care")
    actions.agree_to_health(Actor("resident", resident_id, ""), resident_id, person.channel)
    return _kept(person, resident_id, argument)


def _decline_to_keep(person: Person, argument: str) -> Answer:
    return Answer.of(wording.keep_nothing())


def _agrees(argument: str, text: str) -> str | None:
    return argument if affirmed(text) else None


def _declines(argument: str, text: str) -> str | None:
    return argument if affirmed(text) is False else None


_SHALL_I_DELETE = Words(
    _("Shall we delete what we keep of your health, and keep nothing more? Reminders of medicines and appointments end then, too."),
    options=(Option("health.withdraw:", _("Yes, delete it")), Option("health.keep:", _("No, keep it"))),
)  # fmt: skip


def _withdraw_asked(person: Person, argument: str) -> Answer:
    return Answer.of(_SHALL_I_DELETE)


def _withdraw(person: Person, argument: str) -> Answer:
    resident_id = person.resident_id
    if resident_id is None:
        raise NotFound()
    if not person.certain:
        return callers.asked_again(person, _SHALL_I_DELETE, "care")
    actions.withdraw(Actor("resident", resident_id, ""), resident_id, person.channel)
    return Answer.of(wording.taken_back())


def _keep_data(person: Person, argument: str) -> Answer:
    return Answer.of(Words(_("Good, everything stays as it is.")))


# --- appointments ---------------------------------------------------------------------------------------------


def _fine(person: Person, argument: str) -> Answer:
    return Answer.of(wording.fine_then())


def _ride(person: Person, argument: str) -> Answer:
    return Answer.of(actions.ride(person.resident_id or 0, _number(argument)))


def _cancel(person: Person, argument: str) -> Answer:
    actions.cancel_appointment(Actor("resident", person.resident_id or 0, ""), _number(argument))
    return Answer.of(wording.cancelled())


COMMANDS = [
    Command("medicine.taken", _taken, hears=_says_taken),
    Command("medicine.later", _later, hears=_says_later),
    Command("medicine.refused", _refused, hears=_says_refused),
    Command("medicine.took", _took, patterns=(_TOOK,), audience="resident", whole=True),
    Command("medicine.agree", _agree, audience="resident", hears=_agrees),
    Command("medicine.decline", _decline, audience="resident", hears=_declines),
    Command("medicine.stop_asked", _stop_asked, patterns=(_NO_MORE,), audience="resident"),
    Command("medicine.stop", _stop, audience="resident"),
    Command("medicine.keep", _keep, audience="resident"),
    Command("health.tell", _tell, patterns=(actions.SAYS,), whole=True),
    Command("health.of", _of),
    Command("health.agree", _agree_to_keep, audience="resident", hears=_agrees),
    Command("health.decline", _decline_to_keep, audience="resident", hears=_declines),
    Command("health.withdraw_asked", _withdraw_asked, patterns=(_TAKE_BACK,), audience="resident"),
    Command("health.withdraw", _withdraw, audience="resident"),
    Command("health.keep", _keep_data, audience="resident"),
    Command("appointment.fine", _fine, audience="resident"),
    Command("appointment.ride", _ride, audience="resident"),
    Command("appointment.cancel", _cancel, audience="resident"),
]
