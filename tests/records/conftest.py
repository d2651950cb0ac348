"""A community that keeps a list of its volunteers, with their hours as a sub-table."""

from __future__ import annotations

import pytest

from backend.core import clock as clocks
from backend.core import orgs
from backend.core.access import Actor, Post
from backend.records import defining, store, tables
from tests.databases import TestDatabase
from tests.records.volunteers import Volunteers, field


@pytest.fixture
def volunteers(database: TestDatabase, clock: clocks.Hands) -> Volunteers:
    street = orgs.add("幸福街道", "street")
    happy = orgs.add("幸福里社区", "community", street)
    other = orgs.add("阳光社区", "community", street)
    lin = Actor("staff", 7, "林主任", (Post("community_admin", happy.path),))
    table = defining.make_table(lin, {"zh_CN": "志愿者", "en": "Volunteers"}, happy.id)
    keys = {}
    for name, data, found in (
        ("name", field("real_name", "姓名", "Name"), True),
        ("born", field("date", "生日", "Birthday", optional=True), False),
        ("skill", field("choice", "特长", "Skill", optional=True, options=["cook", "repair"]), True),
        ("hours", field("integer", "小时", "Hours", optional=True), False),
        ("phone", field("phone", "手机", "Mobile", optional=True), True),
        ("note", field("long_text", "备注", "Note", optional=True), True),
    ):
        keys[name] = defining.add_column(
            lin, table.key, data, happy.id, keyword=found, indexed=name == "born"
        ).key
    return Volunteers(happy, other, lin, tables.of(table.key), keys, store)
