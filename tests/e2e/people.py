"""Who takes part: every scenario has a resident of its own, nobody of whom is real."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta

from backend.fields.id_number import check_character

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
_GIVEN = (
    "秀英",
    "建国",
    "晓燕",
    "海涛",
    "淑珍",
    "志强",
    "雨桐",
    "美玉",
    "大勇",
    "翠花",
    "文彬",
    "嘉豪",
    "静",
)
_FIRST = ("Grace", "Oliver", "Amelia", "Henry", "Nora", "Samuel", "Ruth", "Peter", "Alice", "Martin")
_LAST = ("Whitfield", "Barnes", "Okafor", "Lindqvist", "Moreau", "Hughes", "Santos", "Novak")
_serials = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody who is not registered yet. `id_number` is of a resident ID in Chinese, of a passport in English."""

    serial: int
    language: str
    name: str
    born: date
    id_number: str
    mobile: str
    email: str
    building: int
    unit: int
    room: int

    @property
    def short_home(self) -> str:
        return f"{self.building}-{self.unit}-{self.room}"

    @property
    def home(self) -> str:
        if self.language == "zh_CN":
            return f"{self.building}号楼{self.unit}单元{self.room}"
        return f"building {self.building}, unit {self.unit}, room {self.room}"

    @property
    def local_mobile(self) -> str:
        return self.mobile.removeprefix("+86")


def newcomer(language: str) -> Neighbour:
    """The next person, unlike all before in this process."""
    n = next(_serials)
    born = date(1950, 3, 5) + timedelta(days=397 * n % 18_000)
    if language == "zh_CN":
        name = _SURNAMES[n % len(_SURNAMES)] + _GIVEN[n % len(_GIVEN)]
        first = f"110101{born:%Y%m%d}{500 + n * 2 % 499:03d}"
        id_number = first + check_character(first)
    else:
        name = f"{_FIRST[n % len(_FIRST)]} {_LAST[n % len(_LAST)]}"
        id_number = f"5{30_000_000 + n:08d}"
    return Neighbour(
        serial=n,
        language=language,
        name=name,
        born=born,
        id_number=id_number,
        mobile=f"+86139{10_000_000 + n:08d}",
        email=f"neighbour{n}@example.com",
        building=1 + n % 3,
        unit=1 + n % 2,
        room=701 + n,
    )
