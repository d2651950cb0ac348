"""Two colleagues at the same thing in the same moment: nothing of either is lost, and nobody waits for the other for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest

from backend.core import db, orgs
from backend.core.access import Actor, Post
from backend.core.errors import Conflict
from backend.records import converting, defining, marking, store, tables
from backend.records.models import Conversion
from backend.records.store import New
from tests.databases import TestDatabase
from tests.records.volunteers import Volunteers, field

ROUNDS = 3


@pytest.fixture
def database(postgres_database: TestDatabase) -> TestDatabase:
    """On SQLite one writes after the other anyway."""
    return postgres_database


def _together(*acts: Callable[[], object]) -> list[Exception]:
    """What went wrong when all are done at the same time."""
    wrong: list[Exception] = []
    start = threading.Barrier(len(acts))

    def do(act: Callable[[], object]) -> None:
        try:
            start.wait(60)
            act()
        except Exception as error:
            wrong.append(error)
        finally:
            db.db.close()

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return wrong


def test_a_row_keeps_what_each_of_them_wrote(volunteers: Volunteers) -> None:
    v = volunteers
    row = v.add("王小明")
    for n in range(ROUNDS):
        wrong = _together(
            partial(v.change, row, hours=n),
            partial(v.change, row, note=f"第{n}次"),
            partial(marking.mark, v.lin, v.table, [row], add=[f"t{n}"]),
        )
        assert not wrong
        said = v.says(row)
        assert (said["hours"], said["note"]) == (n, f"第{n}次")
    assert len(store.get(v.table, row).tags.split()) == ROUNDS


def test_a_row_moves_while_those_below_it_are_written(volunteers: Volunteers) -> None:
    v = volunteers
    street = orgs.Org.get(orgs.Org.level == "street")
    wu = Actor("staff", 8, "吴主任", (Post("street_admin", street.path),))
    sub = defining.make_table(wu, {"zh_CN": "服务"}, street.id, parent=v.table.key)
    n = defining.add_column(wu, sub.key, field("integer", "数", "N", optional=True), street.id).key
    total = field("integer", "总数", "Total", optional=True)
    total_key = defining.add_column(wu, v.table.key, total, street.id, formula="sum({服务}, {数})").key
    sub, main, row = tables.of(sub.key), tables.of(v.table.key), v.add("王小明")
    (below,) = store.create(wu, sub, [New(v.happy.id, {n: 0}, row)])
    for times in range(1, ROUNDS + 1):
        to = v.other.id if times % 2 else v.happy.id
        wrong = _together(
            partial(store.move, wu, main, [row], to),
            partial(store.change, wu, sub, {below: {n: times * 10}}),
            partial(store.create, wu, sub, [New(to, {n: 1}, row)]),
        )
        assert not wrong
        assert store.get(sub, below).org_id == store.get(main, row).org_id == to
        assert store.values_of(main, store.get(main, row))[total_key] == times * 11


def test_a_column_becomes_another_one_once(volunteers: Volunteers) -> None:
    v = volunteers
    short = field("text", "备注", "Note", optional=True)

    def convert() -> None:
        converting.convert(v.lin, v.table, v.keys["note"], short)

    wrong = _together(convert, convert)
    assert [type(w) for w in wrong] == [Conflict]
    assert Conversion.select().count() == 1
