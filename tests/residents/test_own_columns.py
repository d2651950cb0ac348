"""What staff added to residents, homes and repairs stands on their pages; and faces can be made anew."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from backend.core.access import SYSTEM
from backend.core.db import execute
from backend.fields.address import Home
from backend.records import defining, rebuilding, store, tables
from backend.requests import actions as requests
from backend.requests.booking import Contact, Report
from backend.residents.actions import approve, erase_file
from backend.residents.models import Resident
from tests.residents.conftest import Street
from tests.web.browser import Browser, employ

LEAK = Report("water", "厨房漏水", Home("3", "2", "501"))


@pytest.fixture
def database(sqlite_database: object) -> object:
    """Pages are the same on either database."""
    return sqlite_database


@pytest.fixture
def li(app: Flask, street: Street) -> Browser:
    employ("li", "李主任", ("community_admin", street.happy))
    browser = Browser(app.test_client(), "10.3.7.1")
    browser.sign_in("li")
    return browser


def row_of(key: str, subject_id: int) -> Any:
    return store.of_subject(tables.of(key), subject_id)


def test_a_column_of_staff_is_shown_and_changed_on_the_residents_page(
    li: Browser, street: Street, chen: int
) -> None:
    page = f"/admin/residents/{chen}"
    assert "更多信息" not in li.get(page).text
    hobby = defining.add_column(
        SYSTEM, "resident", {"kind": "text", "label": {"zh_CN": "爱好"}, "optional": True}, street.happy.id
    ).key
    visits = defining.make_table(SYSTEM, {"zh_CN": "慰问记录"}, street.happy.id, parent="resident")
    gift = defining.add_column(
        SYSTEM, visits.key, {"kind": "text", "label": {"zh_CN": "物品"}}, street.happy.id
    ).key
    shown = li.get(page).text
    assert "更多信息" in shown and "爱好" in shown and "慰问记录" in shown
    row = row_of("resident", chen)
    form = li.get(f"/admin/data/resident/{row.id}/change").text
    assert "姓名" not in re.sub(r"(?s)<nav.*?</nav>", "", form).split("<form")[-1]
    saved = li.post(
        f"/admin/data/resident/{row.id}/change", {hobby: "象棋", "stamp": row.since, "why": "家访"}
    )
    assert saved.request.path == page and "象棋" in saved.text and "家访" in saved.text
    added = li.post(f"/admin/data/{visits.key}/new?of={row.id}", {gift: "月饼", "of": row.id})
    assert added.request.path == page and "月饼" in added.text
    approve(street.admin, chen)
    assert store.values_of(tables.of("resident"), row_of("resident", chen))[hobby] == "象棋"


def test_a_home_has_a_page_with_who_lives_there(li: Browser, street: Street, chen: int) -> None:
    home_id = Resident.get_by_id(chen).household_id
    page = li.get(f"/admin/residents/homes/{home_id}").text
    assert "陈秀英" in page and "3号楼2单元501" in page
    listed = li.get("/admin/data/household?q=3-2-501").text
    assert f"/admin/residents/homes/{home_id}" in listed


def test_a_repair_is_a_row_under_its_resident_and_forgets_her_with_her_file(
    li: Browser, street: Street, chen: int
) -> None:
    booked = requests.book(street.admin, LEAK, Contact(chen, org_id=street.happy.id)).request
    row, table = row_of("request", booked.number), tables.of("request")
    assert row.parent_id == row_of("resident", chen).id and table.parent == "resident"
    assert store.values_of(table, row)["status"] == "new"
    assert f"/admin/requests/{booked.number}" in li.get("/admin/data/request").text
    requests.cancel_for_desk(street.admin, booked.number, "不用了")
    assert store.values_of(table, row_of("request", booked.number))["status"] == "cancelled"
    erase_file(street.admin, chen, "本人要求")
    said = store.values_of(table, row_of("request", booked.number))
    assert said["status"] == "cancelled" and "501" not in said["place"]
    kept = execute("SELECT data FROM record_version WHERE table_id = ?", [table.id]).fetchall()
    assert "501" not in str(kept)


def test_repairs_of_a_list_are_handed_over_by_the_rules_of_repairs(
    li: Browser, street: Street, chen: int
) -> None:
    wang = employ("wang", "王师傅", ("repairer", street.happy))
    open_, closed = (
        requests.book(street.admin, LEAK, Contact(chen, org_id=street.happy.id)).request for _n in range(2)
    )
    requests.cancel_for_desk(street.admin, closed.number, "不用了")
    rows = [row_of("request", one.number).id for one in (open_, closed)]
    page = li.get("/admin/data/request").text
    assert f'<option value="{wang.id}">王师傅' in page
    told = li.post("/admin/data/request/bulk", {"act": "hand", "responsible": wang.id, "row": rows}).text
    assert "已移交1行" in told and "/undo/" not in told, "repairs are taken back by their own rules"
    assert row_of("request", open_.number).responsible_id == wang.id
    assert store.values_of(tables.of("request"), row_of("request", open_.number))["status"] == "assigned"
    assert row_of("request", closed.number).responsible_id is None


def test_faces_are_made_anew_where_none_are_and_by_command(app: Flask, street: Street, chen: int) -> None:
    before = store.values_of(tables.of("resident"), row_of("resident", chen))
    assert rebuilding.missing() == {}
    execute("DELETE FROM record")
    told = app.test_cli_runner().invoke(args=["migrate"]).output
    assert "resident: 1" in told and "household: 1" in told
    assert store.values_of(tables.of("resident"), row_of("resident", chen)) == before
    execute("UPDATE record SET data = '{}' WHERE subject_id = ?", [chen])
    assert "resident: 1" in app.test_cli_runner().invoke(args=["records", "rebuild"]).output
    assert store.values_of(tables.of("resident"), row_of("resident", chen)) == before


def test_an_erased_persons_rows_in_the_offices_own_sub_tables_are_empty_too(
    street: Street, chen: int
) -> None:
    visits = defining.make_table(SYSTEM, {"zh_CN": "慰问记录"}, street.happy.id, parent="resident")
    gift = defining.add_column(
        SYSTEM, visits.key, {"kind": "text", "label": {"zh_CN": "物品"}}, street.happy.id
    ).key
    given = store.New(street.happy.id, {gift: "陈奶奶的降压药"}, row_of("resident", chen).id)
    (visit,) = store.create(SYSTEM, tables.of(visits.key), [given])
    store.change(SYSTEM, tables.of(visits.key), {visit: {gift: "血糖仪"}})
    erase_file(SYSTEM, chen, "本人要求")
    said = execute("SELECT data, words FROM record UNION SELECT data, words FROM record_version").fetchall()
    assert not any("降压药" in str(row) or "血糖仪" in str(row) for row in said)
