"""What an address asks for that was never offered: pages of others, values beside their page, questions without sense."""

from __future__ import annotations

import pytest
from flask import Flask

from backend.attachments import kinds
from backend.core.errors import LinliError, NotFound
from backend.records import defining, store, tables
from tests.records.volunteers import Volunteers, field
from tests.web.browser import Browser, employ


@pytest.fixture
def database(sqlite_database: object) -> object:
    """Pages are the same on either database."""
    return sqlite_database


def test_the_face_of_a_domains_row_is_neither_revealed_nor_brought_back_beside_its_page(
    app: Flask, volunteers: Volunteers
) -> None:
    v = volunteers
    table = tables.of("resident")
    face = store.put(
        "resident", 41, v.happy.id, {"name": "王秀英", "id_number": "110101194803050024"}, by=v.lin
    )
    employ("lin", "林主任", ("community_admin", v.happy))
    lin = Browser(app.test_client(), "10.4.0.9")
    lin.sign_in("lin")
    lin.get("/admin/data")
    told = lin.post(f"/admin/data/resident/{face}/reveal")
    assert "110101194803050024" not in told.text
    store.drop("resident", 41, by=v.lin)
    with pytest.raises(LinliError):
        store.restore(v.lin, table, [face])
    assert store.get(table, face).deleted_at is not None


def test_what_another_community_keeps_has_no_page_here(app: Flask, volunteers: Volunteers) -> None:
    v = volunteers
    defining.add_column(v.lin, "resident", field("text", "重点关注", "Watched", optional=True), v.happy.id)
    employ("chen", "陈主任", ("community_admin", v.other))
    chen = Browser(app.test_client(), "10.4.0.8")
    chen.sign_in("chen")
    for page in ("", "/columns", "/new", f"/columns/{v.keys['name']}/convert"):
        answer = chen.get(f"/admin/data/{v.table.key}{page}")
        assert answer.status_code == 404 and "志愿者" not in answer.text, page
    assert chen.get(f"/admin/reports/{v.table.key}").status_code == 404
    columns = chen.get("/admin/data/resident/columns")
    assert columns.status_code == 200 and "重点关注" not in columns.text


def test_files_lie_on_a_row_under_one_name_alone(app: Flask, volunteers: Volunteers) -> None:
    row = volunteers.add("王小明")
    assert kinds.reached(volunteers.lin, f"record:{row}", "read") == volunteers.happy.id
    for subject in (f"record:0{row}", f"record:+{row}", "record:١", "record:²", "record: 1", "record:"):
        with pytest.raises(NotFound):
            kinds.reached(volunteers.lin, subject, "read")


STRANGE = (
    *(
        "org=²",
        "org=99999999999999999999",
        "org=7777",
        "view=²",
        "view=99999999999999999999",
        "who=²",
        "page=²",
    ),
    *("col={note}&op=contains&val=%00", "tag=%00", "as_of=0001-01-01", "as_of=9999-12-31"),
    *("col={hours}&op=eq&val=99999999999999999999999", "col={born}&op=last_days&val=39999", "q=%00"),
    *("sort={phone}", "sort=-{skill}&sort={born}&as_of=2026-01-01", "col={name}&op=starts&val=%25_\\"),
)


def test_a_strange_address_is_no_failure_of_ours(app: Flask, volunteers: Volunteers) -> None:
    v = volunteers
    v.add("王小明", hours=3)
    employ("lin", "林主任", ("community_admin", v.happy))
    lin = Browser(app.test_client(), "10.4.0.7")
    lin.sign_in("lin")
    failed = {}
    for typed in STRANGE:
        for page in ("data", "reports") if typed.startswith(("org", "as_of")) else ("data",):
            address = f"/admin/{page}/{v.table.key}?{typed.format(**v.keys)}"
            status = lin.get(address).status_code
            if status not in (200, 400, 404):
                failed[page, typed] = status
    assert not failed
