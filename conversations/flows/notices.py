"""「我的通知」: which notices I get. 退订活动 or STOP events leaves one topic, 恢复活动 or START events joins it again, anywhere;
without a topic it is `conversations.consent`, the whole address."""

from __future__ import annotations

import re
from typing import NamedTuple

from backend.core.errors import NotFound
from backend.core.i18n import _, render
from backend.fields.plain import folded
from backend.fields.words import Option, Words
from backend.messaging import people, topics
from conversations import callers
from conversations.flow import Answer, Command, Person

MINE = Option("topics:", _("Which notices I get"), _("My notices"))
_WORDS = {
    "service": r"社区(?:的)?(?:通知|公告|消息)|通知公告|公告|community (?:notices?|news)|notices?|news",
    "event": r"(?:社区)?活动(?:预告|报名)?|events?(?: and activities)?|activit(?:y|ies)",
    "greeting": r"(?:节日|生日|新年)?(?:的)?(?:问候|祝福|祝贺|贺卡)|生日|greetings?|(?:birthday|holiday)(?: (?:wishes|greetings?|cards?))?",
    "survey": r"(?:问卷)?调查(?:问卷)?|问卷|surveys?|questionnaires?",
    "reminder": r"(?:缴费|日常)?提醒|reminders?",
    "offer": r"优惠(?:活动|信息)?(?:[与和及]广告)?|广告(?:推销)?|促销(?:活动)?|推销|推广|offers?(?: and advertisements)?|ads?|adverts?|advertisements?|advertising|promotions?|marketing",
    "emergency": r"(?:紧急|应急|突发)(?:情况)?|emergenc(?:y|ies)",
}
_TOPIC = "|".join(f"(?P<{key}>{words})" for key, words in _WORDS.items())
_NOUN = r"(?: ?(?:类|的)?(?:通知|短信|消息|信息|邮件|推送|电话|传真)| (?:messages?|notices?|notifications?|texts?|e-?mails?|letters?|calls?))"
_BEFORE = r"(?:(?:请|麻烦|我要|我想|帮我|please|i (?:want|would like) to|i'd like to) ?)*"
_AFTER = r"(?:了|吧|啊|谢谢|,? ?please|,? ?thanks)*"
_LEAVE = re.compile(
    rf"{_BEFORE}(?:退订|退掉|td|取消订阅|拒收|unsubscribe(?: me)?(?: from)?|stop) ?(?:the |all |my )?(?:{_TOPIC}){_NOUN}?{_AFTER}"
)

_JOIN = re.compile(
    rf"{_BEFORE}(?:恢复|重新订阅|订阅|start|resume|resubscribe(?: to)?|subscribe(?: to)?|unstop) ?(?:the |my )?(?:{_TOPIC}){_NOUN}?{_AFTER}"
)
_NO_MORE = re.compile(
    rf"{_BEFORE}(?:(?:以后)?(?:不[要想用]|不需要|别|请勿|勿)(?:再)?(?:给我|向我|跟我)?(?:再)?(?:接?收(?:到)?|发送?|看到?|推送)?|停止(?:发送|接收|给我发)|关闭|关掉|取消"
    rf"|(?:no more|turn off|mute|cancel|(?:i )?(?:do not|don't) (?:want|need|send(?: me)?)(?: any)?(?: more)?|stop sending(?: me)?)) ?(?:the |my |your )?(?:{_TOPIC}){_NOUN}{_AFTER}"
    rf"|{_BEFORE}(?:不[要想]|别|请勿)(?:再)?(?:给我|向我)?(?:再)?(?:接?收(?:到)?|发送?|看到?|推送)(?P<only>广告|优惠|促销|推销|(?:节日|生日)(?:问候|祝福)|问候|祝福|问卷|紧急){_AFTER}"
)
"""Said so, it has to name messages, or sending: 取消活动 is about an event."""
_AGAIN = re.compile(
    rf"{_BEFORE}(?:打开|开启|继续(?:接收|发|给我发)?|重新(?:接收|开启|打开)|我要收|turn on|send me|i want)(?: again)? ?(?:the |my )?(?:{_TOPIC}){_NOUN}{_AFTER}"
)
_MINE = re.compile(
    r"(?:我的|查看|看看)?(?:通知|消息|短信)(?:设置|订阅|管理|类型)|我的(?:通知|订阅)|我(?:会|能)?收(?:到)?哪些(?:通知|消息|短信)|我订阅了(?:什么|哪些)|退订管理|(?:管理|更改|修改)(?:我的)?(?:通知|订阅)"
    r"|(?:my|manage|change)(?: my)? (?:notices|notifications|notification settings|subscriptions)|which notices (?:do )?i get|what notices (?:do )?i get"
)


