"""A column becomes another kind, and nothing that it said is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from backend.core import clock as clocks
from backend.core.access import Actor, Post
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.core.i18n import render
from backend.fields.base import Context, Field, Misunderstood
from backend.records import converting, defining, formulas, history, store, tables, views
from tests.records.volunteers import Volunteers, field


@pytest.mark.parametrize(
    ("before", "value", "after", "becomes"),
    [
        ("text", "12", "integer", 12),
        ("text", "十二个", "integer", 12),
        ("text", "no idea at all", "integer", None),
        ("integer", 12, "text", "12"),
        ("integer", 12, "decimal", Decimal("12.00")),
        ("decimal", Decimal("3.50"), "integer", None),
        ("decimal", Decimal("3.00"), "integer", 3),
        ("money", Decimal("1200.00"), "decimal", Decimal("1200.00")),
        ("text", "1948年3月5日", "date", date(1948, 3, 5)),
        ("date", date(1948, 3, 5), "text", "1948年3月5日"),
        ("text", "138 0013 8000", "phone", "+8613800138000"),
        ("choice", "a", "text", "甲"),
        ("text", "甲", "choice", "a"),
        ("text", "丁戊", "choice", None),
        ("yes_no", True, "text", "是"),
        ("text", "否", "yes_no", False),
    ],
)  # fmt: skip
def test_a_value_becomes(before: str, value: Any, after: str, becomes: Any) -> None:
    options = [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙"}]
    old, new = (
        Field.from_json(
            {"kind": kind, "name": "x", "label": "X", **({"options": options} if kind == "choice" else {})}
        )
        for kind in (before, after)
    )
    made = converting.converted(old, new, value, Context(clocks.now(), "zh_CN", clocks.zone()))
    assert isinstance(made, Misunderstood) if becomes is None else made == becomes


@pytest.fixture
def told(volunteers: Volunteers) -> tuple[Volunteers, list[int], dict[str, Any]]:
    rows = [volunteers.add(f"志愿者{n}", note=note) for n, note in enumerate(("12", "三", "很多", None, "7"))]
    return volunteers, rows, field("integer", "备注", "Note", optional=True)


def test_a_report_says_what_would_not_fit_and_changes_nothing(
    told: tuple[Volunteers, list[int], dict[str, Any]],
) -> None:
    v, rows, wanted = told
    before = [store.get(v.table, row) for row in rows]
    found = converting.report(v.lin, v.table, v.keys["note"], wanted)
    assert (found.looked_at, found.fit, found.whole) == (4, 3, True)
    assert [(u.row_id, u.value) for u in found.unfit] == [(rows[2], "很多")]
    assert ("三", "3") in found.examples
    assert [store.get(v.table, row) for row in rows] == before
    with pytest.raises(Invalid):
        converting.report(v.lin, v.table, v.keys["note"], field("long_text", "备注", "Note"))
    elsewhere = Actor("staff", 8, "王主任", (Post("community_admin", v.other.path),))
    with pytest.raises(Forbidden):
        converting.report(elsewhere, v.table, v.keys["note"], wanted)


def test_a_conversion_loses_nothing_and_is_undone(
    told: tuple[Volunteers, list[int], dict[str, Any]], clock: clocks.Hands
) -> None:
    v, rows, wanted = told
    note = v.keys["note"]
    share = defining.add_column(v.lin, v.table.key, field("text", "抄", "Copy", optional=True), v.happy.id,
                                formula="{备注} + '!'")  # fmt: skip
    view = views.save(
        v.lin, v.table, "备注多", {"col": [note], "op": ["has"], "sort": [f"-{note}"]}, [note], v.happy.id
    )
    then = clocks.now()
    clock.forward(minutes=1)
    begun = converting.convert(v.lin, v.table, note, wanted)
    table = tables.of(v.table.key)
    fresh = begun.new_key
    store.change(v.lin, table, {rows[0]: {fresh: 99}})
    assert converting.sweep() == 2 and converting.sweep() == 0
    table = tables.of(v.table.key)

    def says(key: str) -> list[Any]:
        return [store.values_of(table, store.get(table, row)).get(key) for row in rows]

    assert says(fresh) == [99, 3, None, None, 7]
    assert says(note) == ["12", "三", "很多", None, "7"]
    assert table.column(note).retired and render(table.column(note).label, "zh_CN") == "备注（旧）"
    assert render(table.column(fresh).label, "zh_CN") == "备注"
    assert formulas.shown(table, table.column(share.key).formula, "zh_CN") == "{备注} + '!'"
    assert fresh in table.column(share.key).formula
    kept = views.get(v.lin, table, view)
    assert kept.shown == [fresh] and kept.asked["sort"] == [f"-{fresh}"]
    assert store.values_of(table, history.as_of(rows[1], then))[note] == "三"  # type: ignore[arg-type]
    (run,) = converting.of(table)
    assert (run.done, run.total, run.unfit, run.finished) == (5, 5, 1, True)
    clock.forward(minutes=1)
    converting.undo(v.lin, table, run.id)
    table = tables.of(v.table.key)
    assert says(fresh) == [99, None, None, None, None] and table.column(fresh).retired
    assert says(note) == ["12", "三", "很多", None, "7"] and not table.column(note).retired
    assert render(table.column(note).label, "zh_CN") == "备注" and note in table.column(share.key).formula
    assert converting.of(table) == []


def test_what_was_confidential_stays_so(volunteers: Volunteers) -> None:
    v = volunteers
    row = v.add("王小明", phone="+8613800138000")
    wanted = field("text", "手机", "Mobile", optional=True)
    found = converting.report(v.lin, v.table, v.keys["phone"], wanted)
    assert found.fit == 1 and "13800138000" not in str(found)
    begun = converting.convert(v.lin, v.table, v.keys["phone"], wanted)
    converting.sweep()
    table = tables.of(v.table.key)
    assert table.column(begun.new_key).sealed and "138001" not in str(store.get(table, row).data)
    with pytest.raises(Conflict):
        converting.convert(v.lin, table, v.keys["phone"], wanted)
