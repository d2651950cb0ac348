"""Residents are brought in from a list by the rules of their files, and taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.records import defining, tables
from backend.residents import actions
from backend.sheets import results, runs, states
from tests.sheets.books import table
from tests.sheets.club import Club, work

HEADERS = ["姓名", "性别", "出生日期", "证件类型", "证件号码", "手机号码", "住址", "爱好"]
WANG = [
    "王秀英",
    "女",
    "1948-03-05",
    "居民身份证",
    "110101194803050024",
    13800138000,
    "3号楼2单元501",
    "象棋",
]
LI = ["李建国", "男", None, None, "110101195512120015", "13900139000", "3-2-502", None]
WRONG = ["张大明", "男", "1955-12-13", "居民身份证", "110101195512120015", "13900139001", "3-2-503", None]


@pytest.fixture
def files(anywhere: Club) -> Club:
    club = anywhere
    assert actions, "the files are a table once their actions are known"
    hobby = {"kind": "text", "label": {"zh_CN": "爱好"}, "optional": True}
    key = defining.add_column(club.wu, "resident", hobby, club.street.id).key
    return replace(
        club,
        table=tables.of("resident"),
        keys={c: c for c in ("name", "id_number", "mobile")} | {"hobby": key},
    )


def test_a_list_of_residents_is_brought_in_changed_and_undone(files: Club) -> None:
    run = files.run(table([HEADERS, WANG, LI, WRONG]))
    assert run.counts == {"create": 2, "wrong": 1}, [w.notes for w in results.wrong(run)]
    assert files.rows() == []
    runs.write(files.lin, run.id, whole=False)
    first = work(run)
    assert first.state == states.WRITTEN
    said = [{k: row.get(k) for k in files.keys} for row in files.says()]
    assert said[0] == {
        "name": "王秀英",
        "id_number": "110101194803050024",
        "mobile": "+8613800138000",
        "hobby": "象棋",
    }
    again = files.run(table([HEADERS, [*WANG[:7], "京剧"], [*LI[:5], "13900139009"]]))
    assert again.counts == {"change": 2}, [w.notes for w in results.wrong(again)]
    runs.write(files.lin, again.id, whole=True)
    work(again)
    assert [(r["mobile"], r.get("hobby")) for r in files.says()] == [
        ("+8613800138000", "京剧"),
        ("+8613900139009", None),
    ]
    runs.undo(files.lin, again.id)
    assert work(again).state == states.UNDONE
    assert [(r["mobile"], r.get("hobby")) for r in files.says()] == [
        ("+8613800138000", "象棋"),
        ("+8613900139000", None),
    ]