class Wish(NamedTuple):
    leave: bool
    topic: str


def wish(text: str) -> Wish | None:
    """The topic that the whole of `text` leaves or joins."""
    plain = folded(text)
    for pattern, leaves in ((_LEAVE, True), (_NO_MORE, True), (_JOIN, False), (_AGAIN, False)):
        if (match := pattern.fullmatch(plain)) is not None:
            groups = match.groupdict()
            if only := groups.pop("only", None):
                return Wish(leaves, next(k for k, w in _WORDS.items() if re.fullmatch(w, only)))
            return Wish(leaves, next(key for key, found in groups.items() if found))
    return None


class _Whole:
    """Finds the patterns where they are all that was said."""

    def __init__(self, *patterns: re.Pattern[str]) -> None:
        self.patterns = patterns

    def search(self, string: str, /) -> re.Match[str] | None:
        plain = folded(string) if len(string) <= LONGEST else ""
        return next((match for p in self.patterns if plain and (match := p.fullmatch(plain))), None)


LONGEST = 60


def _show(person: Person, _text: str) -> Answer:
    left = topics.left_by(person.identity_id)
    lines, brief = [], []
    for key in topics.LEAVABLE:
        title = render(topics.TOPICS[key].title, person.locale)
        state = render(_("not wished") if key in left else _("they come"), person.locale)
        lines.append(f"{title}: {state}")
        brief.append(f"{title} {state}")
    whole = _(
        "**Which notices you get**\n{lines}\nEmergencies are told to everybody. Which one shall be changed?",
        lines="\n".join(lines),
    )
    return Answer.of(
        Words(
            whole,
            short=_("Your notices: {lines}. Change which?", lines="; ".join(brief)),
            spoken=_("You decide which notices you get. Which one shall be changed?"),
            options=tuple(_other(key, key in left) for key in topics.LEAVABLE),
        )
    )


def _other(topic: str, left: bool) -> Option:
    title = topics.TOPICS[topic].title
    if left:
        return Option(f"topics.join:{topic}", _("Again: {topic}", topic=title), _("{topic} yes", topic=title))
    return Option(f"topics.leave:{topic}", _("No more: {topic}", topic=title), _("{topic} no", topic=title))


def _heard(person: Person, text: str) -> Answer:
    wished = wish(text)
    if wished is None:
        return _show(person, text)
    return (_leave if wished.leave else _join)(person, wished.topic)


def _leave(person: Person, topic: str) -> Answer:
    if topic not in topics.TOPICS:
        raise NotFound()
    title = topics.TOPICS[topic].title
    if topics.TOPICS[topic].exempt:
        return Answer.of(
            Words(
                _(
                    "Emergencies are told to everybody, so that nobody comes to harm. All else is yours to choose."
                ),
                options=(MINE,),
            )
        )
    if not person.certain:
        words = Words(
            _("Shall we send you nothing more of this: {topic}?", topic=title),
            options=(_other(topic, False),),
        )
        return callers.asked_again(person, words, "registration")
    topics.leave(person.identity_id, topic)
    return Answer.of(
        Words(
            _("You will get no more of this: {topic}. To have it again, write “START {topic}”.", topic=title),
            spoken=_("You will get no more of this: {topic}.", topic=title),
            options=(_other(topic, True), MINE),
        )
    )


def _join(person: Person, topic: str) -> Answer:
    if topic not in topics.TOPICS:
        raise NotFound()
    title = topics.TOPICS[topic].title
    if not topics.TOPICS[topic].exempt:
        topics.join(person.identity_id, topic)
    if people.get(person.identity_id).state == "stopped":
        # She had stopped all of them here: one topic does not end that.
        return Answer.of(
            Words(
                _(
                    "{topic}: yes. But here you have stopped all notices; to get them again, reply START.",
                    topic=title,
                )
            )
        )
    return Answer.of(
        Words(
            _("You will get this again: {topic}. To end it, write “STOP {topic}”.", topic=title),
            spoken=_("You will get this again: {topic}.", topic=title),
            options=(MINE,),
        )
    )


# All that was said, so it is heard whatever is being asked.
_SAYS = _Whole(_LEAVE, _JOIN, _NO_MORE, _AGAIN)
COMMANDS = [
    Command("topics", _show, _("Which notices I get"), (_Whole(_MINE),)),
    Command("topics.heard", _heard, patterns=(_SAYS,), whole=True, anytime=(_SAYS,)),
    Command("topics.leave", _leave),
    Command("topics.join", _join),
]
