"""Who does business in the community: enterprises and merchants, classified, with the people who work there; and who a resident is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from backend.core.access import Actor
from backend.core.orgs import Org
from backend.demo.people import HOUSEHOLDS, Person
from backend.fields.address import Home
from backend.fields.tree import read_lines
from backend.records import defining, marking, state, store, tables
from backend.records.store import New
from backend.records.tables import Table

ENTERPRISE, MERCHANT = "华丰纺织厂", "老王面馆"
"""They have places of their own, and an admin each."""
_PEOPLE_CLASSES = """居民
- 户籍居民
- 常住居民
- 租住居民
从业人员
- 企业员工
- 商户人员
重点服务
- 独居老人
- 残疾人"""
_ENTERPRISE_CLASSES = """工业
- 纺织
- 食品
服务业
- 物流
- 软件
- 物业"""
_MERCHANT_CLASSES = """餐饮
- 面馆
- 早点
零售
- 超市
- 药店
便民服务
- 理发
- 维修"""

Column = tuple[str, dict[str, Any], bool]
_FIRMS = (
    (ENTERPRISE, "工业/纺织", "91110101MA00000001", "沈国强", "+8617000003001", 86),
    ("顺达物流", "服务业/物流", "91110101MA00000002", "罗敏", "+8617000003002", 34),
    ("邻家物业", "服务业/物业", "91110101MA00000003", "高翔", "+8617000003003", 21),
)
_SHOPS = (
    (MERCHANT, "餐饮/面馆", "王秀兰", "+8617000003011", Home("1", "", "101"), date(2027, 6, 30)),
    ("福源超市", "零售/超市", "陈福源", "+8617000003012", Home("2", "", "102"), date(2026, 12, 31)),
    ("康宁药店", "零售/药店", "林康", "+8617000003013", Home("3", "", "101"), date(2028, 3, 15)),
    ("巧手维修", "便民服务/维修", "郑巧", "+8617000003014", Home("3", "", "102"), None),
)
_STAFF = {
    ENTERPRISE: (("黄伟", "车间主任", date(2012, 3, 1)), ("徐静", "会计", date(2015, 9, 7)), ("吴倩", "设计", date(2021, 4, 19))),
    "顺达物流": (("郭大勇", "司机", date(2018, 5, 2)),),
    MERCHANT: (("何翠花", "厨师", date(2020, 10, 8)),),
    "福源超市": (("黄嘉豪", "收银", date(2025, 7, 1)),),
}  # fmt: skip
"""Residents who work there: known to be the same by their ID number."""


def make(org_id: int, admin: Actor) -> None:
    places = {org.name: org.id for org in Org.select().where(Org.name.in_((ENTERPRISE, MERCHANT)))}
    firms, firm = _table(
        admin, org_id, {"zh_CN": "企业", "en": "Enterprises"},
        (
            ("name", _field("text", "企业名称", "Enterprise"), True),
            ("class", _tree("行业分类", "Line of business", _ENTERPRISE_CLASSES), True),
            ("code", _field("text", "统一社会信用代码", "Credit code"), True),
            ("contact", _field("real_name", "联系人", "Contact"), True),
            ("phone", _field("phone", "联系电话", "Phone"), True),
            ("people", _field("integer", "职工人数", "Employees"), False),
        ),
    )  # fmt: skip
    shops, shop = _table(
        admin, org_id, {"zh_CN": "商户", "en": "Merchants"},
        (
            ("name", _field("text", "商户名称", "Merchant"), True),
            ("class", _tree("经营类别", "Kind of shop", _MERCHANT_CLASSES), True),
            ("contact", _field("real_name", "经营者", "Owner"), True),
            ("phone", _field("phone", "联系电话", "Phone"), True),
            ("place", _field("address", "地址", "Address"), True),
            ("until", _field("date", "执照到期", "Licence until"), False),
        ),
    )  # fmt: skip
    residents = {p.name: p for _home, people in HOUSEHOLDS for p in people}
    rows = _rows(admin, firms, firm, _FIRMS, org_id, places)
    _employees(admin, firms, {"zh_CN": "企业员工", "en": "Employees"}, rows, org_id, places, residents)
    rows = _rows(admin, shops, shop, _SHOPS, org_id, places)
    _employees(admin, shops, {"zh_CN": "商户人员", "en": "Shop staff"}, rows, org_id, places, residents)
    marking.colour_values(admin, shops, [rows["福源超市"]], shop["until"], "red")
    _classified(admin, org_id)


def _rows(
    admin: Actor,
    table: Table,
    keys: Mapping[str, str],
    said: tuple[tuple[Any, ...], ...],
    org_id: int,
    places: Mapping[str, int],
) -> dict[str, int]:
    """The rows by name."""
    new = [
        New(
            places.get(line[0], org_id),
            {k: v for k, v in zip(keys.values(), line, strict=True) if v is not None},
        )
        for line in said
    ]
    return dict(zip((line[0] for line in said), store.create(admin, table, new), strict=True))


def _employees(
    admin: Actor,
    main: Table,
    title: Mapping[str, str],
    rows: Mapping[str, int],
    org_id: int,
    places: Mapping[str, int],
    residents: Mapping[str, Person],
) -> None:
    table, keys = _table(
        admin, org_id, title,
        (
            ("name", _field("real_name", "姓名", "Name"), True),
            ("id_number", _field("id_number", "身份证号", "ID number"), True),
            ("phone", _field("phone", "手机", "Mobile"), True),
            ("job", _field("text", "岗位", "Job"), True),
            ("since", _field("date", "入职日期", "Since"), False),
        ),
        main.key,
    )  # fmt: skip
    new = []
    for place, people in _STAFF.items():
        for name, job, since in people if place in rows else ():
            who = residents[name]
            values = {
                "name": name,
                "id_number": who.id_number,
                "phone": who.mobile,
                "job": job,
                "since": since,
            }
            held = {keys[k]: v for k, v in values.items()}
            new.append(New(places.get(place, org_id), held, rows[place]))
    store.create(admin, table, new)


def _classified(admin: Actor, org_id: int) -> None:
    """The residents in the same way: staff classify each, as closely as they know."""
    column = defining.add_column(
        admin, "resident", _tree("人员分类", "Class", _PEOPLE_CLASSES), org_id, keyword=True, indexed=True
    )
    table = tables.of("resident")
    working = {who for people in _STAFF.values() for who, _job, _since in people}
    wanted = {}
    for row in state.read("table_id = ? AND deleted_at IS NULL", [table.id]):
        said = store.values_of(table, row).get("name")
        if said in working:
            wanted[row.id or 0] = {column.key: "从业人员"}
        elif said in ("陈秀英", "赵淑珍"):
            wanted[row.id or 0] = {column.key: "重点服务/独居老人"}
        else:
            wanted[row.id or 0] = {column.key: "居民/户籍居民"}
    store.change(admin, table, wanted)


def _table(
    admin: Actor,
    org_id: int,
    title: Mapping[str, str],
    columns: tuple[Column, ...],
    parent: str | None = None,
) -> tuple[Table, dict[str, str]]:
    """The table, and its keys by the names used here."""
    made = defining.make_table(admin, title, org_id, parent)
    keys = {
        name: defining.add_column(
            admin, made.key, field, org_id, keyword=found, indexed=field["kind"] == "tree_choice"
        ).key
        for name, field, found in columns
    }
    return tables.of(made.key), keys


def _field(kind: str, zh: str, en: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "label": {"zh_CN": zh, "en": en},
        "optional": en not in ("Name", "Enterprise", "Merchant"),
    }


def _tree(zh: str, en: str, written: str) -> dict[str, Any]:
    return {**_field("tree_choice", zh, en), "options": read_lines(written)}
