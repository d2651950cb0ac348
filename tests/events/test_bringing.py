"""The list of participants is taken away, changed in Excel, and brought back by the rules of the door and the page."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from backend.core import clock as clocks
from backend.core.errors import Forbidden
from backend.events import actions, roll
from backend.events.models import Event, EventSignup
from backend.events.participants import participants
from backend.sheets import laying, reading, results, runs, states
from backend.sheets.choices import Choices
from backend.sheets.models import ImportRun
from tests.databases import TestDatabase
from tests.events.test_pages import Browser, employ
from tests.events.village import Village, found_village, hire
from tests.sheets.club import work

QUESTIONS = {
    "name": "event", "title": "",
    "fields": [
        {"kind": "choice", "name": "q1", "ask": {"zh_CN": "甜的还是咸的？", "en": "Sweet or salty?"},
         "options": [{"value": "a", "label": {"zh_CN": "甜的", "en": "Sweet"}}, {"value": "b", "label": {"zh_CN": "咸的", "en": "Salty"}}]},
        {"kind": "text", "name": "q2", "ask": {"zh_CN": "还带什么？", "en": "What else?"}, "optional": True},
    ],
}  # fmt: skip
NAME, MOBILE, STATUS, MANY, NAMES, SWEET, ELSE = range(7)


@pytest.fixture
def village(app: Flask, sqlite_database: TestDatabase, clock: clocks.Hands) -> Village:
    return found_village()


class Paper:
    """The list as somebody has it on her computer."""

    def __init__(self, village: Village, event: Event, locale: str = "zh_CN") -> None:
        self.village, self.event = village, event
        event = actions.take_list(village.actor(), event.id)
        self.book = load_workbook(io.BytesIO(roll.download(event, locale).data))
        self.sheet = self.book.active

    def row(self, name: str) -> int:
        return next(n for n, cells in enumerate(self.sheet.values, 1) if cells[0] == name)

    def write(self, name: str, column: int, value: Any) -> Paper:
        self.sheet.cell(self.row(name), column + 1).value = value
        return self

    def add(self, *cells: Any) -> Paper:
        self.sheet.append(cells)
        return self

    def check(self, **choices: Any) -> ImportRun:
        file = io.BytesIO()
        self.book.save(file)
        actor = self.village.actor()
        book = reading.opened(file.getvalue(), "名单.xlsx")
        run = runs.begin(actor, f"event:{self.event.id}", 0, "名单.xlsx", book.sheets, data=file.getvalue())
        chosen = laying.laid(actor, run, Choices.from_json(run.choices).sheet)
        runs.check(actor, run.id, laying.settle(actor, run, replace(chosen, **choices)))
        return work(run)

    def bring(self, **choices: Any) -> ImportRun:
        run = self.check(**choices)
        runs.write(self.village.actor(), run.id, whole=False)
        return work(run)


def why(run: ImportRun) -> list[str]:
    """What is wrong, in English, row by row."""
    return [f"{row.cells[0]}: {words['en']}" for row in results.wrong(run) for _place, words in row.notes]


def stands(event: Event) -> dict[str, tuple[str, int]]:
    return {p.name: (p.signup.status, p.signup.companions) for p in participants(event)}


def answers(event: Event) -> dict[str, dict[str, Any]]:
    return {p.name: p.answers for p in participants(event)}


def test_a_list_that_nobody_touched_says_the_same_in_either_language(village: Village) -> None:
    event = village.event(companions=2)
    actions.ask_more(village.actor(), event.id, QUESTIONS)
    wish = actions.Wish(1, "=小孙女", {"q1": "b", "q2": "  @茶  和 酒"})
    actions.sign_up(village.person(0), event.id, village.neighbours[0], wish)
    village.join(event, 1)
    for locale in ("zh_CN", "en"):
        run = Paper(village, event, locale).check()
        assert run.counts == {"same": 2}, why(run)


def test_what_is_changed_in_the_file_happens_as_on_the_page_and_people_are_told(village: Village) -> None:
    event = village.event(capacity=4, companions=2)
    actions.ask_more(village.actor(), event.id, QUESTIONS)
    for n in (0, 1, 2):
        village.join(event, n)
    assert village.join(event, 3, 1) == "waiting"
    paper = Paper(village, event).add("Anna Smith", "138 0013 2214", None, 1, "Tom", "甜的")
    paper.write("陈秀英", STATUS, "已取消报名").write("周敏", SWEET, "咸的").write("周敏", ELSE, "一壶茶")
    run = paper.check()
    assert run.counts == {"change": 2, "create": 1, "same": 2}, why(run)
    assert stands(event)["陈秀英"] == ("signed", 0) and village.heard(0) == village.heard(3) == []
    runs.write(village.actor(), run.id, whole=True)
    run = work(run)
    assert run.state == states.WRITTEN and run.batch_id is None
    # The place that became free goes to the one who waited, not to whoever was typed below.
    assert stands(event) == {
        "陈秀英": ("cancelled", 0), "周敏": ("signed", 0), "李建国": ("signed", 0),
        "王芳": ("offered", 1), "Anna Smith": ("waiting", 1),
    }  # fmt: skip
    assert answers(event)["周敏"] == {"q1": "b", "q2": "一壶茶"} and answers(event)["Anna Smith"] == {
        "q1": "a"
    }
    assert "取消" in village.heard(0)[0] or "名单" in village.heard(0)[0]
    assert "空出" in village.heard(3)[0] and "waiting list" in village.heard(4)[0]
    assert village.heard(1) == []


def test_places_are_never_exceeded_and_the_reason_stands_at_the_cell(village: Village) -> None:
    event = village.event(capacity=2, companions=1)
    village.join(event, 0)
    village.join(event, 1)
    village.join(event, 2)
    paper = Paper(village, event).write("陈秀英", MANY, 1).write("李建国", STATUS, "已报名")
    paper.write("周敏", NAME, "周小敏").add("王芳", None, "已报名").add("陌生人", "13900000001").add("陈秀英")
    paper.add("Anna Smith", "13800132213")
    run = paper.bring()
    told = "\n".join(why(run))
    assert run.counts["wrong"] == 7 and stands(event) == {
        "陈秀英": ("signed", 0), "周敏": ("signed", 0), "李建国": ("waiting", 0),
    }, told  # fmt: skip
    for words in (
        "no room for so many", "in its order", "resident's own page", "No place is left", "We know no resident",
        "on the list already", "another name",
    ):  # fmt: skip
        assert words in told, (words, told)


def test_what_somebody_changed_since_the_export_is_not_overwritten(village: Village) -> None:
    event = village.event(companions=3)
    village.join(event, 0, 1)
    village.join(event, 1)
    paper = Paper(village, event).write("陈秀英", MANY, 2).write("周敏", NAMES, "女儿")
    actions.change_companions(village.person(0), event.id, village.neighbours[0], 3)
    actions.change_companions(village.person(1), event.id, village.neighbours[1], 1)
    run = paper.bring()
    assert run.counts == {"wrong": 1, "change": 1} and "became “3”" in why(run)[0]
    assert stands(event) == {"陈秀英": ("signed", 3), "周敏": ("signed", 1)}
    assert participants(event)[1].signup.companion_names == "女儿"


def test_afterwards_who_came_is_brought_in_with_guests_and_those_who_did_not(
    village: Village, clock: clocks.Hands
) -> None:
    event = village.event(capacity=7, companions=2)
    for n in (0, 1, 2):
        village.join(event, n)
    paper = Paper(village, event).write("陈秀英", STATUS, "已到场").write("陈秀英", MANY, 2)
    assert "checked in from two hours before" in why(paper.check())[0]
    clock.forward(days=5, hours=6)
    paper.write("周敏", STATUS, "没有来")
    paper.add("王芳", "13800132213", "已到场").add("路过的老李", None, "已到场", 1).add(
        "Anna Smith", None, "已报名"
    )
    run = paper.bring()
    assert stands(event) == {
        "陈秀英": ("attended", 2), "周敏": ("absent", 0), "李建国": ("signed", 0), "王芳": ("attended", 0),
        "路过的老李": ("attended", 1),
    }, why(run)  # fmt: skip
    assert run.counts["wrong"] == 1 and "has begun" in why(run)[0]
    fang = EventSignup.get(EventSignup.resident_id == village.neighbours[3])
    assert fang.name is None and fang.arrived_at is not None
    back = Paper(village, event).write("陈秀英", STATUS, "已报名").bring()
    assert stands(event)["陈秀英"] == ("signed", 2), why(back)


def test_the_wizard_leads_from_the_events_page_and_back_for_those_who_may(
    app: Flask, village: Village
) -> None:
    event = village.event()
    village.join(event, 0)
    far = village.actor(hire("far", "赵主任", "community_admin", village.other))
    sheets = reading.opened("姓名,手机\n王芳,13800132213\n".encode()).sheets
    for who in (far, village.actor(village.desk)):
        with pytest.raises(Forbidden):
            runs.begin(who, f"event:{event.id}", village.other.id, "x", sheets, data=b"x")
    employ("liu", "刘主任", ("community_admin", village.happy))
    liu = Browser(app.test_client(), "10.3.1.9")
    liu.sign_in("liu")
    page = liu.get(f"/admin/activities/{event.id}")
    assert f'value="event:{event.id}"' in page.text and "把改好的名单带回来" in page.text
    asked = {"table": f"event:{event.id}", "org": "0", "file": (io.BytesIO(b""), "x.csv")}
    refused = liu.post("/admin/imports", asked)
    assert (
        refused.status_code == 422
        and f'value="event:{event.id}"' in refused.text
        and "包粽子" in refused.text
    )
    asked["file"] = (io.BytesIO("姓名,手机\n王芳,13800132213\n".encode()), "x.csv")
    page = liu.post("/admin/imports", asked)
    assert "手机" in page.text and 'value="+text"' not in page.text and 'value="@org"' not in page.text
    run = ImportRun.get()
    assert run.org_id == village.happy.id
    chosen = laying.laid(village.actor(), run, 0)
    runs.check(village.actor(), run.id, laying.settle(village.actor(), run, chosen))
    work(run)
    page = liu.get(f"/admin/imports/{run.id}")
    assert f'href="/admin/activities/{event.id}"' in page.text and "不能一键撤销" in page.text
    liu.post(f"/admin/imports/{run.id}/write", {"whole": "1"})
    work(run)
    assert stands(event)["王芳"] == ("signed", 0)
    assert "包粽子" in liu.get("/admin/imports").text
