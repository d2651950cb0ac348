"""A resident's own gathering: “我想组织一个读书会”; and the colleague who publishes it from the chat."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from backend.core import clock
from backend.core.errors import LinliError, NotFound
from backend.core.i18n import _
from backend.events import actions, queries, replies
from backend.events.form import PROPOSAL, draft_of
from backend.fields.calendar import Spoken, spoken
from backend.fields.form import Form
from backend.fields.text import LongText
from backend.fields.words import Option, Words
from conversations.flow import Answer, Command, Flow, Opening, Person, Retry, Submitted
from conversations.flows import repair_work
from conversations.flows.event import _to_register, number_in
from conversations.flows.repair import actor_of, org_of

_PROPOSE = re.compile(
    r"(?:我|想|要|能不能|可以|打算|准备)+(?:在.{1,12}?)?(?:组织|发起|举办|搞|张罗|攒|(?:开|办)(?=一?[个场次届](?!.{0,6}(?:证|手续|卡|证明))))(?:一?[个场次届])?(?P<title>[^，。,.!！?？、\s]{0,20}).*"
)
_PROPOSE_EN = re.compile(
    r"\b(?:organi[sz]e|host|hold|arrange|set up|throw) (?:a|an|some|our) (?P<title>[a-z' -]{2,40}).*",
    re.IGNORECASE,
)
SENTENCE = 200
"""Characters that a sentence has at most."""
_ASKED = re.compile(
    r"(?:(?:我|我们|想|要|能不能|可不可以|可以|能|打算|准备|愿意|来|申请|怎么|如何)+(?:让我|义务|免费|自己|牵头|带头|在.{1,8}?|借.{1,8}?)*(?:牵头|带头|组织|发起|举办|搞|弄|成立|创办|召集|张罗|拉|办|开|教|带)(?:一?[个场次届支下])?(?:大家|大伙|邻居)?(?:去)?(?P<title>[^，。,.!！?？、\s]{0,12}?(?:活动|[队团社班课赛]|讲座|诗社|聚会|聚餐|市场|交换|舞|太极|书法|剪纸|英语|春游|茶会|爬山|下棋|捐书|卫生|生日会))"
    r"|(?:我|想|要|打算)+(?:带|约|召集|组织|张罗|拉)(?:着|上)?(?:大家|大伙|邻居|老人|几个人)(?:一起|去)*.{1,10}|^\W*(?:我要?|想|怎么|如何)*(?:发起|组织|举办|申请|办)(?:一?个|一次)?活动(?!.{0,6}吗)|(?:我)?来(?:组织|张罗|牵头|管)(?!.{0,2}吗$)).*"
)
_ASKED_EN = re.compile(
    r"\b(?:i(?:'d| would)? (?:like|want|love) to|can (?:i|we)|could (?:i|we)|may i|let me|how (?:can|do) i|i(?:'m| am) going to|i could|i can) (?:start|begin|propose|organi[sz]e|host|hold|arrange|set up|throw|run|lead|teach|give(?! feedback)|found) (?!.{0,12}call\b)(?:a |an |some |our |my )?(?P<title>[a-z' -]{2,40}).*|\bpropose (?:an? )?(?:event|activity)\b.*|\bidea for an? (?:event|activity|party|class)\b.*|\bzu ?zh?i (?:yi ?ge )?huo ?dong\b|\bban (?:yi ?)?ge huo ?dong\b",
    re.IGNORECASE,
)
_AFTER = re.compile(r"(?:活动|可以|行)?(?:吗|吧|呢|么)$")


def _known(text: str) -> dict[str, Any]:
    """What her sentence says already: what it is, the day, the hour. A long text is no sentence, and is not gone through."""
    text = text[:SENTENCE]
    found = (pattern.search(text) for pattern in (_PROPOSE, _PROPOSE_EN, _ASKED, _ASKED_EN))
    match = next((m for m in found if m and m["title"]), None)
    known: dict[str, Any] = {}
    if (
        match
        and len(title := _AFTER.sub("", match["title"]).strip(" 的")) >= 2
        and title not in ("活动", "聚会")
    ):
        known["title"] = title
    said = Spoken()
    with suppress(ValueError, OverflowError, LookupError):
        said = spoken(text, clock.local(clock.now()).date())
    if said.day is not None:
        known["day"] = said.day
    if said.at is not None and said.at.minute == 0:
        known["start"] = str(said.at.hour)
    return known


def _start(person: Person, text: str) -> Opening | Answer:
    if person.resident_id is None:
        return _to_register()
    return Opening(prefill=_known(text))


def _submit(person: Person, done: Submitted) -> Answer | Retry:
    org_id = org_of(person)
    if org_id is None or person.resident_id is None:
        return _to_register()
    event = actions.propose(actor_of(person), draft_of(done.answers, org_id, person.locale))
    return Answer.of(
        Words(
            _(
                "Thank you. “{title}” is with the office now; a colleague looks at it, usually within a working day, and I tell you here.",
                title=event.title,
            ),
            short=_("Thank you. The office looks at “{title}” and tells you here.", title=event.title),
        )
    )


# --- its organiser and the office -----------------------------------------------------------------------------


def _own(person: Person, argument: str) -> Answer:
    event_id = number_in(argument)
    own = queries.organised_by(person.resident_id) if person.resident_id is not None else []
    event = next((e for e in own if e.id == event_id), None)
    if event is None:
        raise NotFound()
    return Answer.of(replies.own(event, queries.places_of(event)))


def _call_off(person: Person, argument: str) -> Opening:
    _own(person, argument)
    return Opening("event_call_off", facts={"event": number_in(argument)})


def _called_off(person: Person, done: Submitted) -> Answer:
    event = actions.call_off(actor_of(person), int(done.facts["event"]), done.answers["why"])
    return Answer.of(Words(_("“{title}” is called off, and everybody has been told.", title=event.title)))


def _approve(person: Person, argument: str) -> Answer:
    event = actions.publish(repair_work.actor_of(person), number_in(argument))
    return Answer.of(
        Words(
            _("“{title}” is published, and its organiser has been told.", title=event.title),
            options=(Option(f"event.show:{event.id}", _("Look at it"), _("look")),),
        )
    )


def _refuse(person: Person, argument: str) -> Opening:
    repair_work.actor_of(person)
    return Opening("event_refuse", facts={"event": number_in(argument)})


def _refused(person: Person, done: Submitted) -> Answer:
    try:
        event = actions.refuse(repair_work.actor_of(person), int(done.facts["event"]), done.answers["why"])
    except LinliError as error:
        return Answer.of(Words(error.text))
    return Answer.of(Words(_("“{title}” has gone back, with your words.", title=event.title)))


CALL_OFF = Form(
    "event_call_off",
    _("Calling it off"),
    [LongText("why", label=_("Reason"), ask=_("What shall I tell those who signed up?"), max_length=300)],
    review=False,
)
REFUSE = Form(
    "event_refuse",
    _("Sending it back"),
    [LongText("why", label=_("Reason"), ask=_("What keeps it from being published? The organiser reads it."), max_length=300)],
    review=False,
)  # fmt: skip


def _nothing(person: Person, text: str) -> Answer:
    return Answer.of(replies.none())


FLOWS = [
    Flow(
        "event_propose",
        PROPOSAL,
        PROPOSAL.title,
        _start,
        _submit,
        intents=(_PROPOSE, _PROPOSE_EN, _ASKED, _ASKED_EN),
        examples=(
            *("我想牵头搞个合唱团", "怎么发起活动", "我要办活动", "我想约大家一起下棋", "我来教大家跳舞", "想成立一个摄影社", "我想带大家打太极", "想拉个羽毛球队", "申请举办活动", "我来张罗一次聚餐", "能让我开个课吗"),
            *("can I start a chess club", "I want to teach a class", "propose an event", "I want to start a group", "I want to lead a trip", "let me host a party", "I could give lessons"),
            "我想组织一个活动",
            "我想办个读书会",
            "能不能办一场比赛",
            "我来张罗一个聚会",
            "I want to organise a book club",
            "I would like to host a gathering",
        ),
    ),
    Flow("event_call_off", CALL_OFF, CALL_OFF.title, _nothing, _called_off),
    Flow("event_refuse", REFUSE, REFUSE.title, _nothing, _refused, audience="staff"),
]  # fmt: skip
COMMANDS = [
    Command("event.own", _own),
    Command("event.call_off", _call_off),
    Command("event.approve", _approve),
    Command("event.refuse", _refuse),
]  # fmt: skip
