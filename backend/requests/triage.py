"""What is broken, and how bad it is: categories, the words that mean them, the one question that tells a burst pipe from
a dripping tap, and what to do first. Pure; nobody is ever asked what her own words have said already."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from backend.core.i18n import Msg, _
from backend.fields.spelling import respelt

Urgency = Literal["emergency", "urgent", "normal"]

URGENCY_LABELS: dict[str, Msg] = {
    "emergency": _("Emergency"),
    "urgent": _("Urgent"),
    "normal": _("Normal"),
}


@dataclass(frozen=True, slots=True)
class Degree:
    """One answer to how bad it is; `words` in the resident's own text that say so."""

    code: str
    label: Msg
    urgency: Urgency
    words: str = ""
    short: Msg | None = None
    first: Msg | None = None
    """What to do at once, said before anything else."""


@dataclass(frozen=True, slots=True)
class Category:
    """`words`: a pattern of what people say; `ask` is empty where nothing needs to be asked (always `normal`)."""

    code: str
    label: Msg
    words: str
    ask: Msg | None = None
    degrees: tuple[Degree, ...] = ()
    in_home: bool = True
    yes: str | None = None
    no: str | None = None
    """The degrees that a plain yes or no to `ask` means."""


WATER_FIRST = _("Please turn off the main valve beside the water meter first.")
WATER_FIRST_SHORT = _("Turn off the main valve first.")
GAS_FIRST = _(
    "Please open the windows, touch no switch and no flame, leave the flat and call 119 from outside."
)
LIFT_FIRST = _(
    "Please stay calm, press the alarm button in the lift and do not force the doors. If anybody feels unwell, call 120."
)
TRAPPED_FIRST = _("If anybody is hurt or in danger, please call 119 or 120 first.")
POWER_FIRST = _("Please switch off the main switch if anything smells burnt, and touch no wet socket.")
FIRE_FIRST = _("If there is fire or smoke, please leave and call 119 first; we come as well.")

