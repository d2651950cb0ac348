"""A home as an answer: 3号楼2单元501, 3-2-501, 3#2-501, 3幢2门501, 三号楼二单元五零一, 二期A区…, B1-12, 501-A."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from backend.core.i18n import Msg, Text, _, render
from backend.fields.affirm import affirmed
from backend.fields.base import Context, Field, Misunderstood
from backend.fields.numerals import arabic, english_digits, spelled
from backend.fields.plain import clean, folded, half_width, shortened
from backend.fields.words import Option, Said


@dataclass(frozen=True, slots=True)
class Home:
    """A place in the compound. All parts are short texts without their words ("3", "A", "501-A"); missing parts are ""."""

    building: str = ""
    unit: str = ""
    room: str = ""
    phase: str = ""
    area: str = ""
    detail: str = ""

    def to_json(self) -> dict[str, str]:
        return {k: v for k in self.__slots__ if (v := getattr(self, k))}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Home:
        return cls(**{k: str(data[k]) for k in cls.__slots__ if data.get(k)})

    def parts(self) -> list[Msg]:
        named = (
            (self.phase, _("Phase {n}", n=self.phase)), (self.area, _("Area {n}", n=self.area)),
            (self.building, _("Building {n}", n=self.building)), (self.unit, _("Unit {n}", n=self.unit)),
            (self.room, _("Room {n}", n=self.room)),
        )  # fmt: skip
        return [text for value, text in named if value]

    def show(self, locale: str) -> str:
        """As people write it: 2期A区3号楼2单元501 / Phase 2, Area A, Building 3, Unit 2, Room 501."""
        place = ""
        for part in self.parts():
            place = render(_("{place}, {part}", place=place, part=part) if place else part, locale)
        return f"{place} {self.detail}".strip()

    def short(self, locale: str) -> str:
        """As short as it stays clear: 3-2-501."""
        if self.phase or self.area or not self.room or not self.building:
            return self.show(locale)
        return "-".join(p for p in (self.building, self.unit, self.room) if p)


_ROOM = r"(?P<room>[a-z]?\d{1,5}[a-z]?\d{0,3}(?:-(?:[a-z]|\d{1,3})(?![\w-]))?)"
_PHASE = r"(?:第?\s*(?P<phase>\d{1,2})\s*期|phase\s*(?P<ephase>\d{1,2}))"
_AREA = r"(?:(?P<area>[a-z]|\d{1,2}|[东南西北中])\s*区|(?:area|zone)\s*(?P<earea>[a-z]|\d{1,2})\b)"
_BUILDING = (
    r"(?:(?P<building>[a-z]?\d{1,4}|[a-z]|[东南西北中])\s*(?:号楼|号院|栋|幢|座|楼栋|号(?!\s*[室房])|#\s*楼?|楼)"
    r"|(?:building|bldg\.?|block|tower)\s*(?P<ebuilding>[a-z]?\d{1,4}|[a-z])\b)"
)
_UNIT = r"(?:(?P<unit>\d{1,2}|[a-z])\s*(?:单元|门洞?|梯)|(?:unit|entrance)\s*(?P<eunit>\d{1,2}|[a-z])\b)"
_FLOOR = r"(?:\d{1,2}\s*[层楼]|floor\s*\d{1,2}|\d{1,2}(?:st|nd|rd|th)\s*floor)"
_GAP = r"[\s,，、]*"
_NAMED_ROOM = rf"(?:(?:room|rm\.?|apt\.?|apartment|flat|no\.?|#)?\s*{_ROOM}\s*(?:号?室|号房?|房间?)?)"
_WHOLE = re.compile(
    rf"(?:{_PHASE}{_GAP})?(?:{_AREA}{_GAP})?{_BUILDING}"
    rf"(?:{_GAP}-?{_UNIT}(?:{_GAP}-?(?:{_FLOOR}{_GAP})?{_NAMED_ROOM})?"
    rf"|{_GAP}-?(?P<u2>\d{{1,2}})-{_ROOM.replace('room', 'r2')}|{_GAP}-?(?:{_FLOOR}{_GAP})?{_NAMED_ROOM.replace('<room>', '<r3>')})?"
)
_DASHED = re.compile(
    rf"(?:{_PHASE}{_GAP})?(?:{_AREA}{_GAP})?(?<![a-z\d-])(?P<building>[a-z]?\d{{1,3}}|[a-z])\s*[-—–－_/#.\s]\s*(?P<unit>\d{{1,2}}|[a-z])"
    rf"\s*[-—–－_/#.\s]\s*{_ROOM}(?!\d)"
)
_TWO = re.compile(
    r"(?<![a-z\d-])(?P<building>[a-z]?\d{1,3}|[a-z])\s*[-—–－_/#\s]\s*(?P<room>\d{3,4}[a-z]?(?:-[a-z\d](?!\w))?)(?![\d-])"
)
_UNIT_ROOM = re.compile(rf"{_UNIT}{_GAP}-?(?:{_FLOOR}{_GAP})?{_NAMED_ROOM}")
_BARE = re.compile(
    rf"(?<![a-z\d.:-])(?:room\s*|rm\s*|#)?{_ROOM}\s*(?:号?室|号房?)?(?![\w-]|[:.]\d)", re.IGNORECASE
)
_PLACE_WORDS = re.compile(
    r"\d|楼|栋|幢|单元|号|门|院|园|区|路|街|巷|桥|场|库|车棚|坡|坛|池|亭|井|台|梯|厅|室|房|厨|卫|厕|阳台|走廊|过道|大堂|屋|家|店|站|校|医院|公园|广场|地下|顶层|电表|水表"
    r"|旁|边|附近|对面|前面|后面|下面|上面|里面|外面|东|南|西|北|中间|角|口|层|物业|居委|社区|小区|花坛|树|健身|幼儿园|食堂|活动"
    r"|[a-z]{3}",
    re.IGNORECASE,
)
"""What a place in free words has: a number, a thing that stands there, a direction."""
_NO_PLACE = re.compile(
    r"^\W*\d{7,}\W*$|[吗?？]\W*$|没人|怎么|什么时候|几点|投诉|^(?:when|why|how|what)\b", re.IGNORECASE
)
"""A telephone number, a question to us, a complaint: not where it is."""
_EDGES = re.compile(r"^[\s,，.。、的\-:：]+|[\s,，.。、\-:：]+$")
_HOME_WORDS = frozenset(
    [
        "我家",
        "家",
        "家里",
        "在家",
        "我家里",
        "就是我家",
        "自己家",
        "本人家",
        "home",
        "my home",
        "my place",
        "at home",
        "my flat",
        "my apartment",
        "same",
    ]
)


def find_home(text: str, home: Home | None = None) -> tuple[Home, str] | None:
    """The address that `text` holds and what follows it; missing parts come from `home` where that is safe. None: no address."""
    phrase = english_digits(arabic(half_width(shortened(text, 400))))
    low = phrase.lower()
    for pattern in (_WHOLE, _DASHED, _UNIT_ROOM, _TWO):
        if match := pattern.search(low):
            return _completed(_home(match.groupdict()), home), phrase[match.end() :]
    match = _BARE.fullmatch(low.strip(" 。.,，")) or (_BARE.search(low) if home else None)
    return (_completed(_home(match.groupdict()), home), "") if match else None


def _home(groups: Mapping[str, str | None]) -> Home:
    def part(*names: str) -> str:
        return next((v.upper() for n in names if (v := groups.get(n))), "")

    def bare(value: str) -> str:
        return value.lstrip("0") or value

    return Home(
        bare(part("building", "ebuilding")), bare(part("unit", "eunit", "u2")), part("room", "r2", "r3"),
        bare(part("phase", "ephase")), part("area", "earea"),
    )  # fmt: skip


def _completed(found: Home, home: Home | None) -> Home:
    if home is None:
        return found
    if not found.building:
        found = replace(found, building=home.building, unit=found.unit or home.unit)
    elif found.building == home.building and not found.unit and found.room and found.room == home.room:
        found = replace(found, unit=home.unit)
    if found.building == home.building or (not found.phase and not found.area):
        found = replace(found, phase=found.phase or home.phase, area=found.area or home.area)
    return found


@dataclass(frozen=True, kw_only=True)
class Address(Field):
    """A home by building, unit and room. A bare room is completed from the fact "home" (JSON of a Home).

    `partial`: a building without a room will do (a stairwell). `free`: any place in words will do; it becomes `detail`.
    """

    kind: ClassVar[str] = "address"
    digits: ClassVar[bool] = True
    aliases: ClassVar[tuple[str, ...]] = (
        "地址",
        "住址",
        "房号",
        "门牌",
        "家庭住址",
        "地点",
        "位置",
        "address",
        "home",
        "place",
    )

    partial: bool = False
    free: bool = False

    def home(self, ctx: Context) -> Home | None:
        data = ctx.facts.get("home")
        return Home.from_json(data) if data else None

    def options(self, ctx: Context) -> tuple[Option, ...]:
        home = self.home(ctx)
        if home is None:
            return ()
        return (Option("home", _("{place} (home)", place=home.show(ctx.locale)), home.short(ctx.locale)),)

    def parse(self, said: Said, ctx: Context) -> Home:
        home = self.home(ctx)
        text = clean(said.text[:400])
        low = folded(text)
        if home and (said.choice == "home" or low in _HOME_WORDS or affirmed(text)):
            return home
        found = find_home(text, home) if text else None
        if found is None:
            return self._free(text)
        place, rest = found
        if not place.building:
            if self.free and not place.room:
                return self._free(text)
            raise Misunderstood(
                _("Which building and unit is that? Like 3-2-501 for building 3, unit 2, room 501.")
            )
        if not place.room and not (self.partial or self.free):
            raise Misunderstood(_("And the room? Like {example}.", example=_example(place)))
        if self.free:
            place = replace(place, detail=shortened(_EDGES.sub("", rest), 60))
        return place

    def _free(self, text: str) -> Home:
        if (
            self.free
            and sum(map(str.isalpha, text)) >= 2
            and _PLACE_WORDS.search(text)
            and not _NO_PLACE.search(text)
        ):
            return Home(detail=shortened(text, 100))
        raise Misunderstood(_("An address like 3-2-501 is enough: building 3, unit 2, room 501."))

    def show(self, value: Home, locale: str) -> str:
        return value.show(locale)

    def short(self, value: Home, locale: str) -> str:
        return value.short(locale)

    def speak(self, value: Home, locale: str) -> str:
        if not locale.startswith("zh"):
            return value.show(locale)
        said = replace(value, room="", detail="").show(locale)
        return f"{said}{spelled(value.room, locale)}{value.detail}"

    def masked(self, value: Home, locale: str) -> str:
        return f"{replace(value, room='', detail='').show(locale)}***"

    def dump(self, value: Home) -> dict[str, str]:
        return value.to_json()

    def load(self, data: Any) -> Home:
        return Home.from_json(data)

    def search(self, value: Home) -> str:
        return folded("-".join(p for p in (value.phase, value.area, value.building, value.unit, value.room) if p)
                      or value.detail)  # fmt: skip

    def example(self, ctx: Context) -> Text | None:
        return _("An address like 3-2-501 is enough: building 3, unit 2, room 501.")

    def html(self) -> dict[str, Any]:
        return super().html() | {"autocomplete": "street-address", "maxlength": 100}


def _example(place: Home) -> str:
    return replace(place, room="501", phase="", area="", detail="").short("en")
