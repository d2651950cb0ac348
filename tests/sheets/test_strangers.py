"""What an import tells, and reaches, of others' rows: nothing that its maker could not read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from backend.core import clock as clocks
from backend.core import db
from backend.core.access import Actor, Post
from backend.core.errors import Conflict, Forbidden, LinliError
from backend.records import bulk_runs, converting, defining, history, store, tables
from backend.records.query import Query
from backend.records.store import New
from backend.sheets import databases, exporting, laying, reading, results, runs, states
from backend.sheets.choices import Choices
from backend.sheets.mapping import PARENT
from backend.sheets.models import ImportRun
from tests.databases import TestDatabase
from tests.records.volunteers import field
from tests.sheets.books import table
from tests.sheets.club import HEADERS, LI, WANG, Club, found_club, work


def _told(run: ImportRun) -> str:
    return str([w.notes for w in results.wrong(run)])


def test_what_a_colleague_wrote_since_an_export_is_told_without_what_is_masked(
    club: Club, clock: clocks.Hands
) -> None:
    row = club.add("王秀英", phone="+8613800138000")
    version = club.rows()[0].since
    clock.forward(minutes=1)
    club.change(row, by=club.wu, phone="+8613911112222")
    headers = ["姓名", "手机", "linli:id", "linli:version"]
    run = club.run(table([headers, ["王秀英", "13700137000", row, version]]))
    told = _told(run)
    assert run.counts == {"wrong": 1}, run.counts
    assert "11112222" not in told and "吴主任" in told


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://lists.example/people?host=127.0.0.1",
        "postgresql://lists.example/people?hostaddr=127.0.0.1",
        "postgresql://lists.example/people?service=own",
        "postgresql://lists.example/people?sslmode=require&passfile=/etc/hostname",
        "postgresql://127.0.0.1:5432@lists.example:1/x?%68ost=127.0.0.1",
        "postgresql://lists.example,127.0.0.1/people",
        "postgresql://lists.example:5432,127.0.0.1:5433/people",
        "postgresql://lists.example/people#?host=127.0.0.1",
        "sqlite:///etc/passwd",
    ],
)
def test_an_address_leads_nowhere_but_to_the_machine_that_it_names(
    configure: Callable[..., None], address: str
) -> None:
    configure(IMPORT_HOSTS="lists.example")
    databases.check_allowed("postgresql://reader:secret@lists.example:5432/people?sslmode=require")
    with pytest.raises(Forbidden):
        databases.check_allowed(address)


def test_who_is_in_another_community_is_not_told_by_a_file_with_her_number(anywhere: Club) -> None:
    club = anywhere
    club.add("王秀英", club.other, phone="+8613800138000", id="110101194803050024")
    club.add("王秀英", club.other, phone="+8613800138000")
    run = club.run(table([HEADERS, WANG, LI]), key=club.keys["phone"])
    assert run.counts == {"create": 2}, _told(run)
    by_number = club.run(table([["姓名", "linli:id"], ["王秀英", club.rows()[0].id]]))
    assert "社区" not in _told(by_number) and by_number.counts == {"wrong": 1}


def _visits(club: Club) -> tables.Table:
    sub = defining.make_table(club.wu, {"zh_CN": "走访"}, club.street.id, parent=club.table.key)
    defining.add_column(club.wu, sub.key, field("text", "内容", "What"), club.street.id)
    return tables.of(sub.key)


def test_rows_are_not_tied_to_somebody_of_another_community(anywhere: Club) -> None:
    club = anywhere
    sub = _visits(club)
    theirs, ours = club.add("王秀英", club.other), club.add("李建国")
    (what,) = [c.key for c in sub.open]
    with pytest.raises(LinliError):
        store.create(club.lin, sub, [New(club.happy.id, {what: "来过"}, theirs)])
    data = table([["所属", "内容"], [theirs, "来过"], [ours, "来过"]])
    run = runs.begin(club.lin, sub.key, club.happy.id, "走访", reading.opened(data, "走访").sheets, data=data)
    chosen = laying.laid(club.lin, run, Choices.from_json(run.choices).sheet)
    chosen = replace(chosen, meanings={0: PARENT, 1: what}, key="")
    runs.check(club.lin, run.id, laying.settle(club.lin, run, chosen))
    run = work(run)
    assert run.counts == {"create": 1, "wrong": 1}, _told(run)


def test_a_batch_does_not_go_back_where_its_undoer_does_not_reach(anywhere: Club) -> None:
    club = anywhere
    row = club.add("王秀英", note="独居")
    batch = store.batch(club.lin, "mark", club.table, club.happy.id, "x")
    store.change(club.lin, club.table, {row: {club.keys["note"]: "不独居"}}, batch_id=batch)
    store.move(club.wu, club.table, [row], club.other.id)
    undone = bulk_runs.undo(club.lin, batch)
    assert isinstance(undone, history.Undone) and undone.rows == 0
    assert club.says()[0]["note"] == "不独居"
    assert "阳光" not in str(undone.kept)


def test_an_import_at_work_is_not_undone_beside_its_page(club: Club) -> None:
    run = club.run(table([HEADERS, WANG, LI]))
    run = runs.write(club.lin, run.id, whole=False)
    with pytest.raises(Conflict):
        bulk_runs.undo(club.lin, run.batch_id or 0)
    assert work(run).counts["create"] == 2
    runs.undo(club.lin, run.id)
    assert work(run).state == states.UNDONE and club.rows() == []


def test_an_import_into_a_column_that_was_converted_meanwhile_stops_and_says_so(anywhere: Club) -> None:
    club = anywhere
    run = club.run(table([HEADERS, WANG, LI]))
    run = runs.write(club.lin, run.id, whole=False)
    converting.convert(club.wu, club.table, club.keys["note"], field("text", "备注", "Note", optional=True))
    run = work(run)
    assert run.state == states.STOPPED and "备注" in str(run.problem)


def test_an_export_holds_only_rows_from_where_its_taker_may_export(club: Club) -> None:
    club.add("李建国")
    club.add("王秀英", club.other)
    two = Actor(
        "staff", 9, "周", (Post("community_admin", club.happy.path), Post("grid_worker", club.other.path))
    )
    made = exporting.sheet(two, Query(club.table), club.table.open, "zh_CN")
    assert [row[0] for row in made.rows] == ["李建国"]


def test_one_list_brought_in_by_two_at_once_makes_each_row_once(
    postgres_database: TestDatabase, clock: clocks.Hands
) -> None:
    """On SQLite workers take turns anyway."""
    club = found_club()
    data = table([HEADERS, *(["王秀英", None, f"138001{n:05d}", None, None, None] for n in range(260))])
    both = [club.run(data, key=club.keys["phone"]) for _twice in range(2)]
    start = threading.Barrier(2)

    def write(run: ImportRun) -> None:
        start.wait(60)
        work(run)
        db.db.close()

    for run in both:
        runs.write(club.lin, run.id, whole=False)
    threads = [threading.Thread(target=write, args=(run,)) for run in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(club.rows()) == 260
    done = [runs.seen(club.lin, run.id).counts for run in both]
    assert {"create": 260} in done and {"same": 260} in done, done
