"""Reporting a repair: from "厨房水管漏水了,3号楼2单元501" to a number to quote, with as few questions as possible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backend.core import clock, orgs
from backend.core.access import Actor
from backend.core.errors import LinliError
from backend.core.i18n import LOCALES, Text, _, render, text_from_json
from backend.fields import calendar
from backend.fields.address import Home, find_home
from backend.fields.base import join
from backend.fields.form import Form
from backend.fields.media import Photo
from backend.fields.slots import fits
from backend.fields.words import Media, Option, Said, Words
from backend.requests import actions, replies, slots, triage, wording
from backend.requests.actions import Asker, Booked, Contact, Report, SlotTaken
from backend.requests.form import CHAT, FORM, degree_field, report_of
from backend.residents import queries as residents
from conversations.flow import Answer, Flow, Opening, Person, Retry, Submitted
from conversations.sounds import readings

REGISTER = Option("flow:registration", _("Register"))
_PHOTO_HELPS = ("water", "drain")
"""Emergencies of which a photo can be taken safely."""

_THING = (
    r"水管|管子|管道|水龙头|龙头|阀门?|水压|水质|自来水|马桶|坐便器?|热水器|太阳能|花洒|淋浴|浴霸|浴缸|洗[手脸菜碗]?[池盆槽]|[洗水][池槽]|台盆|下水道?|地漏|排水|化粪池|厕所|卫生间|厨房|电路|电线|线路|插座|插头|开关|电闸|空开|保险丝|电箱|灯泡|灯管|路灯|声控灯|灯|电梯|"
    r"门锁|锁芯|锁|钥匙|门禁|门铃|对讲|单元门|防盗[门网]|大门|房门|(?<![出上部热专入澳登])门|窗户|窗子|窗|玻璃|纱窗|煤气|燃气|天然气|灶|油烟机|抽烟机|排气扇|换气扇|暖气片|暖气|地暖|供暖|空调|冰箱|洗衣机|水箱|[水电气]表|网络|宽带|网线|路由器|电视|"
    r"井盖|栏杆|护栏|围栏|扶手|墙皮|墙面?|屋顶|楼顶|房顶|天花板?|吊顶|瓷砖|地[砖板]|阳台|楼道|楼梯|路面|台阶|信箱|垃圾桶|道闸|摄像头|监控|充电桩|健身器材|秋千|滑梯|垃圾[桶箱]?|晾衣[架杆]|窗帘|家具|柜[子门]|抽屉|树枝?|草坪|喷泉|信号|(?<!水)闸|雨棚|外机|外墙|车棚|车库|wi-?fi|长椅|椅子|电器|设备|设施|[上下]水|水电|喷头|排[风气]|空气开关|电源|电表|卷帘|合页|门把手?|把手|床板?|桌[子腿]|水闸|热水|坐垫|卡槽"
)
_BROKEN = (
    r"坏|不(?:会)?[着动脱]|全黑|不走|没用|刷不|烧了|烧坏|[推拉抽吸]不[动开上]|[没有]反应|插不[进上]|拔不|[合推]不[上住]|忽[明闪]|湿|积水|一直[流响滴漏叫]|[流响滴漏叫]个?不停|不抽|没声|没信号|声音|很?响|晃|抖|倒了|满了|连不上|老[跳停断坏]|[有是][问毛]|[咋怎]么?回事|断|刷不[开上了]|太[小大慢热冷]|慢|发[黄黑烫热]|不[凉暖]|变形|破|冻|[冰是]凉|没来|不行|不出|不进|发[黄黑]|异常|老化|松动|漏|渗|堵|不[亮热通转响灵动]|不出水|不下水|不制[冷热]|不好[使用]|不工作|不够热|不凉|冲不[下走动干]|断|裂|爆|炸|停了|又停|停运|打不[开着了]|关不|拧不|开不了|锁不|亮不了|松了|掉|脱落|塌|鼓|翘|歪|烂|锈|发霉|有异响|嗡嗡|吱吱|哗哗|卡[住死了]|没反应|不能[用开关]|用不[了成起]|失灵|"
    r"跳|闪|冒|困|[有返反]味|发?臭|碎|不着|丢了|进不去|有(?:点)?(?:毛病|问题|故障)|出(?:了)?(?:点|个)?(?:毛病|问题|故障)|故障|罢工|没(?:有|得)?[水电气网]|要[换修]|得[换修]|滴"
)
_ALONE = (
    r"漏[水雨风]|(?:网|网络|wi-?fi|宽带)(?:络)?(?:又|都|也)?(?:断|掉线|上不去|连不上|不行|没了|不能用)|网上不[去了]|上不去网|(?:换|装|修|通|疏通|检修|安装?)(?:一下|下|个|一个|一?把|一?只|一?根|一?块|修|我?家?的?)*(?:马桶|厕所|下水道?|管[子道]?|水管|灯|灯泡|门|锁|窗|龙头|水龙头|电路|电|水|线路|地漏|水池|水槽|插座|开关|阀门)(?!价|票|费|卡|记)|(?:师傅|修理工|电工|水工)(?:能|可以|可不可以|能不能|啥时候能)*(?:过?来|上门)(?:一趟|一下|看看)|没(?:有)?热水|热水.{0,4}没|(?:东西|玩意儿?).{0,4}坏了?|渗水|滴水|跑水|滋水|冒水|爆管|没(?:有|得)?[水气]了?(?!平)|停水|没(?:有|得)?电了?(?![话视影])|停电|断电|跳闸|返水|反水|倒灌|漏气|煤气味|燃气味|焦味|糊味|没(?:有|得)?暖气|断网|没网|上不了网|漏电|堵了|堵住|堵死"
    r"|(?:需要|帮(?:我|忙)|申请|预约|约)?(?:我?[想要])?(?:报修|报个修)|(?:上门)?维修|修(?:一下|下|修|理|个)|(?:来|给|帮|要|想|得|需要|找|约|请|叫|派)\S{0,6}?修(?!改|养|行|正)|修(?:我家|家里)|[派叫请找来约](?:个|一?位|一下)?(?:人|师傅|工人|电工|水工|水电工|管道工)(?:过?来|上门)?(?:看看|看一下|瞧瞧|检查|修|弄|处理|疏通|帮忙看)|(?:师傅|人|电工|水电工)(?:过?来|上门)(?:看看|看一下|修|弄|检查|处理|疏通)|[约派叫请找](?:个|一?位|一?名)?(?:维修|修理|水电|电|水|管道)?(?:师傅|工人?)(?!.{0,3}(?:了没|了吗))|疏通|回事.{0,3}(?:水|电|灯|门)|暖气没来"
)
_EN_THING = (
    r"pipes?|taps?|faucets?|toilets?|sinks?|basin|bath(?:tub)?|drains?|shower|boiler|(?:water )?heater|power|electricity|sockets?|outlets?|plug|switch(?:es)?|fuse|wir(?:e|es|ing)|light ?bulb|lights?|lamps?|bulbs?|lift|elevator|locks?|keys?|doors?|gate|doorbell|windows?|glass|"
    r"stove|cooker|gas|heating|heat|radiators?|air ?con(?:ditioner|ditioning)?|a/?c|fridge|washing machine|washer|water|internet|wi-?fi|broadband|network|tv|intercom|ceiling|roof|walls?|floor|tiles?|stairs|handrail|railing|manhole|camera|bench|plumbing"
)
_EN_BROKEN = (
    r"leak(?:s|ing|ed|y)?|burst|broke(?:n)?|break(?:s|ing)?|block(?:ed|ing)?|clog(?:s|ged)?|burn(?:t|ed) out|wet|can'?t (?:be )?(?:use|flush)|not (?:\w+ )?(?:work(?:ing)?|hot|warm|turning on|clos\w+|open\w+|flush\w*)|(?:does|do|did|is|wo)n'?t (?:\w+ )?(?:work\w*|clos\w*|open\w*|flush\w*|turn\w*|lock\w*|drain\w*|start\w*|stop\w*)|won'?t \w+|stuck|out|dead|down|off|"
    r"drip(?:s|ping)?|smell(?:s|y)?|cold|trips|tripped|tripping|overflow(?:s|ing|ed)?|loose|crack(?:s|ed)?|flicker(?:s|ing)?|noisy|jam(?:s|med)?|damaged?|faulty|fell|falling|everywhere|coming (?:through|up|out|in)|gone|stopped|fail(?:s|ed|ing)?|rusty|mou?ldy|running|flushing|can'?t (?:open|close|lock|turn)"
)
INTENTS = (
    re.compile(
        rf"(?:{_THING}).{{0,8}}?(?:{_BROKEN})\w{{0,2}}|(?:坏|漏|堵)[^,,。]{{0,4}}(?:{_THING})|换(?:个|一个|一下|下)?(?:新)?(?:的)?(?:{_THING})"
        rf"|困在?.{{0,6}}电梯|电梯.{{0,10}}困|(?:反?锁|关)在(?:家|屋|门|里|房|外)|钥匙.{{0,4}}(?:忘|落|锁)|{_ALONE}"
    ),
    re.compile(
        rf"\b(?:{_EN_THING})\b.{{0,25}}?\b(?:{_EN_BROKEN})\b|\b(?:{_EN_BROKEN})\b.{{0,15}}?\b(?:{_EN_THING})\b"
        r"|\bno (?:power|water|heat(?:ing)?|gas|internet|wi-?fi|hot water|electricity|light)\b|\brepair(?:s|ed|ing)?\b|\bneeds? (?:fixing|mending|repairing|to be (?:fixed|mended|repaired|replaced))\b|\b(?:fix|mend) (?:my|the|our|a|it|this|something)\b"
        r"|\bwater (?:is |keeps )?(?:coming|running|pouring|dripping|leaking)\b|\b(?:look at|check|see|fix|repair|mend|unblock|replace|change|install) (?:\w+ ){0,2}(?:boiler|sink|tap|toilet|door|lock|lights?|bulb|window|heater|heating|shower|pipe|drain|intercom|fridge|lift|socket|radiator)\b|\b(?:something(?:\'s| is)?|anything) wrong with (?:the|my|our) (?:\w+ )?(?:fridge|boiler|sink|toilet|door|heat\w*|light|shower|lift|window|pipe|tap|wash\w*|electric\w*)\b|\b(?:send|need|get|call|want|book|find)\b.{0,15}\b(?:plumber|electrician|handyman|locksmith|repair ?man|technician|maintenance|(?:somebody|someone|worker) to (?:fix|repair|look|mend|come))\b|\bsomething(?:'s| is| has)? (?:\w+ )?(?:broken?|not working)\b|\b(?:lost|forgot) (?:my |the )?keys?\b|\bout of order\b|\bwater pressure\b|\bpower cut\b|\bblackout\b|\blocked out\b"
        r"|\bleak(?:s|ing)?\b|\bflood(?:s|ed|ing)?\b",
        re.IGNORECASE,
    ),
)

EXAMPLES = (
    "我要报修", "找人来修东西", "家里东西坏了", "水管漏水了", "水龙头滴水", "水龙头坏了", "马桶堵了", "下水道堵了", "家里没电了", "跳闸了", "电梯坏了", "电梯停了",
    "灯不亮了", "灯泡坏了", "路灯坏了", "楼道灯坏了", "门锁坏了", "门打不开", "窗户坏了", "暖气不热", "空调坏了", "热水器坏了", "没有热水", "网络断了", "墙皮掉了", "屋顶漏水",
    "洗衣机坏了", "插座没电", "燃气灶打不着火", "停水了", "厕所漏水", "派个师傅来看看",
    "I need a repair", "something is broken at home", "the tap is leaking", "the toilet is blocked", "no electricity", "the lift is broken",
    "楼梯间的灯泡烧了", "通一下马桶", "网断了", "换把锁", "修灯", "换个灯泡", "师傅能来一趟吗", "电表不走了", "门禁卡刷不开", "对讲机坏了", "冲水坏了", "家具坏了帮修一下",
    "暖气漏水", "下水慢", "家里的电老跳", "有个地方需要修", "the light does not work", "the lock is broken", "water comes through the ceiling", "the drain is clogged", "the bulb is burnt out",
    "my fridge is broken", "the internet is down", "somebody must fix the door", "the window does not close", "no hot water", "the intercom does not ring", "the radiator is cold",
    "please mend my washing machine", "I need a handyman", "the heating does not work", "send a plumber",
)  # fmt: skip
_BUILDING = re.compile(r"号楼|栋|幢|座|单元|[-#]|building|bldg|block|tower|unit", re.IGNORECASE)


def asker_of(person: Person) -> Asker:
    return Asker(person.resident_id, person.identity_id)


def actor_of(person: Person) -> Actor:
    """Who acts, for the history: a resident by name, somebody unknown by nothing."""
    if person.resident_id is None:
        return Actor("resident", 0, "")
    return Actor("resident", person.resident_id, residents.name_of(person.resident_id))


def org_of(person: Person) -> int | None:
    """Where her repair belongs."""
    if person.resident_id is not None:
        return residents.org_of(person.resident_id)
    community = orgs.default_community()
    return person.org_id or (community.id if community else None)


# --- understanding --------------------------------------------------------------------------------------------


def begin(person: Person, text: str) -> Opening:
    """What her words say already; the rest is asked."""
    home = residents.home_of(person.resident_id) if person.resident_id is not None else None
    org_id = org_of(person)
    facts: dict[str, Any] = {
        "slots": _slot_facts(org_id),
        # Each one costs a segment or has to be listened to; any other time can be said.
        "slots_shown": 5 if person.channel in CHAT else 3,
        "unregistered": person.resident_id is None,
        "photos": [],
    }
    if home:
        facts["home"] = home
    known: dict[str, Any] = {}
    if person.resident_id is None and person.channel in ("sms", "voice"):
        known["phone"] = person.address
    heard = _heard(text)
    visit, facts["slots"], when = _visit_in(text, facts["slots"])
    if visit is not None:
        known["slot"] = Said(choice=visit["value"])
    if heard.category is not None:
        known |= {"category": heard.category, "description": text}
        facts["said"] = text[:1000]
        degree = triage.degree(heard.category, heard.degree)
        # What sounds like an emergency is asked once more: the answer sends somebody running.
        if degree is not None and degree.urgency != "emergency":
            known[degree_field(heard.category)] = degree.code
        place = place_in(text, Home.from_json(home) if home else None, heard)
        if place is not None:
            known["place"] = place
        said = _understood(heard, place, short=person.channel not in CHAT)
        # An emergency waits for no window.
        pressing = degree is not None and degree.urgency != "normal"
        facts["known"] = render(join(said, None if pressing else when) or said, person.locale)
    elif text:
        place = place_in(text, Home.from_json(home) if home else None, heard)
        if place is not None:
            known["place"] = place
        if place is not None or when is not None:
            # What it is, she has said in words that are no category: she is asked for that alone.
            known["description"] = facts["said"] = text[:1000]
            facts["known"] = render(join(_noted_place(place), when) or "", person.locale)
    return Opening(prefill=known, facts=facts)


def _heard(text: str) -> triage.Heard:
    """What the words say, else what they say as they sound: 水观漏了."""
    heard = triage.hear(text)
    if heard.category is None:
        others = (triage.hear(reading) for reading in readings(text))
        heard = next((h for h in others if h.category is not None), heard)
    return heard


def _visit_in(
    text: str, free: list[dict[str, Any]]
) -> tuple[dict[str, Any] | None, list[dict[str, Any]], Text | None]:
    """The free window that her words name, when they name just one; the windows with those that fit first; what to say of
    it."""
    try:
        wanted = calendar.spoken(text, clock.local(clock.now()).date())
    except (ValueError, OverflowError):
        return None, free, None
    if wanted.day is None or not free:
        return None, free, None
    fitting = [s for s in free if fits(s, wanted, clock.zone())]
    near = fitting or [s for s in free if fits(s, calendar.Spoken(wanted.day), clock.zone())]
    ordered = [*near, *(s for s in free if s not in near)]
    if len(fitting) == 1:
        return fitting[0], ordered, _("Visit: **{time}**.", time=text_from_json(fitting[0]["label"]))
    taken = _("On {day} nothing is free.", day=calendar.weekday_text(wanted.day)) if not near else None
    return None, ordered, taken


def _noted_place(place: Home | None) -> Text | None:
    if place is None:
        return None
    return _("Place: **{place}**.", place={locale: place.show(locale) for locale in LOCALES})


def _aside(answers: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The spot in the home, told while something else is asked: “not the kitchen, the bathroom”."""
    place, spot = answers.get("place"), triage.last_spot(text)
    if spot is None or not isinstance(place, Home) or not place.building:
        return {}
    return {"place": replace(place, detail=spot)}