CATEGORIES: tuple[Category, ...] = (
    Category(
        "water",
        _("Water leak"),
        r"漏水|渗水|漏雨|水管|自来水|水[槽池]|冲水|爆管|水龙头|龙头|滴水|跑水|流水|滴滴答答|水压|管子|水阀|淋浴|喷水|冒水|停水|没水|没有水|水表|阀门|马桶|热水器|花洒|淹|leak|leaking|burst|drip|dripping|faucet|\btap\b|"
        r"pipe|flood|toilet|shower|basin|plumber|no water|water (?:is )?(?:everywhere|coming|running|pouring|dripping)",
        _("Is the water still running?"),
        (
            Degree(
                "running",
                _("It is running, urgent"),
                "emergency",
                r"一直在流|一直流|在流|还流|直流|喷|爆|很急|急死|淹|止不住|哗哗|流个不停|burst|flood|gush|pouring|everywhere|still running|won'?t stop",
                _("running"),
                WATER_FIRST,
            ),
            Degree(
                "dripping",
                _("It drips, not urgent"),
                "normal",
                r"滴水|在滴|慢慢|有点|一点点|渗|不急|停水|没水|没有水|马桶|drip|slow|a bit|a little|not urgent|no water|toilet",
                _("dripping"),
            ),
        ),
        yes="running",
        no="dripping",
    ),
    Category(
        "drain",
        _("Blocked drain"),
        r"下水道|下水|(?:通|疏通)(?:一下|下|个)?(?:马桶|厕所|水池|水槽|管)|冲不下|冲不走|冲不动|不下水|下不去|反味|返味|地沟|马桶.{0,6}冲|won'?t flush|won'?t drain|drains? slow|马桶堵了|马桶堵|马桶.{0,4}堵|堵.{0,3}马桶|厕所.{0,3}堵|toilet.{0,12}(?:blocked|clogged)|堵了|堵住|堵塞|排水|地漏|返水|反水|化粪池|污水|疏通|blocked|clogged|drain|sewage|sewer|sink is full",
        _("Is dirty water coming up?"),
        (
            Degree(
                "overflow",
                _("Yes, it overflows"),
                "emergency",
                r"往外冒|冒出来|溢|返水|反水|倒灌|overflow|coming up|backing up",
                _("overflows"),
                _("Please stop all water in the flat and keep away from the sockets on the floor."),
            ),
            Degree("slow", _("No, only blocked"), "normal", r"慢|不急|slow", _("blocked")),
        ),
        yes="overflow",
        no="slow",
    ),
    Category(
        "power",
        _("Power"),
        r"没电|没有电|没得电|没来电|停电|断电|跳闸|电闸|插座|电线|漏电|触电|冒火花|短路|电表|no power|power cut|power is out|blackout|outage|tripped|socket|fuse|breaker|wiring|electric",
        _("What is out?"),
        (
            Degree(
                "sparks",
                _("Sparks or a burnt smell"),
                "emergency",
                r"火花|漏电|触电|焦|糊味|烧|冒烟|spark|burnt|burning|shock|smoke",
                _("sparks"),
                POWER_FIRST,
            ),
            Degree(
                "all",
                _("The whole flat has no power"),
                "emergency",
                r"全家|整个|全屋|家里没电|停电|断电|没电了?$|no power|power is out|blackout|whole",
                _("no power"),
                POWER_FIRST,
            ),
            Degree("part", _("Only a part"), "urgent", r"插座|一个|一间|socket|one room", _("a part")),
        ),
    ),
    Category(
        "lights",
        _("Lights"),
        r"灯|路灯|照明|声控|黑漆漆|bulb|lamp|\blights?\b|lighting",
    ),
    Category(
        "lift",
        _("Lift"),
        r"电梯|升降梯|困梯|elevator|\blift\b",
        _("Is anybody inside the lift?"),
        (
            Degree(
                "trapped",
                _("Somebody is trapped"),
                "emergency",
                r"困|关在|出不来|被关|里面有人|(?<!没)有人|trapped|stuck inside|stuck in|can'?t get out",
                _("trapped"),
                LIFT_FIRST,
            ),
            Degree(
                "stopped",
                _("Nobody, it stands still"),
                "urgent",
                r"停了|不动|坏了|停运|没人|没有人|not working|stopped|broken",
                _("stopped"),
            ),
            Degree("odd", _("It runs, but oddly"), "normal", r"异响|抖|晃|响声|noise|noisy|shak", _("odd")),
        ),
        in_home=False,
        yes="trapped",
        no="stopped",
    ),
    Category(
        "door",
        _("Door, window or lock"),
        r"门锁|门坏|锁坏|门关不|关不上门|门开不|门铃|锁打不开|锁不上|锁了|锁头|窗户关不|锁在|修门|换门|换锁|修锁|关在屋|关在家|锁芯|钥匙|防盗门|单元门|门禁|大门|房门|窗户|窗子|玻璃|纱窗|把手|开不了门|门打不开|反锁|\block(?:ed)?\b|\bdoor\b|window|glass|\bkeys?\b|handle",
        _("How bad is it?"),
        (
            Degree(
                "trapped",
                _("A child or an elder is locked in"),
                "emergency",
                r"锁在里面|锁在屋|锁在家|锁在房|关在里面|关在屋|关在家|反锁.*(?:孩子|老人|宝宝)|(?:孩子|老人|宝宝).*反锁|locked in\b",
                _("locked in"),
                TRAPPED_FIRST,
            ),
            Degree(
                "open",
                _("I cannot get in, or cannot lock up"),
                "urgent",
                r"进不去|打不开|开不了|锁不上|关不上|忘带|丢了|can'?t get in|locked out|won'?t open|won'?t lock|won'?t close",
                _("cannot lock"),
            ),
            Degree("minor", _("It can wait"), "normal", r"不急|纱窗|把手|handle|not urgent", _("can wait")),
        ),
    ),
    Category(
        "gas",
        _("Gas"),
        r"煤气|燃气|天然气|瓦斯|灶|液化气|\bgas\b|stove|cooker",
        _("Do you smell gas?"),
        (
            Degree(
                "smell",
                _("Yes, it smells of gas"),
                "emergency",
                r"味|臭|泄漏|泄露|漏气|漏煤气|漏燃气|煤气漏|燃气漏|smell|leak",
                _("smell"),
                GAS_FIRST,
            ),
            Degree(
                "works_not",
                _("No smell, it does not work"),
                "urgent",
                r"打不着|没气|不着|no smell|won'?t light",
                _("no smell"),
            ),
        ),
        yes="smell",
        no="works_not",
    ),
    Category(
        "heating",
        _("Heating"),
        r"暖气|没暖|暖器|地暖|供暖|取暖|供热|暖气片|不热|太冷|没热水|没有热水|hot water|heating|radiator|no heat|freezing|boiler",
        _("How warm is it?"),
        (
            Degree(
                "cold",
                _("No heat at all"),
                "urgent",
                r"完全不热|冰凉|一点不热|不热|没有暖|停暖|没热水|没有热水|no hot water|no heat|freezing|cold",
                _("no heat"),
            ),
            Degree("lukewarm", _("Lukewarm"), "normal", r"不太热|温|lukewarm|not very warm", _("lukewarm")),
        ),
    ),
    Category(
        "internet",
        _("Internet or TV"),
        r"网络|宽带|没网|断网|上不了网|路由器|wi-?fi|电视|有线|机顶盒|internet|broadband|network|router|\btv\b|television|cable",
    ),
    Category(
        "public",
        _("Public area"),
        r"楼道|走廊|大堂|小区|公共|绿化|垃圾|路面|井盖|围墙|健身|停车|栏杆|扶手|楼梯|屋顶|天台|墙皮|corridor|hallway|lobby|stairs|stairwell|garbage|rubbish|"
        r"trash|playground|parking|manhole|railing|roof|garden|yard|public",
        _("Could anybody get hurt?"),
        (
            Degree(
                "danger",
                _("Yes, it is dangerous"),
                "urgent",
                r"危险|掉下来|砸|摔|井盖|dangerous|fall|manhole",
                _("dangerous"),
            ),
            Degree(
                "safe",
                _("No, it can wait"),
                "normal",
                r"不急|不危险|垃圾|not urgent|rubbish|garbage|trash",
                _("can wait"),
            ),
        ),
        in_home=False,
        yes="danger",
        no="safe",
    ),
    Category(
        "other",
        _("Something else"),
        r"着火|失火|起火|冒烟|\bfire\b|smoke",
        _("Is anybody in danger, or can it wait?"),
        (
            Degree(
                "danger",
                _("Danger, at once"),
                "emergency",
                r"着火|失火|起火|冒烟|危险|救命|\bfire\b|smoke|danger|help!",
                _("danger"),
                FIRE_FIRST,
            ),
            Degree(
                "soon",
                _("Within a day, please"),
                "urgent",
                r"尽快|快点|马上|着急|很急|asap|soon|urgent",
                _("in a day"),
            ),
            Degree(
                "wait", _("It can wait"), "normal", r"不急|有空|方便的时候|not urgent|no hurry", _("can wait")
            ),
        ),
    ),
)
BY_CODE = {c.code: c for c in CATEGORIES}
NOT_A_REPAIR = "not_repair"

