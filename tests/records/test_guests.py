"""An enterprise keeps its own rows and no others; who works there is known as the resident that she is."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from flask import Flask

from backend.core.access import Actor, Post
from backend.core.errors import Forbidden
from backend.core.orgs import Org
from backend.records import defining, places, query, store, tables
from backend.records.query import Query
from backend.records.store import New
from backend.records.tables import Table
from tests.records.volunteers import Volunteers, field
from tests.web.browser import Browser, employ

ID = "11010519491231002X"


@pytest.fixture
def database(sqlite_database: object) -> object:
    """Pages are the same on either database."""
    return sqlite_database


@dataclass(frozen=True)
class Business:
    firms: Table
    people: Table
    name: str
    who: str
    number: str
    rows: dict[str, int]


@pytest.fixture
def business(volunteers: Volunteers) -> Business:
    """Two enterprises with somebody who works at each."""
    v = volunteers
    firms = defining.make_table(v.lin, {"zh_CN": "企业"}, v.happy.id)
    name = defining.add_column(
        v.lin, firms.key, field("text", "企业名称", "Name"), v.happy.id, keyword=True
    ).key
    people = defining.make_table(v.lin, {"zh_CN": "企业员工"}, v.happy.id, parent=firms.key)
    who = defining.add_column(v.lin, people.key, field("real_name", "姓名", "Name"), v.happy.id).key
    number = defining.add_column(
        v.lin, people.key, field("id_number", "身份证号", "ID", optional=True), v.happy.id, keyword=True
    ).key
    firms, people = tables.of(firms.key), tables.of(people.key)
    rows = {}
    for firm, worker, said in (("华丰纺织厂", "王小明", ID), ("顺达物流", "李芳", None)):
        (rows[firm],) = store.create(v.lin, firms, [New(v.happy.id, {name: firm})])
        store.create(v.lin, people, [New(v.happy.id, {who: worker, number: said}, rows[firm])])
    return Business(firms, people, name, who, number, rows)


def signed_in(app: Flask, username: str, role: str, org: Org) -> Browser:
    employ(username, username, (role, org))
    browser = Browser(app.test_client(), "10.4.7.1")
    browser.sign_in(username)
    return browser


def test_who_works_at_an_enterprise_sees_and_changes_its_rows_and_no_others(
    app: Flask, volunteers: Volunteers, business: Business
) -> None:
    lin = signed_in(app, "lin", "community_admin", volunteers.happy)
    volunteers.add("志愿者赵敏")
    ours, theirs = (f"/admin/data/{business.firms.key}/{row}" for row in business.rows.values())
    assert "单独的单位" in lin.get(ours).text
    lin.post(f"{ours}/place", {"level": "enterprise"})
    assert "不能" in lin.post(f"{ours}/place", {"level": "enterprise"}).text, "it has one already"
    place = Org.get(Org.level == "enterprise")
    assert place.name == "华丰纺织厂" and place.parent_id == volunteers.happy.id
    guest = signed_in(app, "shen", "enterprise_admin", place)
    lists = guest.get("/admin/data").text
    assert (
        "企业员工" in lists
        and "志愿者" not in lists
        and "居民" not in re.sub(r"(?s)<nav.*?</nav>", "", lists)
    )
    assert guest.get(f"/admin/data/{volunteers.table.key}").status_code == 404
    page = guest.get(f"/admin/data/{business.people.key}").text
    assert "王小明" in page and "李芳" not in page
    assert "企业员工" in guest.get("/admin").text, "her first page leads to her lists"
    assert guest.get(theirs).status_code == 404
    guest.get(f"{ours}/change")
    new = {business.who: "新来的", "of": business.rows["华丰纺织厂"]}
    assert "新来的" in guest.post(f"/admin/data/{business.people.key}/new", new).text
    assert (
        guest.post(
            f"/admin/data/{business.people.key}/new", {**new, "of": business.rows["顺达物流"]}
        ).status_code
        == 404
    )
    assert guest.get("/admin/residents").status_code == 403
    seen = [
        store.values_of(business.people, row)[business.who]
        for row in query.page(volunteers.lin, Query(business.people))
    ]
    assert seen == ["新来的", "李芳", "王小明"], "the community sees them all"


def test_only_who_may_define_lists_makes_places(volunteers: Volunteers, business: Business) -> None:
    worker = Actor("staff", 9, "网格员", (Post("grid_worker", volunteers.happy.path),))
    with pytest.raises(Forbidden):
        places.make(worker, business.firms, business.rows["顺达物流"], "enterprise")


def test_an_employee_is_known_in_other_lists_by_her_number(
    app: Flask, volunteers: Volunteers, business: Business
) -> None:
    v = volunteers
    party = defining.make_table(v.lin, {"zh_CN": "党员名册"}, v.happy.id)
    name = defining.add_column(v.lin, party.key, field("real_name", "姓名", "Name"), v.happy.id).key
    number = defining.add_column(
        v.lin, party.key, field("id_number", "证件", "ID"), v.happy.id, keyword=True
    ).key
    (row,) = store.create(v.lin, tables.of(party.key), [New(v.happy.id, {name: "王小明", number: ID})])
    lin = signed_in(app, "lin", "community_admin", v.happy)
    page = lin.get(f"/admin/data/{party.key}/{row}").text
    assert "也在其他名单中" in page and "企业员工" in page and ID not in page


def test_deleting_says_what_belongs_to_the_rows_and_asks_how(
    app: Flask, volunteers: Volunteers, business: Business
) -> None:
    lin = signed_in(app, "lin", "community_admin", volunteers.happy)
    (empty,) = store.create(
        volunteers.lin, business.firms, [New(volunteers.happy.id, {business.name: "新公司"})]
    )
    rows, ids = f"/admin/data/{business.firms.key}", [*business.rows.values(), empty]
    lin.get(rows)

    def listed() -> list[int]:
        return [query.count(volunteers.lin, Query(t)) for t in (business.firms, business.people)]

    asked = lin.post(f"{rows}/bulk", {"act": "delete", "row": ids}).text
    assert "“企业员工”：其中2行带有2行内容" in asked and listed() == [3, 2]
    lin.post(f"{rows}/bulk", {"act": "delete", "row": ids, "strategy": "below"})
    assert listed() == [3, 2], "without a reason nothing is deleted"
    lin.post(f"{rows}/bulk", {"act": "delete", "row": ids, "strategy": "empty", "why": "注销"})
    assert listed() == [2, 2]
    done = lin.post(
        f"{rows}/bulk", {"act": "delete", "row": ids[:2], "strategy": "below", "why": "注销"}
    ).text
    assert listed() == [0, 0]
    lin.post(re.search(rf'action="({rows}/undo/\d+)"', done)[1])  # type: ignore[index]
    assert listed() == [2, 2]
