"""What staff may not see is not told by a definition, a formula or a page beside the one meant for it."""

from __future__ import annotations

import pytest

from backend.core import orgs
from backend.core.access import Actor, Post
from backend.core.errors import Conflict, Invalid, NotFound
from backend.records import bulk, converting, defining, places, recount, store, tables, views
from backend.records.models import FormulaRun
from backend.records.query import Query
from backend.records.store import New
from backend.residents import source as residents
from tests.records.volunteers import Volunteers, field


def test_what_is_confidential_stays_so_and_what_is_open_is_not_lost(volunteers: Volunteers) -> None:
    v = volunteers
    secret = defining.add_column(
        v.lin, v.table.key, field("text", "病史", "Illness", optional=True, sensitive=True), v.happy.id
    ).key
    row = v.add("王小明", note="独居")
    store.change(v.lin, tables.of(v.table.key), {row: {secret: "高血压"}})
    for key, sensitive in ((secret, False), (v.keys["note"], True)):
        kind = tables.of(v.table.key).column(key).field.kind
        with pytest.raises(Invalid):
            defining.change_column(
                v.lin,
                v.table.key,
                key,
                field=field(kind, "别名", "Other", optional=True, sensitive=sensitive),
            )
    table = tables.of(v.table.key)
    said = store.values_of(table, store.get(table, row))
    assert said[secret] == "高血压" and said[v.keys["note"]] == "独居"


def test_a_column_that_an_open_formula_reads_does_not_become_a_confidential_one(
    volunteers: Volunteers,
) -> None:
    v = volunteers
    line = field("text", "联系", "Line", optional=True)
    line_key = defining.add_column(v.lin, v.table.key, line, v.happy.id).key
    defining.add_column(
        v.lin,
        v.table.key,
        field("text", "称呼", "Call", optional=True),
        v.happy.id,
        formula="join({联系}, '!')",
    )
    with pytest.raises(Conflict, match="reads this column"):
        converting.convert(
            v.lin, tables.of(v.table.key), line_key, field("phone", "联系", "Line", optional=True)
        )


def test_why_a_formula_fails_tells_no_value(volunteers: Volunteers) -> None:
    v = volunteers
    data = field("choice", "类", "Kind", optional=True, options=["a", "b"], sensitive=True)
    defining.add_column(v.lin, v.table.key, data, v.happy.id, formula="join({手机}, '?')")
    v.add("王小明", phone="+8613800138000")
    recount.sweep()
    v.add("李芳", phone="+8613800138001")
    told = str([run.failures for run in FormulaRun.select()])
    assert "138001380" not in told and "why" in told


def test_what_one_community_requires_is_not_required_of_another(volunteers: Volunteers) -> None:
    v = volunteers
    street = orgs.Org.get(orgs.Org.level == "street")
    wu = Actor("staff", 8, "吴主任", (Post("street_admin", street.path),))
    shared = defining.make_table(wu, {"zh_CN": "商户"}, street.id)
    name = defining.add_column(wu, shared.key, field("text", "店名", "Shop"), street.id).key
    defining.add_column(v.lin, shared.key, field("text", "证号", "Licence"), v.happy.id)
    table = tables.of(shared.key)
    store.create(wu, table, [New(v.other.id, {name: "面馆"})])
    with pytest.raises(Invalid):
        store.create(wu, table, [New(v.happy.id, {name: "茶馆"})])


def test_rows_of_a_sub_table_go_along_with_the_row_that_they_belong_to(volunteers: Volunteers) -> None:
    v = volunteers
    street = orgs.Org.get(orgs.Org.level == "street")
    wu = Actor("staff", 8, "吴主任", (Post("street_admin", street.path),))
    sub = defining.make_table(wu, {"zh_CN": "服务"}, street.id, parent=v.table.key)
    what = defining.add_column(wu, sub.key, field("text", "内容", "What"), street.id).key
    row, stays = v.add("王小明"), v.add("李芳")
    sub = tables.of(sub.key)
    done, other = store.create(
        wu, sub, [New(v.happy.id, {what: "陪诊"}, row), New(v.happy.id, {what: "送餐"}, stays)]
    )
    store.move(wu, v.table, [row], v.other.id)
    assert store.get(sub, done).org_id == v.other.id
    assert store.get(sub, other).org_id == v.happy.id


def _merchants(v: Volunteers) -> tuple[tables.Table, Actor, Actor, int]:
    """A list of the whole street, its admin, the admin of the other community, and a row of this one."""
    street = orgs.Org.get(orgs.Org.level == "street")
    wu = Actor("staff", 8, "吴主任", (Post("street_admin", street.path),))
    chen = Actor("staff", 9, "陈主任", (Post("community_admin", v.other.path),))
    key = defining.make_table(wu, {"zh_CN": "商户"}, street.id).key
    name = defining.add_column(wu, key, field("text", "店名", "Shop"), street.id).key
    table = tables.of(key)
    return table, wu, chen, store.create(wu, table, [New(v.happy.id, {name: "面馆"})])[0]


def test_a_row_that_is_ticked_is_one_that_was_seen(volunteers: Volunteers) -> None:
    table, wu, chen, row = _merchants(volunteers)
    assert bulk.chosen(wu, Query(table), [row], False) == [row]
    with pytest.raises(Invalid):
        bulk.chosen(chen, Query(table), [row], False)


def test_the_views_of_the_office_are_not_for_who_keeps_a_shop(volunteers: Volunteers) -> None:
    table, wu, chen, row = _merchants(volunteers)
    place = places.make(wu, table, row, "merchant")
    keeper = Actor("staff", 10, "面馆老板", (Post("merchant_admin", place.path),))
    street = wu.posts[0].org_path
    views.save(wu, table, "欠租的", {"q": ["王"]}, [], int(street.strip("/").split("/")[-1]), shared=True)
    views.save(keeper, table, "我的", {"q": ["面"]}, [], place.id, shared=True)
    assert [view.name for view in views.seen(chen, table)] == ["欠租的"]
    assert [view.name for view in views.seen(keeper, table)] == ["我的"]


def test_a_form_that_was_open_when_a_file_was_erased_writes_nothing_into_it(volunteers: Volunteers) -> None:
    v = volunteers
    assert residents, "they are a table once their domain is known"
    own = field("text", "情况", "Case", optional=True)
    case = defining.add_column(v.lin, "resident", own, v.happy.id).key
    table = tables.of("resident")
    face = store.put("resident", 41, v.happy.id, {"name": "王秀英"}, by=v.lin)
    stamp = store.get(table, face).since
    store.forget("resident", 41)
    with pytest.raises(NotFound):
        store.change(v.lin, table, {face: {case: "独居"}}, stamps={face: stamp})
    assert store.get(table, face).data == {}
