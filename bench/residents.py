"""A million residents as a district has them: names by their frequency, homes, documents, phones; the same ones every time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from backend.core import clock, orgs
from backend.core.access import SYSTEM
from backend.core.db import transaction
from backend.fields.address import Home
from backend.records import defining, formulas, holding, sources, state, tables
from backend.records.state import State
from backend.residents import source

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤单"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华建国志红玉梅春生文辉斌宇浩凯健俊帆帅旭宁龙林欢阳鹏琴云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉"
COMMUNITIES, GRIDS = 50, 10
AGE = {"kind": "integer", "label": {"zh_CN": "年龄", "en": "Age"}, "optional": True}


def found_district() -> list[orgs.Org]:
    """The grids, all of one street."""
    with transaction():
        street = orgs.add("幸福街道", "street")
        places = []
        for n in range(COMMUNITIES):
            community = orgs.add(f"第{n + 1}社区", "community", street)
            places += [orgs.add(f"第{g + 1}网格", "grid", community) for g in range(GRIDS)]
    return places


def people(count: int, places: list[orgs.Org]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """(subject_id, org_id, values) of each."""
    chance = random.Random(7)
    born = date(1930, 1, 1)
    weights = [1 / (n + 3) for n in range(len(SURNAMES))]
    surnames = chance.choices(SURNAMES, weights, k=count)
    for n, surname in enumerate(surnames, start=1):
        birthday = born + timedelta(days=chance.randrange(33_000))
        given = "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))
        home = Home(
            str(chance.randrange(1, 60)),
            str(chance.randrange(1, 5)),
            f"{chance.randrange(1, 19)}0{chance.randrange(1, 5)}",
        )
        yield n, places[n % len(places)].id, {
            "name": surname + given,
            "gender": chance.choice(("male", "female")),
            "birthday": birthday,
            "id_type": "resident_id",
            "id_number": f"{110101 + n % 80:06d}{birthday:%Y%m%d}{n % 1000:03d}X",
            "mobile": f"+8613{n:09d}",
            "home": home,
            "status": "approved",
        }  # fmt: skip


def add_age(places: list[orgs.Org]) -> str:
    """A computed column of the street's own; its key."""
    street = int(places[0].path.split("/")[1])
    return defining.add_column(SYSTEM, "resident", AGE, street, formula="age({birthday})", indexed=True).key


def bring_in(count: int, places: list[orgs.Org]) -> None:
    """Their faces, straight into the database: how they get there is another benchmark's matter."""
    assert sources.find("resident") is not None, f"{source.__name__} registers it"
    table = tables.of("resident")
    now = clock.now_ms()
    part: list[State] = []
    for subject_id, org_id, values in people(count, places):
        bare = State(None, table.id, org_id, subject_id, None, {}, None, "", _colour(subject_id), "", now, None, now, "system", 0,
                     "Linli", None, None)  # fmt: skip
        held = holding.held(table, formulas.filled(table, values, bare))
        part.append(replace(bare, data=held.data, sealed=held.sealed, words=held.words))
        if len(part) == 5_000:
            _store(part)
            part = []
    _store(part)


def _colour(n: int) -> str:
    """One in five hundred is marked red, one in eight hundred blue."""
    return "red" if n % 500 == 0 else "blue" if n % 777 == 0 else ""


def _store(part: list[State]) -> None:
    if part:
        with transaction():
            state.insert(part)
