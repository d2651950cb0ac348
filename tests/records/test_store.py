"""What is written into the dynamic database is there, is found, and can be seen and brought back as it was."""

from __future__ import annotations

from datetime import date

import pytest

from backend.core import clock as clocks
from backend.core.access import Actor, Post
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.records import history, indexes, marking, query
from backend.records.query import Query, Sort
from tests.records.volunteers import Volunteers


def test_a_volunteer_is_found_by_name_pinyin_initials_phone_and_note(volunteers: Volunteers) -> None:
    volunteers.add("王小明", phone="+8613800138000", note="会修自行车", skill="repair")
    volunteers.add("单雄信", note="厨师")
    for typed in (
        "王小明",
        "小明",
        "wangxiaoming",
        "wangx",
        "wxm",
        "13800138000",
        "138 0013 8000",
        "修自行车",
        "repair",
    ):
        assert volunteers.found(text=typed) == ["王小明"], typed
    for typed in ("shanxiongxin", "danxiongxin", "sxx"):
        assert volunteers.found(text=typed) == ["单雄信"], typed
    assert volunteers.found(text="1380013800") == []


def test_conditions_sort_and_pages(volunteers: Volunteers) -> None:
    volunteers.add("王小明", born=date(1948, 3, 5), hours=12, skill="repair")
    volunteers.add("李芳", born=date(1960, 1, 1), hours=3)
    volunteers.add("陈强", hours=100, skill="cook")
    born, hours, skill = (volunteers.keys[k] for k in ("born", "hours", "skill"))
    old = {"field": born, "op": "lt", "value": "1950-01-01"}
    assert volunteers.found(where=old) == ["王小明"]
    assert volunteers.found(where={"not": old}) == ["陈强", "李芳"]
    assert volunteers.found(where={"or": [old, {"field": hours, "op": "ge", "value": 100}]}) == [
        "陈强",
        "王小明",
    ]
    assert volunteers.found(where={"field": skill, "op": "in", "value": ["cook", "repair"]}) == [
        "陈强",
        "王小明",
    ]
    assert volunteers.found(where={"field": skill, "op": "empty"}) == ["李芳"]
    assert volunteers.found(sort=(Sort(born),)) == ["王小明", "李芳", "陈强"]
    assert volunteers.found(sort=(Sort(born, down=True),)) == ["李芳", "王小明", "陈强"]
    # Who has no birthday comes last, unless the question leaves her out.
    many = {"and": [{"field": hours, "op": "ge", "value": 10}]}
    assert volunteers.found(where=many, sort=(Sort(born),)) == ["王小明", "陈强"]
    none = {"and": [{"field": born, "op": "empty"}]}
    assert volunteers.found(where=none, sort=(Sort(born),)) == ["陈强"]
    assert volunteers.found(where={"and": [old]}, sort=(Sort(born),)) == ["王小明"]
    assert volunteers.found(sort=(Sort(hours, down=True), Sort(born))) == ["陈强", "王小明", "李芳"]
    assert query.count(volunteers.lin, Query(volunteers.table)) == 3
    assert len(list(query.ids(volunteers.lin, Query(volunteers.table, where=old)))) == 1


def test_who_serves_elsewhere_sees_and_changes_nothing(volunteers: Volunteers) -> None:
    row = volunteers.add("王小明")
    stranger = Actor("staff", 9, "周", (Post("community_admin", volunteers.other.path),))
    assert volunteers.found(stranger) == []
    with pytest.raises(Forbidden):
        volunteers.store.change(stranger, volunteers.table, {row: volunteers.values(hours=1)})


def test_a_row_and_a_list_can_be_seen_as_of_a_past_moment(
    volunteers: Volunteers, clock: clocks.Hands
) -> None:
    row = volunteers.add("王小明", hours=1, phone="+8613800138000")
    first = clocks.now()
    clock.forward(days=1)
    volunteers.change(row, hours=2)
    second = clocks.now()
    clock.forward(days=1)
    volunteers.store.delete(volunteers.lin, volunteers.table, [row], why="搬走")
    hours = volunteers.keys["hours"]
    assert volunteers.found() == []
    assert volunteers.found(as_of=first, where={"field": hours, "op": "eq", "value": 1}) == ["王小明"]
    assert volunteers.found(as_of=second, where={"field": hours, "op": "eq", "value": 1}) == []
    assert volunteers.found(as_of=second, text="小明", sort=(Sort(hours),)) == ["王小明"]
    then = history.as_of(row, first)
    assert then is not None and volunteers.says(then) == {
        "name": "王小明",
        "hours": 1,
        "phone": "+8613800138000",
    }
    assert history.as_of(row, clocks.now()) is None
    volunteers.store.restore(volunteers.lin, volunteers.table, [row])
    assert volunteers.found() == ["王小明"]


def test_a_batch_is_undone_but_not_what_others_wrote_since(
    volunteers: Volunteers, clock: clocks.Hands
) -> None:
    wang, li = volunteers.add("王小明", hours=1), volunteers.add("李芳", hours=1)
    batch = volunteers.store.batch(
        volunteers.lin, "import", volunteers.table, volunteers.happy.id, "名单.xlsx"
    )
    clock.forward(minutes=1)
    volunteers.change(wang, batch, hours=5, note="新")
    volunteers.change(li, batch, hours=5, note="新")
    made = volunteers.store.create(
        volunteers.lin, volunteers.table, [volunteers.store.New(volunteers.happy.id, volunteers.values(name="陈强"))],
        batch_id=batch,
    )  # fmt: skip
    clock.forward(minutes=1)
    volunteers.change(li, hours=9)
    undone = history.undo(volunteers.lin, batch)
    assert undone.rows == 2 and [row for row, _why in undone.kept] == [li]
    assert volunteers.says(wang) == {"name": "王小明", "hours": 1}
    assert volunteers.says(li) == {"name": "李芳", "hours": 9}
    assert volunteers.found() == ["李芳", "王小明"] and made
    with pytest.raises(Conflict):
        history.undo(volunteers.lin, batch)


def test_a_required_value_and_somebody_elses_change_are_not_overwritten(
    volunteers: Volunteers, clock: clocks.Hands
) -> None:
    row = volunteers.add("王小明", hours=1)
    seen = volunteers.store.get(volunteers.table, row).since
    clock.forward(minutes=1)
    volunteers.change(row, hours=2)
    with pytest.raises(Conflict):
        volunteers.store.change(
            volunteers.lin, volunteers.table, {row: volunteers.values(hours=3)}, stamps={row: seen}
        )
    with pytest.raises(Invalid):
        volunteers.change(row, name=None)


def test_colour_and_tags_are_found(volunteers: Volunteers) -> None:
    wang, _li = volunteers.add("王小明"), volunteers.add("李芳")
    marking.mark(volunteers.lin, volunteers.table, [wang], colour="red", add=["独居"])
    assert volunteers.found(where={"colour": ["red"]}) == ["王小明"]
    assert volunteers.found(where={"tag": "独居"}) == ["王小明"] == volunteers.found(text="独居")
    marking.mark(volunteers.lin, volunteers.table, [wang], colour="", remove=["独居"])
    assert volunteers.found(where={"tag": "独居"}) == []


def test_an_indexed_column_gets_its_index_and_questions_use_it(volunteers: Volunteers) -> None:
    made = indexes.settle()
    assert {
        f"{held}_by_{volunteers.table.id}_{volunteers.keys['born']}_text" for held in indexes.HELD_IN
    } <= set(made)
    assert indexes.settle() == []
    assert volunteers.found(where={"field": volunteers.keys["born"], "op": "lt", "value": "1950-01-01"}) == []
