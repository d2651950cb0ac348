"""“I am at my daughter's until Sunday”, “nobody needs to ring this week”, “I am back”: told in plain words, said back, and kept."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

from backend.care import actions, queries
from backend.care.actions import Voice
from backend.care.away import home_again, read
from backend.core import clock
from backend.core.errors import NotFound
from backend.core.i18n import _
from backend.family import queries as family
from backend.fields.choices import Choice
from backend.fields.dates import Date
from backend.fields.form import Form
from backend.fields.words import Option, Words
from backend.messaging import At, Resident
from backend.residents import queries as residents
from backend.settings import settings
from conversations import callers
from conversations.flow import Answer, Command, Flow, Opening, Person, Retry, Submitted

NAME = "absence"
INTENTS = (
    re.compile(
        r"(?:我|我们|妈|爸|妈妈|爸爸|老人|奶奶|爷爷|她|他)?.{0,6}(?:去|到|在|住)(?!.{0,8}(?:关注|想看|想知道))(?:了)?(?:我)?(?:女儿|儿子|闺女|女婿|孩子|姐|妹|弟|哥|亲戚|外地|老家|外孙|孙子|孙女|妹妹|姐姐|弟弟|哥哥|乡下|外面|海南|北京|上海).{0,12}(?:住|待|呆|过|玩|几天|到|回来|家).{0,12}"
        r"|(?:这|今天|明天|后天|下|最近|这几天|这两天|接下来|本|过年|春节|国庆|五一|周末).{0,10}(?:不(?:用|要|必)|别|甭|先别)(?:再)?(?:给我|跟我)?(?:打|问|联系|报平安|发|来电)(?:电话|短信|了|我|平安)*"
        r"|(?:我|我们|她|他|妈妈|爸爸|老人)?.{0,8}(?:不在家|不在|出门|出远门|外出|出差|旅游|旅行|住院|回老家|探亲|走亲戚).{0,14}"
        r"|(?:我|我们)?(?:要|想|得|准备|打算)?出(?:一?趟|个)?远?门(?!口).{0,14}|(?:我|我们|奶奶|爷爷|妈|爸).{0,6}(?:要|得|打算)?去(?:上海|北京|广州|深圳|外地|国外|乡下|外婆|姑姑|舅舅|看孙子|看外孙|看孩子|看女儿|看儿子|医院|海边|三亚|香港|老家|姑|舅|姨|亲家)(?:家|那儿|那里)?(?!怎么).{0,12}|过年回.{1,8}|(?:妈|爸|奶奶|爷爷|外婆|外公)这?.{0,4}在我家住?.{0,4}|(?:去|住)医院.{0,4}(?:住|几)天.{0,4}|\b(?:not|won't) be (?:at )?home\b.{0,20}|我.{0,3}去\S{1,4}(?:玩|旅游|旅行|出差|度假|探亲).{0,8}|(?:人)?在外地(?!.{0,8}(?:关注|看|绑定|老人)).{0,6}|(?:暂停|先停|先别).{0,8}(?:问候|打电话|电话|问|联系).{0,10}|.{0,8}(?:今天|明天|后天|大后天|周[一二三四五六日天末]|星期[一二三四五六日天]|礼拜[一二三四五六日天]|\d{1,2}[号日]|下周|下个?月|月底|天后|初[一二三四五六七八九十])(?:才|再|就)?(?:回来|回家|到家|返回)"
    ),
    re.compile(
        r"(?:我|我们)(?:已经|刚|都|今天|现在)*(?:从.{1,6})?(?:已经|刚|都|今天|现在)*(?:回来[了啦]|到家[了啦]|回家[了啦]|在家[了啦]|出院(?:回家)?[了啦]).{0,12}|^\W*刚*(?:从.{1,6})?刚*(?:回来[了啦]|到家[了啦]|回家[了啦]|旅游回来了?|出院(?:回家)?了?)\W*$|恢复.{0,6}(?:电话|问候|平安).{0,8}|^\s*(?:刚)?(?:回家了|到家了|回来了)\s*$"
    ),
    re.compile(
        r"\b(?:(?:I|we|she|he|mum|mom|mother|father|dad|grandma|grandpa)(?:'m|'ll be|'s|'re| am| are| is| will be| was)? (?:\w+ ){0,3}(?:away|at (?:my|her|his|our) \w+'?s?|in hospital|travell?ing|on holiday|on a trip|out of town|not (?:at )?home)\b.{0,40})"
        r"|\b(?:on (?:vacation|holiday|a trip|leave)|out of town|leaving (?:for|on) (?:a )?(?:trip|holiday|vacation|\w+)|going (?:on|to) (?:a |my |our )?(?:trip|holiday|vacation|(?:son|daughter|sister|brother|parents)\w*))\b.{0,24}|\b(?:visiting|staying (?:with|at)) my \w+\b.{0,20}|\b(?:pause|hold|suspend) (?:the |my )?(?:daily )?(?:calls?|questions|messages)\b.{0,20}|\b(?:no need to|don'?t|do not|please don'?t|stop) (?:call|ask|ring|check)(?:ing)?\b.{0,20}\b(?:this week|next week|today|tomorrow|until|till|for \w+ (?:days?|weeks?))\b.{0,20}"
        r"|\b(?:I'?m |I am |I'?ll be |we'?re )?(?:back|home)(?: home| again| now)* ?(?:on|tomorrow|next)\b.{0,20}|\baway (?:until|till|for|from)\b.{0,30}",
        re.IGNORECASE,
    ),
    re.compile(r"^\s*(?:I'?m |I am |we'?re )?(?:back|home)(?: home| again| now| from .{2,20})*[\s.!]*$|^\s*(?:we|i) (?:came|got|am|are|have come|returned|'ve come)(?: back| home)*(?: now| again| home)?[\s.!]*$", re.IGNORECASE),
)  # fmt: skip
_TOLD = re.compile(r"(\d{1,9}):(\d{4}-\d{2}-\d{2}):(\d{4}-\d{2}-\d{2})")
_LOOKED_AFTER = re.compile(r"住院|医院|看病|\bhospital\b|\bdoctor\b", re.IGNORECASE)
"""Not well, and in good hands."""

FORM = Form(
    NAME,
    _("Being away"),
    [
        Choice("who", label=_("Who"), ask=_("Who is away?"), options_from="whom", when={"fact": "several", "op": "eq", "value": True}),
        Date("first", label=_("First day away"), ask=_("From which day?"), earliest="today", latest="today+365"),
        Date(
            "last",
            label=_("Last day away"),
            ask=_("Which is the last day on which nobody needs to ask? A day like “Sunday” is enough."),
            ask_short=_("Until which day?"),
            ask_spoken=_("Until which day?"),
            earliest="today",
            latest="today+365",
        ),
    ],
    review=True,
    confirm_label=_("That is right"),
)  # fmt: skip


def _start(person: Person, text: str) -> Opening | Answer:
    whose = whom(person)
    if not whose:
        return Answer.of(
            Words(
                _("Nobody asks you each day at the moment, so there is nothing to pause. Have a good time.")
            )
        )
    if actions.meaning(text) == "help" and not _LOOKED_AFTER.search(text):
        # “Do not ring today, I feel bad”: that she feels bad comes first.
        heard = actions.troubled(Voice(person.identity_id, person.resident_id), text)
        if heard is not None:
            return Answer.of(heard.words)
    if home_again(text):
        return _back(person, whose)
    said = read(text, _today(whose[0]))
    prefill = {"first": said.first, **({"last": said.last} if said.last else {})}
    options = [{"value": str(i), "label": residents.name_of(i)} for i in whose]
    facts = {"whom": options, "several": len(whose) > 1, "said": text[:200], "known": ""}
    return Opening(prefill=prefill, facts=facts)


def _submit(person: Person, done: Submitted) -> Answer | Retry:
    whose = whom(person)
    resident_id = int(done.answers["who"]) if "who" in done.answers else (whose or [0])[0]
    if resident_id not in whose:
        return Answer.of(Words(_("Nobody asks you each day at the moment, so there is nothing to pause. Have a good time.")))  # fmt: skip
    first, last = done.answers["first"], done.answers["last"]
    if last < first:
        return Retry("last", _("That is before the first day. Which is the last day?"))
    if not person.certain:
        sure = Words(
            _("Being away from {first} to {last}: is that right? Nobody asks until then.", first=f"{first:%m-%d}", last=f"{last:%m-%d}"),
            options=(Option(f"absence.sure:{resident_id}:{first}:{last}", _("That is right")),),
        )  # fmt: skip
        return callers.asked_again(person, sure, "care")
    words = actions.tell(
        by_of(person, resident_id), resident_id, first, last, str(done.facts.get("said", "")), teller=_to(person)
    )  # fmt: skip
    return Answer.of(words)


def _sure(person: Person, argument: str) -> Answer:
    """Told in a call to us, and said once more where only she answers. Raises NotFound for anybody else."""
    match = _TOLD.fullmatch(argument)
    if match is None or int(match[1]) not in whom(person) or not person.certain:
        raise NotFound()
    first, last = date.fromisoformat(match[2]), date.fromisoformat(match[3])
    resident_id = int(match[1])
    return Answer.of(actions.tell(by_of(person, resident_id), resident_id, first, last, teller=_to(person)))


def _back(person: Person, whose: list[int]) -> Answer:
    for resident_id in whose:
        words = actions.back(by_of(person, resident_id), resident_id)
        if words is not None:
            return Answer.of(words)
    return Answer.of(Words(_("Welcome home.")))


def _still(person: Person, argument: str) -> Answer:
    resident_id = _known(person, argument)
    if not person.certain:
        still = Option(f"absence.still:{resident_id}", _("Still away"), _("still away"))
        sure = _("Is {name} still away, and well?", name=residents.name_of(resident_id))
        return callers.asked_again(person, Words(sure, options=(still,)), "care")
    return Answer.of(actions.still(actions.actor_of(by_of(person, resident_id)), resident_id))


def _home(person: Person, argument: str) -> Answer:
    return _back(person, [_known(person, argument)])


def _known(person: Person, argument: str) -> int:
    """Raises NotFound for anybody who is not close to her."""
    if not argument.isdecimal() or len(argument) > 9 or int(argument) not in close_to(person):
        raise NotFound()
    return int(argument)


def whom(person: Person) -> list[int]:
    """The residents with a plan about whom this person may say where they are: see `close_to`."""
    return [i for i in close_to(person) if queries.plan_of(i) is not None]


def close_to(person: Person) -> list[int]:
    """Herself first, then those who let this person know how they are each day."""
    own = [person.resident_id] if person.resident_id is not None else []
    others = family.cared_for(identity_id=person.identity_id, resident_id=person.resident_id, topic="checkin")
    return list(dict.fromkeys([*own, *others]))


def by_of(person: Person, resident_id: int) -> str:
    return f"resident:{resident_id}" if person.resident_id == resident_id else f"family:{person.identity_id}"


def _to(person: Person) -> At | Resident:
    return Resident(person.resident_id) if person.resident_id is not None else At(person.identity_id)


def _today(resident_id: int) -> date:
    care = queries.plan_of(resident_id)
    zone = care.zone if care is not None else settings().timezone
    return clock.now().astimezone(ZoneInfo(zone)).date()


EXAMPLES = (
    "我要出趟远门", "国庆我去上海", "我去看孙子", "下星期我不在", "出差到周五", "暂停几天问候", "我在外地", "旅游回来了", "出院了", "到家啦", "我妈去姑姑家了", "月底才回", "on vacation until the tenth", "out of town for three days", "I am leaving for a trip", "we came back", "please pause the calls", "I am in hospital this week", "visiting my son",
    "这几天我不在家", "我去女儿家住几天", "我出门旅游一个星期", "我要住院几天", "我回老家过年", "我回来了", "I am away until Sunday", "I am at my daughter's", "I am back home",
)  # fmt: skip
FLOWS = [Flow(NAME, FORM, _("I am away"), _start, _submit, INTENTS, examples=EXAMPLES)]
COMMANDS = [
    Command("absence.sure", _sure),
    Command("absence.still", _still, audience="anyone"),
    Command("absence.back", _home, audience="anyone"),
]
