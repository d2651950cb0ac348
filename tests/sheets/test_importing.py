"""A list is brought in as its owner meant it: checked first, exactly once, and taken back with one act."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from backend.core import clock as clocks
from backend.core import media
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.media import Attachment
from backend.sheets import laying, reading, results, runs, states, working
from backend.sheets.choices import Choices
from backend.sheets.mapping import ORG
from backend.sheets.models import ImportPart, ImportRun
from tests.servers import until
from tests.sheets.books import table, xlsx
from tests.sheets.club import HEADERS, LI, WANG, Club, work

ROOT = Path(__file__).resolve().parents[2]


def wrong(run: ImportRun) -> dict[int, dict[str, str]]:
    """By row: what is wrong, in English, by the column's place."""
    found = {}
    for row in results.wrong(run, 0, 1000):
        found[row.number] = {HEADERS[p] if p is not None else "": t["en"] for p, t in row.notes}
    return found


def test_a_dry_run_tells_what_will_come_and_writes_nothing(anywhere: Club) -> None:
    run = anywhere.run(
        xlsx([["会员名单"], HEADERS, WANG, [*LI[:4], "跳伞", None], [*LI[:2], "1390013", None, None, None]])
    )
    assert run.state == states.CHECKED and anywhere.rows() == []
    assert run.counts == {"create": 1, "wrong": 2}
    told = wrong(run)
    assert set(told) == {4, 5} and "Which of these" in told[4]["特长"]
    assert "11 digits" in told[5]["手机"] and "row 4" in told[5]["身份证号"]


def test_good_rows_are_brought_in_and_the_others_stay_to_be_corrected(club: Club) -> None:
    run = club.bring([WANG, [*LI[:4], "跳伞", None], LI[:1]], key="")
    assert run.state == states.WRITTEN and run.counts == {"create": 2, "wrong": 1}
    assert club.says()[0] == {
        "name": "王秀英", "id": "110101194803050024", "phone": "+8613800138000", "born": date(1948, 3, 5), "skill": "做饭",
        "note": "独居",
    }  # fmt: skip
    assert list(wrong(run)) == [3]
    # Nothing else of the file is kept.
    assert Attachment.select().count() == 0 and run.preview is None
    assert sum(len(results.rows_of(p)) for p in ImportPart.select()) == 1


def test_rows_that_are_there_are_found_by_their_number_and_changed(anywhere: Club) -> None:
    anywhere.add("王小英", id="110101194803050024", note="旧")
    run = anywhere.bring([WANG, LI])
    assert run.choices["key"] == anywhere.keys["id"]
    assert run.counts == {"change": 1, "create": 1}
    assert anywhere.called() == ["王秀英", "李建国"] and anywhere.says()[0]["note"] == "独居"
    assert anywhere.bring([WANG, LI]).counts == {"same": 2}
    assert anywhere.bring([WANG, LI], policy="create").counts == {"skip": 2}
    gone = anywhere.bring([["陈秀芳", "110101194001010020"]], policy="update")
    assert gone.counts == {"wrong": 1} and len(anywhere.rows()) == 2


def test_an_empty_cell_keeps_or_empties_as_was_chosen(club: Club) -> None:
    club.bring([WANG])
    club.bring([WANG[:2]])
    assert club.says()[0]["note"] == "独居"
    club.bring([WANG[:2]], erase=True)
    assert club.says()[0] == {"name": "王秀英", "id": "110101194803050024"}


def test_one_click_takes_the_whole_import_back_but_nobody_elses_words(anywhere: Club) -> None:
    there = anywhere.add("王小英", id="110101194803050024", note="旧")
    run = anywhere.bring([WANG, LI])
    anywhere.change(there, note="后来写的")
    runs.undo(anywhere.lin, run.id)
    run = work(run)
    assert run.state == states.UNDONE and run.problem is not None
    assert anywhere.called() == ["王小英"] and anywhere.says()[0]["note"] == "后来写的"
    with pytest.raises(Conflict):
        runs.undo(anywhere.lin, run.id)


def test_whatever_is_killed_goes_on_and_no_row_comes_twice(anywhere: Club, clock: clocks.Hands) -> None:
    people = [[f"王{chr(0x4E00 + n)}", None, 13800130000 + n] for n in range(working.PART * 3 + 7)]
    run = anywhere.run(table([HEADERS, *people]))
    assert run.parts == 4 and run.counts == {"create": len(people)}
    runs.write(anywhere.lin, run.id, whole=False)
    turns = 0
    while not working.work(run.id, seconds=0):
        turns += 1
        # Another worker was asked as well, and sees an import that stands elsewhere.
        stale = runs.locked(run.id)
        assert stale is not None and stale.position == turns
    clock.forward(minutes=5)
    assert working.resume() == 0
    assert len(anywhere.rows()) == len(people) and turns == 3


def test_what_was_broken_off_while_it_was_read_goes_on_there(club: Club, clock: clocks.Hands) -> None:
    run = club.run(table([HEADERS, *([f"王{chr(0x4E00 + n)}"] for n in range(working.PART + 3))]))
    ImportRun.update(state=states.READING, position=0, counts={}).execute()
    clock.forward(minutes=1)
    assert working.resume() == 1
    run = work(run)
    assert run.counts == {"create": working.PART + 3} and run.rows == working.PART + 3
    # Understood in another way, the same rows are checked again.
    runs.check(club.lin, run.id, Choices.from_json({**run.choices, "policy": "create"}))
    assert runs.seen(club.lin, run.id).state == states.CHECKING
    assert work(run).counts == {"create": working.PART + 3}


