"""Colours on single values and who is responsible: beside what a row says, found, kept in its history, undone."""

from __future__ import annotations

import pytest

from backend.core.access import Actor
from backend.records import bulk, history, marking, store
from tests.records.volunteers import Volunteers


@pytest.fixture
def v(volunteers: Volunteers) -> Volunteers:
    return volunteers


def test_a_value_is_coloured_found_by_it_and_undone_without_what_others_coloured_since(v: Volunteers) -> None:
    wang, li = v.add("王小明", hours=3, phone="+8613800138000"), v.add("李芳", hours=5)
    hours, phone = v.keys["hours"], v.keys["phone"]
    batch = bulk.colour_values(v.lin, v.table, [wang, li], v.happy.id, hours, "red")
    marking.colour_values(v.lin, v.table, [wang], phone, "blue")
    red = {"cell": hours, "colour": ["red"]}
    assert v.found(where=red) == ["李芳", "王小明"]
    assert v.found(where={"cell": phone}) == ["王小明"], "a confidential value has a colour too"
    v.change(li, hours=6)
    marking.colour_values(v.lin, v.table, [li], hours, "green")
    history.undo(v.lin, batch)
    assert v.found(where=red) == []
    assert store.get(v.table, li).cells == {hours: "green"}, "what somebody coloured since stays"
    assert store.get(v.table, wang).cells == {phone: "blue"}
    past = history.versions(wang)
    assert [row.cells for row in past] == [{}, {hours: "red"}, {hours: "red", phone: "blue"}, {phone: "blue"}]


def test_who_is_responsible_finds_her_rows_as_mine(v: Volunteers) -> None:
    wang = v.add("王小明")
    v.add("李芳")
    marking.hand(v.lin, v.table, [wang], v.lin.id)
    assert v.found(where={"responsible": ["me"]}) == ["王小明"]
    assert v.found(Actor("staff", 99, "别人", v.lin.posts), where={"responsible": ["me"]}) == []
    assert v.found(where={"responsible": [None]}) == ["李芳"]
    assert v.found(where={"responsible": [None, v.lin.id]}) == ["李芳", "王小明"]
    marking.hand(v.lin, v.table, [wang], None)
    assert v.found(where={"responsible": ["me"]}) == []
