"""A list of the office's own: the volunteers, what they are good at, since when."""

from __future__ import annotations

from datetime import date
from typing import Any

from backend.core.access import Actor
from backend.records import defining, marking, store, tables, views
from backend.records.store import New

_SKILLS = (
    ("cook", "做饭", "Cooking"),
    ("repair", "修理", "Repairs"),
    ("care", "陪护", "Company"),
    ("music", "文艺", "Music"),
)
_COLUMNS: tuple[tuple[str, dict[str, Any], bool], ...] = (
    ("name", {"kind": "real_name", "label": {"zh_CN": "姓名", "en": "Name"}}, True),
    (
        "skill",
        {
            "kind": "choice",
            "label": {"zh_CN": "特长", "en": "Good at"},
            "options": [{"value": v, "label": {"zh_CN": zh, "en": en}} for v, zh, en in _SKILLS],
        },
        True,
    ),
    ("since", {"kind": "date", "label": {"zh_CN": "加入日期", "en": "Since"}, "optional": True}, False),
    ("hours", {"kind": "integer", "label": {"zh_CN": "服务小时", "en": "Hours"}, "optional": True}, False),
    ("phone", {"kind": "phone", "label": {"zh_CN": "手机", "en": "Mobile"}, "optional": True}, True),
)  # fmt: skip
_PEOPLE = (
    ("孙玉兰", "care", date(2023, 3, 5), 212, "+8613800130001"),
    ("马建军", "repair", date(2024, 6, 1), 96, "+8613800130002"),
    ("吴秀珍", "cook", date(2022, 10, 4), 340, "+8613800130003"),
    ("郑海涛", "repair", date(2026, 4, 18), 18, "+8613800130004"),
    ("冯小丽", "music", date(2025, 1, 12), 75, "+8613800130005"),
    ("蒋国庆", "care", date(2021, 10, 1), 508, None),
)


def make(org_id: int, admin: Actor) -> None:
    """The table, six volunteers, one of them marked, and a view of the most active."""
    table = defining.make_table(admin, {"zh_CN": "志愿者", "en": "Volunteers"}, org_id)
    keys = {
        name: defining.add_column(admin, table.key, field, org_id, keyword=found, indexed=name == "hours").key
        for name, field, found in _COLUMNS
    }
    table = tables.of(table.key)
    rows = [
        New(org_id, {keys[n]: v for n, v in zip(keys, person, strict=True) if v is not None})
        for person in _PEOPLE
    ]
    ids = store.create(admin, table, rows)
    marking.mark(admin, table, [ids[2]], colour="green", add=["骨干"])
    asked = {"col": [keys["hours"]], "op": ["ge"], "val": ["200"], "sort": [f"-{keys['hours']}"]}
    views.save(admin, table, "服务满 200 小时", asked, list(keys.values()), org_id, role="community_admin")