def test_a_stopped_import_leaves_what_came_and_can_be_undone(club: Club) -> None:
    run = club.run(table([HEADERS, *([f"王{chr(0x4E00 + n)}"] for n in range(working.PART * 2))]))
    runs.write(club.lin, run.id, whole=False)
    working.work(run.id, seconds=0)
    runs.stop(club.lin, run.id)
    assert working.work(run.id) and len(club.rows()) == working.PART
    runs.undo(club.lin, run.id)
    assert work(run).state == states.UNDONE and club.rows() == []


def test_all_or_nothing_means_nothing_when_a_row_turns_out_wrong_on_the_way(club: Club) -> None:
    run = club.run(table([HEADERS, WANG, LI]))
    club.add("王大英", id="110101194803050024")
    club.add("王二英", id="110101194803050024")
    runs.write(club.lin, run.id, whole=True)
    assert work(run).state == states.UNDONE
    assert club.called() == ["王大英", "王二英"]
    bad = club.run(table([HEADERS, WANG, [None, *LI[1:]]]))
    with pytest.raises(Conflict):
        runs.write(club.lin, bad.id, whole=True)


def test_rows_go_where_the_file_says_as_far_as_the_role_reaches(anywhere: Club) -> None:
    data = table([[*HEADERS, "所属社区"], [*WANG, "阳光社区"], [*LI, "幸福里社区"]])
    run = anywhere.run(data)
    assert ORG in run.choices["meanings"].values() and run.counts == {"create": 1, "wrong": 1}
    run = anywhere.run(data, anywhere.wu)
    runs.write(anywhere.wu, run.id, whole=True)
    work(run)
    assert [row.org_id for row in anywhere.rows()] == [anywhere.other.id, anywhere.happy.id]
    # A row of another community is no business of this one's admin: not even that it is there.
    assert anywhere.run(table([HEADERS, WANG])).counts == {"create": 1}


def test_a_layout_is_understood_as_it_was_the_last_time(club: Club) -> None:
    data = table([["谁", "号码"], ["王秀英", "13800138000"]])
    places = {0: club.keys["name"], 1: club.keys["note"]}
    club.run(data, meanings=places, key="", policy="create")
    book = reading.opened(data)
    again = runs.begin(club.lin, club.table.key, club.happy.id, "再来", book.sheets, data=data)
    laid = laying.laid(club.lin, again, 0)
    assert dict(laid.meanings) == places and laid.policy == "create"


def test_an_unknown_column_becomes_one_of_the_table(club: Club) -> None:
    run = club.run(
        table([["姓名", "血型"], ["王秀英", "AB"]]),
        club.wu,
        meanings={0: club.keys["name"], 1: "+text"},
        key="",
    )
    runs.write(club.wu, run.id, whole=True)
    work(run)
    (made,) = [k for k in run.choices["meanings"].values() if k not in club.keys.values()]
    assert club.rows()[0].data[made] == "AB"


def test_choices_that_make_no_sense_are_refused(club: Club) -> None:
    data = table([["姓名", "别名"], ["王秀英", "王"]])
    for choices in (
        {"meanings": {0: club.keys["name"], 1: club.keys["name"]}},
        {"meanings": {0: "c999"}},
        {"meanings": {}},
        {"key": club.keys["phone"]},
        {"key": "", "policy": "update"},
    ):
        with pytest.raises(Invalid):
            club.run(data, **choices)


def test_a_run_is_seen_by_its_community_alone_and_forgotten_with_its_file(club: Club) -> None:
    run = club.run(table([HEADERS, WANG]), club.wu)
    ImportRun.update(org_id=club.other.id).execute()
    with pytest.raises(NotFound):
        runs.seen(club.lin, run.id)
    assert media.load(run.file_key or "")[0]
    runs.forget(club.wu, run.id)
    assert (
        not ImportRun.select().count() and not ImportPart.select().count() and not Attachment.select().count()
    )


def test_after_a_week_nothing_of_a_file_is_left(club: Club, clock: clocks.Hands) -> None:
    club.run(table([HEADERS, WANG]))
    kept = club.bring([[*LI[:4], "跳伞", None], WANG])
    clock.forward(days=8)
    assert results.sweep() == 2
    assert [r.id for r in ImportRun.select()] == [kept.id] and not ImportPart.select().count()
    runs.undo(club.lin, kept.id)
    assert work(kept).state == states.UNDONE and club.rows() == []


def test_a_worker_killed_in_the_middle_leaves_no_row_twice_and_none_out(
    club: Club,
) -> None:
    people = [[f"王{chr(0x4E00 + n)}", None, 13800130000 + n] for n in range(working.PART * 5)]
    run = club.run(table([HEADERS, *people]))
    runs.write(club.lin, run.id, whole=False)
    work_at = f"""
from backend.core import db
from backend.settings import settings
from backend.sheets import working
db.connect(settings().database_url)
working.work({run.id}, 60)
"""
    worker = subprocess.Popen([sys.executable, "-c", work_at], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        until(lambda: ImportRun.get_by_id(run.id).position > 1, what="some parts")
    finally:
        worker.kill()
        worker.wait()
    work(run)
    phones = [row["phone"] for row in club.says()]
    assert len(phones) == len(set(phones)) == len(people)
    assert ImportRun.get_by_id(run.id).counts == {"create": len(people)}
