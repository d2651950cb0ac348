"""Answering “are you well today?”: a tap, a digit, a key, or any words of her own; and words of trouble at any time."""

from __future__ import annotations

import re

from backend.care import actions
from backend.care.actions import Voice
from backend.core.errors import NotFound
from backend.core.i18n import _
from backend.fields.affirm import affirmed
from backend.fields.words import Option, Words
from conversations import callers, phrases
from conversations.flow import Answer, Command, Person
from conversations.flows import alarm

_TROUBLE = re.compile(
    r"(?:^|[,，。;；!！\s])(?:我|有点|有些|今天|身体|浑身|感觉|人|很|非常|特别|好|觉得|不知道|怎么|突然)*"
    r"(?:不(?:太|大|怎么|是很|很)?(?:舒服|好受|得劲)|难受|头晕|发(?:高)?烧了?|心慌|胸闷|起不来|下不了床|动不了|摔了(?!一?[个只台部盆碗杯瓶手])|病了|站不起来)"
    r"|\bI(?:'m| am| feel|'m feeling| am feeling) (?:\w+ ){0,2}(?:sick|unwell|dizzy|ill)\b"
    r"|\bI(?:'m| am) not (?:feeling )?(?:\w+ )?(?:well|good)\b|\bI do(?:n'?t| not) feel (?:\w+ )?(?:well|good)\b",
    re.IGNORECASE,
)
"""Her body troubles her, said without being asked."""
_FRIENDLY = re.compile(
    r"^\s*(?:报(?:个)?平安|平安|(?:我|今天|一切|都|身体|在家|很|挺|蛮|还)+(?:好着呢|平安|挺好|很好|都好|好)(?:的|呢|啊|呀|啦|了)*|我没事儿?|好着呢|I(?:'m| am) (?:fine|well|ok|okay|all right|good)(?:,? thank(?:s| you))?)[\s。.!！~]*$",
    re.IGNORECASE,
)
_STOP = re.compile(
    r"(?<!不要)(?<!别)(?:不用|不要|别|不想|停止|取消)[^忘停]{0,6}(?:每天|天天|每日)[^忘]{0,4}(?:问|打(?:电话)?|联系|报平安|问候)|(?<!不要)(?<!别)(?:取消|停止|不用)(?:每日)?报平安|(?:stop|don'?t) (?:asking|calling|ask|call)(?: me)? (?:every ?day|daily|each day)",
    re.IGNORECASE,
)


def voice(person: Person) -> Voice:
    return Voice(person.identity_id, person.resident_id, person.certain, person.knows_until)


def _well(person: Person, argument: str) -> Answer:
    number, said = _read(argument)
    if actions.meaning(said) == "slight" and not actions.is_usual(number, said):
        return Answer.of(actions.slight(voice(person), number, said).words)
    heard = actions.well(voice(person), number, said)
    if (alarm.NOTHING.fullmatch(said) or _FRIENDLY.search(said)) and (ended := alarm.was_nothing(person)):
        return ended
    return Answer.of(alarm.still_open(person) or heard.words)


def _help(person: Person, argument: str) -> Answer:
    number, said = _read(argument)
    return Answer.of(actions.help_(voice(person), number, said).words)


def _means_well(argument: str, text: str) -> str | None:
    return f"{_read(argument)[0]}:{text}" if _means(argument, text) == "well" else None


def _means_help(argument: str, text: str) -> str | None:
    return f"{_read(argument)[0]}:{text}" if _means(argument, text) == "help" else None


def _means(argument: str, text: str) -> str | None:
    number, _said = _read(argument)
    if actions.is_usual(number, text):
        return "well"
    meaning = actions.meaning(text)
    if meaning in ("well", None) and actions.decides(number):
        # Shall somebody come? A yes is one to that, and a thank you is neither.
        wanted = affirmed(text)
        if wanted is None and not _FRIENDLY.search(text):
            return None
        return "help" if wanted else "well"
    return "well" if meaning == "slight" else meaning