_WORDS = [(c.code, re.compile(c.words, re.IGNORECASE)) for c in CATEGORIES]
_DEGREES = {
    (c.code, d.code): re.compile(d.words, re.IGNORECASE) for c in CATEGORIES for d in c.degrees if d.words
}
_NOT_URGENT = re.compile(r"不(?:太|是很|怎么)?(?:急|着急)|not urgent|no (?:hurry|rush)", re.IGNORECASE)
_SPOTS = re.compile(
    r"厨房|主卫|次卫|卫生间|洗手间|厕所|浴室|客厅|主卧|次卧|卧室|书房|餐厅|阳台|露台|门口|玄关|楼道|走廊|大堂|地下室|地下车库|车库|电梯间|"
    r"\b(?:kitchen|bathroom|toilet|living room|bedroom|study|balcony|hallway|corridor|lobby|basement|garage)\b",
    re.IGNORECASE,
)
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody's own words say; None where they do not."""

    category: str | None
    degree: str | None
    spot: str | None


def hear(text: str) -> Heard:
    """Understand a description: the category of which most is said, how bad it is, and where in the home."""
    text = text[:LONGEST]
    category = category_in(text)
    if category is None and (meant := respelt(text)) != text:
        text, category = meant, category_in(meant)
    spot = _SPOTS.search(text)
    return Heard(category, degree_in(category, text) if category else None, spot.group() if spot else None)


def last_spot(text: str) -> str | None:
    """The spot in the home that the text names last: who corrects herself names the right one last."""
    found = _SPOTS.findall(text[:LONGEST])
    return str(found[-1]) if found else None


def category_in(text: str) -> str | None:
    """The category of which most is said. Danger wins over length: "the lift light smells burnt" is not about a bulb."""
    scores: dict[str, int] = {}
    for code, words in _WORDS:
        said = {m.group().lower() for m in words.finditer(text)}
        if said:
            dangerous = any(
                d.urgency == "emergency" and d.words and _DEGREES[code, d.code].search(text)
                for d in BY_CODE[code].degrees
            )
            # A Chinese word says in two characters what an English one says in six.
            weight = sum(len(w) if w.isascii() else 3 * len(w) for w in said)
            scores[code] = weight + (20 if dangerous else 0) - (5 if code == "public" else 0)
    return max(scores, key=lambda c: scores[c]) if scores else None


def degree_in(category: str, text: str) -> str | None:
    """How bad the words say it is; the worst they name, unless they also say that there is no hurry."""
    calm = bool(_NOT_URGENT.search(text))
    for degree in BY_CODE[category].degrees:
        words = _DEGREES.get((category, degree.code))
        if words and words.search(text) and not (calm and degree.urgency == "emergency"):
            return degree.code
    return None


def degree(category: str, code: str | None) -> Degree | None:
    return next((d for d in BY_CODE[category].degrees if d.code == code), None)


def urgency(category: str, degree_code: str | None) -> Urgency:
    """How urgent it is; normal where nothing more is known."""
    found = degree(category, degree_code)
    return found.urgency if found else "normal"


def advice(category: str, degree_code: str | None) -> Msg | None:
    """What to do first, before anybody is there."""
    found = degree(category, degree_code)
    return found.first if found else None
