"""Events in a conversation: what is on, signing up (one Flow for each event), one's own sign-ups, offers, the rating."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from backend.core.errors import NotFound
from backend.core.i18n import _
from backend.events import actions, places, queries, replies, wording
from backend.events.form import signup_form, wish_of
from backend.fields.choices import Choice, MultiChoice
from backend.fields.form import Form
from backend.fields.text import LongText
from backend.fields.words import Words
from conversations.flow import Answer, Command, Flow, Opening, Person, Retry, Series, Submitted
from conversations.flows.event_titles import meant
from conversations.flows.repair import REGISTER, actor_of, org_of

SHOWN = {"telegram": 8, "webchat": 8, "sms": 4, "voice": 5}
"""How many events a list names: each one costs a segment, or has to be listened to."""

_KIND = r"(?:活动|聚会|聚餐|讲座|义诊|兴趣班|课程?|[班课](?!表)|比赛|象棋|春游|秋游|旅游|合唱[团队]?|舞蹈队?|跳舞|太极拳?|书法|画画|包[饺粽]子|包粽|插花|手工|剪纸|瑜伽|电影|体检|运动会|晚会|茶话会|节目)"
_EN_KIND = r"(?:events?|activit(?:y|ies)|class(?:es)?|courses?|lectures?|talks?|workshops?|part(?:y|ies)|trips?|choir|gatherings?|tai ?chi|yoga|dumplings?|lessons?)"
_LIST = re.compile(
    rf"(?:有(?:没有)?|搞|办|组织|举行)(?:不[办搞]|什么|啥|哪些|没有|免费的?|好的|新的?)*.{{0,6}}{_KIND}(?:[吗么不没呢呀啊]|可以.{{0,6}}|看|的?吗?|$).{{0,4}}|(?:什么时候|哪天|几点|哪里|啥时|何时).{{0,4}}{_KIND}.{{0,4}}|(?:下次|近期|最近|今天|明天|周.|这个?周末|社区)?(?:的)?{_KIND}(?:是|在|的)?(?:什么时候|啥时候|哪天|几点|时间表?|哪里|在哪儿?|什么时间|日历|安排).{{0,6}}|(?:有|可以参加|能参加|参加)(?:什么|啥|哪些)(?:可以|可|能)?(?:玩|参加|活动).{{0,6}}|社区(?:最近)?(?:都)?有(?:什么|啥|哪些)安排|\bevents? (?:this|next|on|in|for)\b.{{0,20}}|\bwhat can i do .{{0,12}}weekend\b.{{0,12}}|(?:有没有|有)(?:什么|啥)(?:可以|能)?(?:玩|参加)的?"
    rf"|\b(?:when|where|what time) (?:is|are|does|do) (?:the |your )?(?:next )?(?:\w+ )?{_EN_KIND}\b.{{0,14}}|\b(?:do you have|are there|is there|have you got) (?:any |some |a |an )?(?:\w+ )?{_EN_KIND}\b.{{0,20}}|\b(?:list|calendar|schedule) (?:of )?(?:the )?events\b|\bevents? (?:list|calendar|schedule)\b|\btell me about the (?:events|activities)\b",
    re.IGNORECASE,
)
_LIST_WORDS = re.compile(
    r"^\W*(?:社区)?活动\W*$|.{0,8}有(?:没有)?(?:什么|啥|哪些)?.{0,8}(?:活动|聚会|好玩的?).{0,8}|.{0,6}活动(?:都?有(?:哪些|什么|啥)|安排|列表|预告|日程|表)"
    r"|(?:看看|查看|查一?下).{0,4}活动|(?:周末|这周|本周|下周|最近|这两天|今天|明天|节日|过节).{0,4}(?:社区)?(?:都)?有(?:什么|啥|哪些)(?:安排|节目|好玩|热闹).{0,4}|\bhuo\s?dong\b"
    r"|\bwhat(?:'s| is) (?:on|happening|going on)\b.*|\b(?:upcoming|any|what|which|show|list)\b.{0,12}\b(?:events?|activit(?:y|ies)|gatherings?)\b.*"
    r"|\banything (?:on|happening|fun|going on)\b.*|^\W*(?:events|activities)\W*$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^\W*(?:活动|event)\W*(?:回复?|选|第|no\.?|number)?\s*[\d一二三四五六七八九]+\s*[个号项]?\W*$", re.IGNORECASE)  # fmt: skip
"""活动2, where no list was shown: it is shown now."""
_BESIDE = re.compile(r"(?:想|要|我)*(?:报名|参加)|(?:那个|的)?活动|\b(?:sign (?:me )?up(?: for)?|join)\b|\bevents?\b", re.IGNORECASE)  # fmt: skip
_BESIDE_QUIT = re.compile(r"取消|退掉?|不去|不参加|\bcancel\b", re.IGNORECASE)
_WISHES = re.compile(r"报名|参加|\bsign|\bjoin", re.IGNORECASE)
_JOIN = re.compile(
    rf"(?:我(?:们|和.{{1,6}})?(?:也|都|两个人)*(?:想|要|来|愿意|打算|可以)+(?:跟.{{1,6}}|一起|也)*(?:去|来|进|加入|参加|学|听|上|报|看)(?:一下|个|那个|社区的?)*.{{0,6}}{_KIND}|(?:那个|这个)?.{{0,6}}{_KIND}.{{0,4}}我(?:也)?(?:想|要)(?:去|来|参加)|(?:算|加|带)(?:上)?我(?:们)?(?:一)?[个位]|(?:帮|替|给)(?:我|我妈|我爸|孩子|老伴|她|他).{{0,4}}报(?:上|了|个|一下)?.{{0,8}}|(?:预约|预定|留)(?:个|一个)?.{{0,8}}(?:名额|位[置子]).{{0,10}}|还有(?:名额|位[置子]).{{0,8}}|我想学.{{1,8}})(?!.{{0,6}}退)"
    rf"|\b(?:i(?:'d| would)? (?:like|want|love) to|i will|i'll|can i|can my \w+|may i|let me) (?:come to|attend|go to|join|take part in|be in) (?:the |a |your |this )?(?:\w+ )?{_EN_KIND}\b.{{0,20}}|\b(?:put|write|get) (?:me|my name|us)(?: down)? (?:for|on|in)\b.{{0,20}}|\b(?:book|reserve|save) (?:me )?(?:a |one )?(?:place|seat|spot|ticket)\b.{{0,20}}|\bcount me in\b.{{0,30}}|\bme too for\b.{{0,16}}",
    re.IGNORECASE,
)
_JOIN_WORDS = re.compile(
    r"(?:我|想|要|给|帮|可以|能|能不能)*(?:报个?名(?!记录|成功|上|情况|取消|了|的)|报(?!的).{1,10}[班课]|(?<!可以)(?<!可)参加(?!什么|啥|的$|.{0,4}(?:问卷|调查|平安|不了|了))|加入(?!社区|小区)).*|(?:我)?(?:想|要)去.{1,20}(?:活动|[班课]|比赛)"
    r"|\b(?:can i |i(?:'d| would)? (?:want|like) to |please )?(?:sign (?:me )?up for(?! (?:daily|the daily|a daily))|join(?! the (?:survey))|take part in|enrol(?:l)? (?:me )?in|put me down for|count me in(?: for)?|register (?:me |us )?for)\b.*",
    re.IGNORECASE,
)
_MINE = re.compile(
    rf"(?:看看?|查查?)?(?:我)?(?:都)?报(?:名)?(?:上|成功)(?:名)?.{{0,4}}(?:没有?|了吗|吗).{{0,4}}|我(?:都)?报(?:了|过)?(?:名)?的.{{0,4}}(?:班|课|活动|那个(?!修)|讲座).{{0,14}}|我(?:都)?(?:报|参加)了(?:名)?(?:些)?(?:啥|什么|哪些|几个).{{0,8}}|我的(?:活动|课|讲座)(?:安排|日程|报名)?.{{0,4}}|查.{{0,3}}报名.{{0,4}}|报名(?:成功|上)(?:了)?.{{0,4}}|我有(?:哪些|什么|啥)(?:活动|课).{{0,4}}"
    rf"|\b(?:which|what) (?:\w+ )?{_EN_KIND} (?:did|have|am) i\b.{{0,24}}|\bam i (?:signed up|registered|enrolled|booked)\b.{{0,24}}|\b(?:show|see|list) (?:me )?my (?:{_EN_KIND}|bookings|sign-?ups?)\b.{{0,16}}|\bmy bookings\b.{{0,16}}|\bwhat am i signed up for\b",
    re.IGNORECASE,
)
_MINE_WORDS = re.compile(
    r"wo ?de huo ?dong|我(?:都)?(?:的活动|报名的.{0,4}|报了?名?(?:了|的)?(?:哪些|什么|啥).{0,6}|的报名)|报名(?:记录|情况)"
    r"|\bmy (?:events?|activities|sign-?ups?)\b.*|\bwhat (?:did|have) i sign(?:ed)? up\b.*|\bam i signed up\b.*",
    re.IGNORECASE,
)
_QUIT = re.compile(
    rf".{{0,6}}{_KIND}.{{0,4}}(?:我)?(?:去不[了成]|来不了|不去|不来|不想去|不上|不参加|参加不了|上不了).{{0,16}}|.{{0,5}}(?:去不[了成]|来不了)了?.{{0,4}}活动.{{0,3}}(?:取消|退).{{0,6}}|我?(?:去不[了成]|来不了|不去|不想去|不想参加|不参加|不上).{{0,8}}{_KIND}.{{0,8}}|(?:去不[了成]|不去)了?.{{0,6}}(?:活动|报名|名额|取消|退).{{0,10}}|(?:把|将)?.{{0,6}}{_KIND}.{{0,3}}(?:给)?(?:退|取消)(?:了|掉).{{0,4}}|退(?:出|掉)(?:那个|这个)?.{{0,4}}{_KIND}|(?:名额|位置).{{0,3}}让(?:出来|给)|^\W*(?:我)?不参加了\W*$|报错了.{{0,8}}"
    rf"|\b(?:i )?(?:can(?:'t|not)|won'?t|will not|(?:am|'m) not able to|don'?t want to) (?:come|attend|go|make it|be|take part).{{0,24}}\b{_EN_KIND}\b.{{0,16}}|\b(?:remove|take|unsubscribe|drop) me (?:off|from|out)\b(?! (?:your|of your)).{{0,24}}\b(?:{_EN_KIND}|list)\b.{{0,16}}|\bwithdraw from\b.{{0,20}}|\bcancel my (?:sign ?up|place|spot|seat|booking|{_EN_KIND})\b.{{0,16}}",
    re.IGNORECASE,
)
_QUIT_WORDS = re.compile(
    r"(?:取消|退掉?|撤销?|撤回|不要)(?:我)?(?:的)?.{0,12}?(?:报名|活动)|(?:报名|活动).{0,8}(?:去不了|来不了|不去|不来|参加不了|不参加|取消|退掉?).*|不参加.{0,12}了|退掉?(?:我)?(?:的)?.{0,10}(?:名额?|票|位子)"
    r"|\b(?:cancel|withdraw)\b.{0,20}\b(?:sign-?ups?|registrations?(?! as)|places?|spots?)\b.*|\bi can(?:'t|not) (?:come|make it) to\b.*",
    re.IGNORECASE,
)


def number_in(argument: str) -> int:
    """The event that an option names. Raises NotFound."""
    digits = argument.partition(":")[0]
    if not digits.isdecimal() or len(digits) > 9:
        raise NotFound()
    return int(digits)


def _resident(person: Person) -> int:
    """Who signs up. Raises NotFound, with words, for somebody who is not registered."""
    if person.resident_id is None:
        raise NotFound(_("For this you need to be registered; it takes three minutes."))
    return person.resident_id


def _to_register() -> Answer:
    return Answer.of(
        Words(
            _(
                "To sign up, please register once; it takes three minutes, and the place is yours right after."
            ),
            short=_("To sign up, please register once; it takes three minutes."),
            options=(REGISTER, replies.ALL),
        )
    )


# --- looking --------------------------------------------------------------------------------------------------


def _list(person: Person, argument: str) -> Answer:
    found = queries.open_now(org_of(person))
    if not found:
        return Answer.of(replies.none())
    shown = SHOWN.get(person.channel, 8)
    return Answer.of(replies.listed(found[:shown], len(found) - shown if len(found) > shown else 0))


def _show(person: Person, argument: str) -> Answer | Opening:
    """One event; who picked it from a list with “报名2” is signed up for it."""
    if _WISHES.search(argument.partition(":")[2]):
        return _start(person, number_in(argument))
    return _told(person, number_in(argument))


def _told(person: Person, event_id: int) -> Answer:
    event = queries.public(event_id)
    signup = queries.signup_of(event.id, person.resident_id) if person.resident_id is not None else None
    ahead = queries.ahead_of(signup) if signup is not None else 0
    company: list[str] = []
    if signup is not None and signup.resident_id is not None and signup.status in places.HOLDING:
        company = queries.company(event, signup.resident_id, person.locale)
    return Answer.of(replies.details(event, queries.places_of(event), signup, ahead, company))


def _mine(person: Person, argument: str) -> Answer:
    if person.resident_id is None:
        return Answer.of(replies.no_signups())
    found = queries.mine(person.resident_id)
    own = [(e, queries.places_of(e)) for e in queries.organised_by(person.resident_id)]
    if not found and not own:
        return Answer.of(replies.no_signups())
    if len(found) == 1 and not own:
        return _told(person, found[0][0].id)
    if len(own) == 1 and not found:
        return Answer.of(replies.own(*own[0]))
    shown = SHOWN.get(person.channel, 8)
    return Answer.of(replies.mine(found[:shown], own[: max(0, shown - len(found))]))


# --- signing up -----------------------------------------------------------------------------------------------


def _join(person: Person, text: str) -> Answer | Opening:
    """“报名包粽子”: the event is found by its name; several or none are asked about."""
    events = queries.open_now(org_of(person))
    if not events:
        return Answer.of(replies.none())
    found = meant(text, events)
    if len(found) != 1:
        return Answer.of(replies.which((found or events)[: SHOWN.get(person.channel, 8)]))
    return _start(person, found[0].id)


def _start(person: Person, event_id: int) -> Opening | Answer:
    if person.resident_id is None:
        return _to_register()
    event = queries.public(event_id)
    signup = queries.signup_of(event_id, person.resident_id)
    places = queries.places_of(event)
    stands = signup is not None and signup.status in ("signed", "offered", "waiting", "attended")
    if stands or not queries.takes_signups(event):
        return _told(person, event_id)
    if not signup_form(event).fields:
        return _placed(actions.sign_up(actor_of(person), event_id, person.resident_id))
    full = places.left is not None and places.left <= 0
    before = (Words(_("All places are taken; I can put you on the waiting list.")),) if full else ()
    return Opening(f"event:{event_id}", before=before)


def _submit(person: Person, done: Submitted, event_id: int) -> Answer | Retry:
    event = queries.by_id(event_id)
    if (changed := _no_answer_any_more(event, done.answers)) is not None:
        return Retry(changed, _("This question has changed in the meantime. Please answer it once more."))
    wish = wish_of(event, done.answers)
    return _placed(actions.sign_up(actor_of(person), event_id, _resident(person), wish))


def _no_answer_any_more(event: queries.Event, answers: Mapping[str, Any]) -> str | None:
    """The question from which staff have taken the option that she chose."""
    own = queries.questions_of(event)
    for f in own.fields if own else ():
        if isinstance(f, Choice | MultiChoice) and f.name in answers:
            given = f.dump(answers[f.name])
            chosen = given if isinstance(given, list) else [given]
            if not {c.value for c in f.choices}.issuperset(chosen):
                return f.name
    return None


def _placed(done: actions.Placed) -> Answer:
    if done.signup.status == "waiting":
        return Answer.of(wording.waits(done.event, done.signup, done.ahead))
    return Answer.of(wording.signed(done.event, done.signup))


def make(event_id: int) -> Flow | None:
    """The sign-up of one event. One that is over or full is still made: somebody may be in the midst of it."""
    try:
        event = queries.by_id(event_id)
    except NotFound:
        return None
    return Flow(
        f"event:{event_id}",
        signup_form(event),
        event.title,
        lambda person, _text: _start(person, event_id),
        lambda person, done: _submit(person, done, event_id),
    )


def _take(person: Person, argument: str) -> Answer:
    return _placed(actions.take(actor_of(person), number_in(argument), _resident(person)))


def _decline(person: Person, argument: str) -> Answer:
    done = actions.decline(actor_of(person), number_in(argument), _resident(person))
    return Answer.of(
        Words(_("Thank you for telling me. The place goes to somebody else."), options=(replies.ALL,))
        if done.signup.status == "declined"
        else replies.cancelled(done.event)
    )


def _cancel(person: Person, argument: str) -> Answer:
    done = actions.cancel(actor_of(person), number_in(argument), _resident(person))
    return Answer.of(replies.cancelled(done.event))


def _quit(person: Person, text: str) -> Answer:
    """“取消报名”: asked once which one, or whether."""
    found = (
        [event for event, _s in queries.mine(person.resident_id)] if person.resident_id is not None else []
    )
    if not found:
        return Answer.of(replies.no_signups())
    named = meant(text, found)
    return Answer.of(replies.quit_which((named if len(named) == 1 else found)[:9]))


# --- afterwards -----------------------------------------------------------------------------------------------

OPINION = Form(
    "event_opinion",
    _("How it was"),
    [
        LongText(
            "opinion",
            label=_("Your opinion"),
            ask=_("Thank you. What could be better next time?"),
            optional=True,
            max_length=500,
        )
    ],
    review=False,
)


def _rate(person: Person, argument: str) -> Answer | Opening:
    event_id, stars = number_in(argument), argument.partition(":")[2]
    rating = int(stars) if stars.isdecimal() and len(stars) == 1 else 0
    actions.rate(actor_of(person), event_id, _resident(person), rating)
    if rating <= 3:
        return Opening("event_opinion", facts={"event": event_id, "stars": rating})
    return Answer.of(Words(_("Thank you, that makes us glad. See you next time."), options=(replies.ALL,)))


def _opinion(person: Person, done: Submitted) -> Answer:
    text = done.answers.get("opinion")
    if text:
        actions.rate(
            actor_of(person), int(done.facts["event"]), _resident(person), int(done.facts["stars"]), text
        )
    return Answer.of(Words(_("Thank you, the office reads it.")))


SERIES = [Series("event", make)]
FLOWS = [Flow("event_opinion", OPINION, OPINION.title, lambda person, _text: _mine(person, ""), _opinion)]
# In this order, for of two that fit equally well the first is meant.
COMMANDS = [
    Command(
        "event.quit",
        _quit,
        _("Cancel a sign-up"),
        patterns=(_QUIT, _QUIT_WORDS),
        whole=True,
        examples=(
            *("书法课我不去了", "把太极班退了", "明天的讲座我去不了", "有事去不成了", "退出合唱团", "把名额让出来", "撤销报名", "报错名了", "那个活动我去不成了", "不参加了"),
            *("withdraw from the class", "take me off the list", "I cannot attend the class", "I will not come to the party", "cancel my place"),
            "取消报名",
            "把我的报名取消",
            "活动我去不了了",
            "那个活动我不参加了",
            "cancel my sign-up",
            "I cannot come to the event",
        ),
    ),
    Command(
        "event.mine",
        _mine,
        _("My events"),
        patterns=(_MINE, _MINE_WORDS),
        audience="resident",
        menu=35,
        examples=(
            *("我报名成功了吗", "我报的班什么时候上课", "我都报了啥", "我参加了哪些活动", "查我的报名", "我的报名记录", "我的活动安排"),
            *("show my events", "what am I signed up for", "which events did I join", "am I booked for the event"),
            "我的活动",
            "我报名了哪些活动",
            "看看我报的名",
            "my events",
            "which events am I signed up for",
        ),
    ),
    Command(
        "event.list",
        _list,
        _("Events"),
        patterns=(_LIST, _LIST_WORDS, _NUMBERED),
        menu=30,
        examples=(
            *("有没有免费的课", "哪天包饺子", "下次活动是什么时候", "有义诊吗", "有跳舞的吗", "有兴趣班吗", "社区搞什么活动", "活动时间表", "有什么可以玩的", "有电影看吗", "有讲座吗"),
            *("when is the next event", "do you have any classes", "events for old people", "list of events", "what is happening in the community", "anything fun this weekend"),
            "活动",
            "最近有什么活动",
            "社区有活动吗",
            "周末有什么好玩的",
            "活动安排",
            "what is on",
            "upcoming events",
            "are there any activities",
        ),
    ),
    Command(
        "event.join",
        _join,
        _("Sign up for an event"),
        patterns=(_JOIN, _JOIN_WORDS),
        whole=True,
        examples=(
            *("算我一个", "我要去包饺子那个", "加我一个", "我也想去", "还有名额吗", "预约讲座名额", "我想去听讲座", "怎么报名", "帮我妈报名", "我要进合唱队", "想加入舞蹈队", "给孩子报个班"),
            *("put my name down", "I will come to the event", "I want to attend the workshop", "book a place for me", "count me in", "can I join the choir", "me too please"),
            "报名参加活动",
            "我想参加活动",
            "给我报个名",
            "我要报名书法班",
            "sign me up for the event",
            "I want to join the class",
        ),
    ),
    Command("event.show", _show, beside=_BESIDE),
    Command("event.take", _take),
    Command("event.decline", _decline),
    Command("event.cancel", _cancel, beside=_BESIDE_QUIT),
    Command("event.rate", _rate),
]  # fmt: skip