def _read(argument: str) -> tuple[int, str]:
    """(the check-in's number, her words) of `77` or `77:头晕`. Raises NotFound."""
    number, _colon, said = argument.partition(":")
    if not number.isdecimal() or len(number) > 9:
        raise NotFound()
    return int(number), said


def _friendly(person: Person, said: str) -> Answer:
    """She says that she is well without a question on this channel: perhaps she was asked on another, or called for help."""
    heard = actions.friendly(voice(person), said)
    return alarm.was_nothing(person) or Answer.of(heard.words if heard is not None else phrases.fine())


def troubled(person: Person, said: str) -> Answer:
    heard = actions.troubled(voice(person), said)
    if heard is not None:
        return Answer.of(heard.words)
    return Answer((actions.how_can_we_help(),), handover="asked")


def _ails(person: Person, said: str) -> Answer:
    """Something slight, and nobody asked: shall somebody come, or call? The office hears at once of what might be more."""
    if not actions.complains(said):
        return troubled(person, said)
    heard = actions.ails(voice(person), said)
    if heard is not None:
        return Answer.of(heard.words)
    serious = _TROUBLE.search(said) is not None
    return Answer((actions.ails_you(said, told=serious),), handover="asked" if serious else None)


def _unclear(person: Person, said: str) -> Answer:
    heard = actions.unclear(voice(person), said)
    return Answer.of(heard.words) if heard is not None else Answer.of()


def _call(person: Person, argument: str) -> Answer:
    return Answer((phrases.person_called(),), handover="asked")


def _rest(person: Person, argument: str) -> Answer:
    return Answer.of(actions.rest_well())


def _wants_a_call(argument: str, text: str) -> str | None:
    return argument if affirmed(text) else None


def _wants_nobody(argument: str, text: str) -> str | None:
    return argument if affirmed(text) is False else None


_SHALL_I_STOP = Words(
    _("Shall I ask you no more each day how you are?"),
    options=(Option("checkin.stop:", _("Ask no more")), Option("checkin.keep:", _("Go on asking"))),
)


def _stop_asked(person: Person, argument: str) -> Answer:
    """Words are easily misheard, and nobody would miss her: one tap more before the asking ends."""
    return Answer.of(_SHALL_I_STOP)


def _keep(person: Person, argument: str) -> Answer:
    return Answer.of(Words(_("Good, I ask you each day as before.")))


def _stop(person: Person, argument: str) -> Answer:
    if not person.certain and person.resident_id is not None:
        return callers.asked_again(person, _SHALL_I_STOP, "care")
    if person.resident_id is None or not actions.decline(person.resident_id):
        return Answer.of(Words(_("Nobody asks you each day at the moment, so there is nothing to stop.")))
    return Answer.of(actions.plan_stopped())


COMMANDS = [
    Command("checkin.well", _well, audience="anyone", hears=_means_well),
    Command("checkin.help", _help, audience="anyone", hears=_means_help),
    Command(
        "checkin.say",
        _friendly,
        _("I am well"),
        patterns=(_FRIENDLY,),
        audience="resident",
        whole=True,
        examples=(
            "今天挺好的，报个平安",
            "我来签个到",
            "老样子，都好，打个卡",
            "I am fine today, checking in",
        ),
    ),
    # Of two that fit equally well the first is meant.
    Command("checkin.ails", _ails, patterns=(actions.COMPLAINT,), whole=True),
    Command("checkin.trouble", troubled, patterns=(_TROUBLE,), audience="resident", whole=True),
    Command("checkin.unclear", _unclear, at_a_loss=True),
    Command("checkin.call", _call, hears=_wants_a_call),
    Command("checkin.rest", _rest, hears=_wants_nobody),
    Command("checkin.stop_asked", _stop_asked, patterns=(_STOP,), audience="resident"),
    Command("checkin.stop", _stop, audience="resident"),
    Command("checkin.keep", _keep, audience="resident"),
]