def _slot_facts(org_id: int | None) -> list[dict[str, Any]]:
    return slots.facts(org_id) if org_id is not None else []


def place_in(text: str, home: Home | None, heard: triage.Heard) -> Home | None:
    """Where it is, from her words; her own home when they name no other place and the thing is one of a home."""
    found = find_home(text, home)
    if found is not None:
        place = found[0]
        named = bool(_BUILDING.search(text))
        likely_room = len(re.sub(r"\D", "", place.room)) >= 3
        if place.building and (named or likely_room):
            return replace(place, detail=heard.spot or "")
    if home is not None and heard.category is not None and triage.BY_CODE[heard.category].in_home:
        return replace(home, detail=heard.spot or "")
    return None


def _understood(heard: triage.Heard, place: Home | None, *, short: bool) -> Text:
    """What was understood, said back before the first question; what to do first comes before it."""
    category = triage.BY_CODE[heard.category or "other"].label
    first = triage.advice(heard.category or "other", heard.degree)
    where: Text | None = {locale: place.show(locale) for locale in LOCALES} if place else None
    if short:
        said = (
            _("{category}, {place}.", category=category, place=where)
            if where
            else _("{category}.", category=category)
        )
        first = first if heard.category in ("gas", "lift", "other") else None
    elif where:
        said = _("I have noted: **{category}**, at **{place}**.", category=category, place=where)
    else:
        said = _("I have noted: **{category}**.", category=category)
    return join(first, said) or said


