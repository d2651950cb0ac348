"""What is exported can be changed in a spreadsheet and brought in again, and nobody else's change is lost."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from backend.core import audit
from backend.core import clock as clocks
from backend.core.access import Actor
from backend.core.errors import Forbidden
from backend.records import tables
from backend.records.query import Query
from backend.sheets import exporting, results, runs, states
from backend.sheets.formats import FORMATS, written
from tests.sheets.books import table
from tests.sheets.club import Club, work

PEOPLE = {
    "王秀英": {"id": "110101194803050024", "phone": "+8613800138000", "born": date(1948, 3, 5), "skill": "做饭", "note": "=独居"},
    "李建国": {"id": "110101195512120015", "note": "两行\n字"},
    "Anna Smith": {"skill": "修理", "born": date(1960, 1, 31)},
}  # fmt: skip


@pytest.fixture
def members(club: Club, clock: clocks.Hands) -> Club:
    return joined(club, clock)


def joined(club: Club, clock: clocks.Hands) -> Club:
    for name, said in PEOPLE.items():
        club.add(name, **said)
    clock.forward(minutes=1)
    return club


def export(club: Club, ending: str = "csv", full: bool = True, actor: Actor | None = None) -> bytes:
    columns = tables.columns_for(club.lin, club.table)
    return written(
        ending, [exporting.sheet(actor or club.lin, Query(club.table), columns, "zh_CN", full=full)]
    )


def lines(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_what_comes_back_unchanged_changes_nothing(members: Club, ending: str) -> None:
    run = members.run(export(members, ending))
    assert run.counts == {"same": 3}, results.wrong(run)


def test_masked_values_that_are_left_alone_stay(members: Club) -> None:
    data = export(members, full=False)
    assert "138****8000" in data.decode() and "13800138000" not in data.decode()
    assert members.run(data).counts == {"same": 3}


def test_changes_of_the_file_and_of_others_are_merged_and_only_what_both_changed_is_asked(
    anywhere: Club, clock: clocks.Hands
) -> None:
    members = joined(anywhere, clock)
    rows = lines(export(members))
    wang, li, anna = (row.id or 0 for row in members.rows())
    members.change(wang, note="已搬走")
    members.change(li, members.wu, skill="做饭")
    clock.forward(minutes=1)
    head = rows[0]
    rows[1][head.index("特长")] = "修理"  # others changed the note of hers
    rows[2][head.index("特长")] = "修理"  # and the same of his
    rows[2][head.index("备注")] = ""
    rows[3][head.index("出生日期")] = ""
    rows.append(["新来的", *[""] * (len(head) - 1)])
    run = members.run(table(rows))
    assert run.counts == {"change": 2, "wrong": 1, "create": 1}
    (row,) = results.wrong(run)
    assert "吴主任 wrote “做饭”" in dict(row.notes)[head.index("特长")]["en"]
    runs.write(members.lin, run.id, whole=False)
    assert work(run).state == states.WRITTEN
    said: list[dict[str, Any]] = members.says()
    assert said[0]["skill"] == "修理" and said[0]["note"] == "已搬走"
    assert said[1]["skill"] == "做饭" and said[1]["note"] == "两行\n字"
    assert "born" not in said[2] and said[3] == {"name": "新来的"}
    assert [anna] == [members.rows()[2].id]


def test_only_who_may_exports_and_it_is_written_down(members: Club) -> None:
    with pytest.raises(Forbidden):
        export(members, actor=Actor("staff", 9, "x"))
    export(members)
    (entry,) = audit.of(f"table:{members.table.key}", 1)
    assert entry.action == "record.export" and entry.actor_name == "林主任"


def test_an_empty_file_to_fill_in_has_lists_rules_and_notes(members: Club) -> None:
    sheet = exporting.template(members.table, tables.columns_for(members.lin, members.table), "zh_CN")
    page = load_workbook(io.BytesIO(written("xlsx", [sheet]))).active
    assert [cell.value for cell in page[1]] == ["姓名*", "身份证号", "手机", "出生日期", "特长", "备注"]
    rules = {str(v.sqref)[0]: v.formula1 for v in page.data_validations.dataValidation}
    assert rules["E"] == '"做饭,修理"' and "D" in rules
    assert "138 0013 8000" in page["C1"].comment.text
