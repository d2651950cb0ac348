"""Who lives and works in the demo community. Nobody here is real: the ID numbers carry valid checks but serial numbers
made up here, and the phones are of the block 170 0000, which no operator hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from backend.fields.address import Home
from backend.fields.id_number import check_character

DIVISION = "110101"
PHONES = "+86170000"


@dataclass(frozen=True, slots=True)
class Person:
    """`phone` and `serial` are short numbers that `mobile` and `id_number` are built from."""

    name: str
    born: date
    female: bool
    phone: int
    email: str | None = None
    locale: str = "zh_CN"
    passport: str = ""

    @property
    def mobile(self) -> str:
        return f"{PHONES}{self.phone:05d}"

    @property
    def id_number(self) -> str:
        """A valid 18-digit number: division, birthday, serial (odd: male), check character."""
        serial = _serial(self.name, self.born) * 2 + (0 if self.female else 1)
        first = f"{DIVISION}{self.born:%Y%m%d}{serial:03d}"
        return first + check_character(first)


@cache
def _serial(name: str, born: date) -> int:
    return (sum(ord(c) for c in name) + born.day) % 499


def _home(building: int, unit: int, room: int) -> Home:
    return Home(str(building), str(unit), str(room))


def _woman(name: str, born: str, phone: int, email: str | None = None) -> Person:
    return Person(name, date.fromisoformat(born), True, phone, email)


def _man(name: str, born: str, phone: int, email: str | None = None) -> Person:
    return Person(name, date.fromisoformat(born), False, phone, email)


HOUSEHOLDS: list[tuple[Home, list[Person]]] = [
    (_home(1, 1, 101), [_man("张建国", "1956-04-12", 1001), _woman("李桂兰", "1958-09-30", 1002)]),
    (_home(1, 1, 302), [
        _man("王海涛", "1984-02-17", 1003, "wang.haitao@example.com"),
        _woman("刘敏", "1986-11-05", 1004, "liu.min@example.com"),
        _man("王子轩", "2014-06-21", 1003),
        _woman("王子涵", "2018-03-08", 1004),
    ]),
    (_home(1, 2, 201), [_woman("赵淑珍", "1941-12-03", 1005)]),
    (_home(1, 2, 602), [
        _man("陈志强", "1979-07-19", 1006, "chen.zhiqiang@example.com"),
        _woman("周丽", "1981-01-26", 1007),
        _woman("陈雨桐", "2009-10-14", 1008),
    ]),
    (_home(2, 1, 101), [_man("孙德福", "1938-05-27", 1009), _woman("马秀云", "1942-08-11", 1010)]),
    (_home(2, 1, 503), [_woman("吴倩", "1993-03-15", 1011, "wu.qian@example.com")]),
    (_home(2, 2, 402), [
        _man("阿卜杜拉·买买提", "1988-06-02", 1012),
        _woman("古丽娜尔·买买提", "1990-10-20", 1013),
        _man("艾力·阿卜杜拉", "2016-01-09", 1012),
    ]),
    (_home(2, 3, 301), [Person(
        "Emma Clarke", date(1990, 5, 14), True, 1014, "emma.clarke@example.com", "en", "523456789",
    )]),
    (_home(3, 1, 202), [
        _man("黄伟", "1972-09-09", 1015, "huang.wei@example.com"),
        _woman("徐静", "1974-12-24", 1016),
        _man("黄嘉豪", "2001-07-03", 1017, "huang.jiahao@example.com"),
    ]),
    (_home(3, 2, 501), [_woman("陈秀英", "1948-03-05", 1018)]),
    (_home(3, 2, 502), [
        _man("郭大勇", "1968-11-11", 1019),
        _woman("何翠花", "1970-02-28", 1020),
    ]),
    (_home(3, 3, 1001), [_man("欧阳文彬", "1945-10-01", 1021), _woman("林美玉", "1950-06-18", 1022)]),
]  # fmt: skip
"""陈秀英 and 赵淑珍 live alone; 王海涛's children share their parents' phones."""

WAITING: list[tuple[Home, Person]] = [
    (_home(2, 2, 603), _woman("冯晓燕", "1995-08-08", 1023, "feng.xiaoyan@example.com")),
    (_home(1, 1, 502), _man("曹阳", "1987-12-12", 1024)),
    (_home(3, 1, 902), _woman("许淑芬", "1951-02-03", 1025)),
]
"""They registered lately and wait for approval."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff: `at` is the level of the Org where the role is held; grid workers name their grid (1, 2)."""

    username: str
    name: str
    role: str
    at: str
    phone: int
    grid: int = 0

    @property
    def mobile(self) -> str:
        return f"{PHONES}{self.phone:05d}"


STAFF = [
    Colleague("admin", "沈慧", "community_admin", "community", 2001),
    Colleague("street", "罗建平", "street_admin", "street", 2002),
    Colleague("grid1", "杨帆", "grid_worker", "grid", 2003, 1),
    Colleague("grid2", "宋佳", "grid_worker", "grid", 2004, 2),
    Colleague("wang", "王师傅", "repairer", "community", 2005),
    Colleague("li", "李师傅", "repairer", "community", 2006),
    Colleague("desk", "值班室小高", "duty_desk", "community", 2007),
    Colleague("operator", "平台运维", "operator", "community", 2008),
    Colleague("auditor", "审计员", "auditor", "community", 2009),
    Colleague("factory", "沈国强", "enterprise_admin", "enterprise", 3001),
    Colleague("noodles", "王秀兰", "merchant_admin", "merchant", 3011),
]