# --- booking --------------------------------------------------------------------------------------------------


def _submit(person: Person, done: Submitted) -> Answer | Retry:
    answers = done.answers
    if "place" not in answers:
        return Answer.of(
            Words(
                _("All right, no repair then. What can I do for you?"),
                options=(Option("!menu", _("Menu")),),
            )
        )
    report = report_of(answers, person.channel, str(done.facts.get("said", "")), done.facts)
    actor, asker = actor_of(person), asker_of(person)
    if answers.get("same"):
        return _added(person, int(done.facts["duplicate"]), report)
    if "same" not in answers:
        earlier = actions.same_open(report, asker.resident_id, asker.identity_id)
        if earlier is not None:
            return Retry("same", replies.known_already(earlier), {"duplicate": earlier.number, "sure": True})
    contact = Contact(
        resident_id=person.resident_id,
        identity_id=None if person.resident_id is not None else person.identity_id,
        phone=answers.get("phone") or (person.address if person.channel in ("sms", "voice") else None),
        org_id=org_of(person),
    )
    try:
        booked = actions.book(actor, report, contact)
    except SlotTaken as taken:
        fresh = _slot_facts(org_of(person))
        if fresh:
            return Retry("slot", taken.text, {"slots": fresh, "sure": True})
        booked = actions.book(actor, replace(report, slot_id=None), contact)
    return _booked(person, report, booked)


def _booked(person: Person, report: Report, booked: Booked) -> Answer:
    request = booked.request
    first = triage.advice(report.category, report.degree)
    said = [replies.booked(request, booked.worker, first)]
    if person.resident_id is None:
        said.append(
            Words(
                _("If you register once, you can follow your repairs and get notices. It takes two minutes."),
                short=_("Register once to follow it: reply “register”."),
                options=(REGISTER,),
            )
        )
    asks = report.category in _PHOTO_HELPS and person.channel in CHAT and not report.photos
    if report.urgency == "emergency" and asks:
        # Asked once somebody is on the way: nobody's flood waits for a photo.
        return Answer(tuple(said), then=Opening("repair_photo", facts={"number": request.number}))
    return Answer(tuple(said))


def _added(person: Person, number: int, report: Report) -> Answer:
    """It is about the earlier request: what she said goes there."""
    done = actions.comment(
        actor_of(person), number, asker_of(person), report.description, photos=report.photos
    )
    return Answer.of(replies.added(done.request))


# --- a photo afterwards ---------------------------------------------------------------------------------------

PHOTO = Form(
    "repair_photo",
    _("A photo of the damage"),
    [
        Photo(
            "photo",
            label=_("Photo"),
            ask=_("Can you take a photo for the worker? Only if it is safe."),
            optional=True,
        )
    ],
    review=False,
)


def _submit_photo(person: Person, done: Submitted) -> Answer:
    number = int(done.facts["number"])
    photo: Media | None = done.answers.get("photo")
    if photo is None:
        return Answer.of(Words(_("That is fine. R-{number} is on its way.", number=number)))
    try:
        added = actions.comment(actor_of(person), number, asker_of(person), "", photos=(photo.key,))
    except LinliError as error:
        return Answer.of(Words(error.text))
    return Answer.of(
        Words(
            _("Thank you, the worker has the photo."),
            options=wording.resident_options(added.request),
        )
    )


def _no_start(person: Person, text: str) -> Answer:
    """A Form that only follows something else is not begun by itself."""
    return Answer.of(
        Words(_("“My repairs” lists what is open."), options=(Option("request.mine:", _("My repairs")),))
    )


OUTRIGHT = re.compile(
    r"(?:想|要|顺便|帮我|给我)报(?:个)?修(?!了|的|过|单|记录|那)|(?:请|麻烦|帮我|给我|赶紧|尽?快|能不能|可以)(?:你们)?(?:派|叫|找|安排)(?:一?个|一?位|一下)?(?:人|师傅|工人).{0,6}修"
    r"|\b(?:book|need|want|request) a repair\b|\bplease (?:send (?:a |an |some)?(?:one|body|plumber|electrician|worker)|come and (?:fix|repair)|repair|fix)\b",
    re.IGNORECASE,
)
"""A repair asked for in so many words."""
FLOWS = [
    Flow(
        "repair",
        FORM,
        _("Report a repair"),
        begin,
        _submit,
        intents=INTENTS,
        outright=OUTRIGHT,
        menu=20,
        aside=_aside,
        examples=EXAMPLES,
    ),
    Flow("repair_photo", PHOTO, PHOTO.title, _no_start, _submit_photo),
]
