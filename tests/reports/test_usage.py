"""How much each function is used is known by day, channel and role, of nobody by name, and costs a turn next to nothing."""

from __future__ import annotations

import io
import os
from collections import Counter
from datetime import date
from typing import Any

import openpyxl
import pytest
from flask import Flask

from backend.core import clock as clocks
from backend.core import orgs
from backend.core.access import Actor, Post
from backend.fields.words import Said
from backend.messaging import people
from backend.messaging.models import Conversation, Identity
from backend.reports import usage, usage_figures
from backend.reports.models import UsageCount
from backend.reports.usage import Counts, Use
from backend.reports.usage_figures import Count, told
from conversations import usage as conversations
from conversations.elsewhere import KEEP_MS
from conversations.engine import Engine
from conversations.flows import registry
from conversations.inbound import Inbound
from tests.databases import TestDatabase
from tests.web.browser import Browser, employ

REPAIR = Use("repair", "sms", "resident", 0, "started")


def counted() -> dict[tuple[str, str, str], int]:
    usage.flush()
    return {(c.function, c.place, c.what): c.times for c in UsageCount.select()}


def test_figures_of_several_processes_add_up_on_either_database(
    database: TestDatabase, clock: clocks.Hands
) -> None:
    for process in (Counts(), Counts()):
        for _n in range(3):
            process.add(REPAIR)
        assert process.flush() == 1 and process.flush() == 0
    clock.forward(days=1)
    usage.count(REPAIR)
    usage.flush()
    assert {c.day: c.times for c in UsageCount.select()} == {"2026-11-02": 6, "2026-11-03": 1}
    usage.write({("2026-11-02", REPAIR): 2}, instead=True)
    happy = orgs.add("幸福里社区", "community")
    lin = Actor("staff", 7, "林主任", (Post("community_admin", happy.path),))
    for unit, day, month in (
        ("day", "2026-11-03", 1),
        ("month", "2026-11", 3),
        ("year", "2026", 3),
        ("week", "2026-W45", 3),
    ):
        found = usage_figures.read(lin, unit, date(2026, 11, 3))
        assert sum(c.times for c in found if c.bucket == day) == month
    assert [c.times for c in usage_figures.read(lin, "week", date(2026, 11, 2))] == [2]
    assert usage_figures.read(lin, "week", date(2026, 11, 3), happy.id) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_a_forked_process_inherits_is_its_parents_to_write(database: TestDatabase) -> None:
    usage.count(REPAIR)
    child = os.fork()
    if child == 0:
        os._exit(usage.flush())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert usage.flush() == 1


class Chat:
    """Somebody who writes text messages to the whole of Linli."""

    def __init__(self, address: str) -> None:
        self.address, self.n, self.engine = address, 0, Engine(registry())

    def says(self, text: str, event: str = "") -> Any:
        self.n += 1
        return self.engine.handle(Inbound("sms", self.address, event or f"e{self.n}", Said(text=text)))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_conversation_counts_when_it_begins_and_when_it_ends_and_a_repeat_does_not(
    database: TestDatabase, clock: clocks.Hands
) -> None:
    orgs.add("幸福里社区", "community")
    wang = Chat("+8613800132210")
    wang.says("我要登记", "one")
    wang.says("我要登记", "one")
    wang.says("帮助")
    wang.says("取消")
    found = counted()
    assert found["registration", "sms", "started"] == 1
    assert sum(n for (f, _p, w), n in found.items() if f == "registration" and w == "cancelled") <= 1
    stored = " ".join(str(vars(c)["__data__"]) for c in UsageCount.select())
    assert "138" not in stored and "王" not in stored


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_form_that_nobody_came_back_to_is_counted_on_the_day_it_is_given_up(
    database: TestDatabase, clock: clocks.Hands
) -> None:
    identity = people.ensure("sms", "+8613800132210")
    Conversation.create(identity_id=identity.id, flow="survey:12", updated_at=clocks.now())
    assert conversations.left() == 0
    clock.forward(milliseconds=KEEP_MS, hours=1)
    assert conversations.left() == conversations.left() == 1
    assert counted() == {("survey", "sms", "left"): 1}
    clock.forward(days=3)
    assert conversations.left() == 0
    assert Identity.select().count() == 1


def test_the_tables_tell_begun_finished_and_before_and_pages_one_by_one_on_request() -> None:
    counts = [
        Count("2026-11", "repair", "sms", "resident", "started", 8),
        Count("2026-11", "repair", "webchat", "resident", "started", 2),
        Count("2026-11", "repair", "sms", "resident", "finished", 5),
        Count("2026-10", "repair", "sms", "resident", "started", 4),
        Count("2026-11", "who", "sms", "unknown", "used", 3),
        Count("2026-11", "page:requests.index", "admin", "grid_worker", "seen", 6),
        Count("2026-11", "page:requests.assign", "admin", "duty_desk", "done", 1),
    ]
    found = told(counts, "month", date(2026, 11, 21))
    (repair,) = found.forms
    assert (repair.total, repair.before, repair.share_finished) == (10, 4, 50)
    assert found.places == ["sms", "webchat"] and [line.function for line in found.acts] == ["who"]
    (requests,) = found.pages
    assert (requests.function, requests.total, requests.what["done"]) == ("page:requests", 7, 1)
    assert found.roles == ["grid_worker", "duty_desk"]
    assert found.timeline[-2:] == (
        ("2026-10", Counter(sms=4)),
        ("2026-11", Counter(sms=11, webchat=2, admin=7)),
    )
    assert len(found.buckets) == 12 and found.most == 20
    each = told(counts, "month", date(2026, 11, 21), function="page:requests")
    assert [line.function for line in each.pages] == ["page:requests.index", "page:requests.assign"]
    assert told([], "week", date(2026, 1, 1)).buckets[-1] == "2026-W01"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_pages_and_acts_are_counted_by_role_and_shown_and_taken_away(
    app: Flask, database: TestDatabase, clock: clocks.Hands
) -> None:
    happy = orgs.add("幸福里社区", "community")
    employ("lin", "林主任", ("community_admin", happy))
    employ("wu", "吴网格员", ("grid_worker", happy))
    before = counted()
    assert before == {}
    lin, wu = Browser(app.test_client(), "10.5.1.1"), Browser(app.test_client(), "10.5.1.2")
    lin.get("/admin/requests")  # a stranger, sent to sign in
    wu.sign_in("wu")
    wu.get("/admin/requests")
    wu.get("/admin/requests", headers={"Sec-Fetch-Dest": "empty"})  # fetched by a script
    assert wu.get("/admin/usage").status_code == 403
    lin.sign_in("lin")
    lin.post(
        "/admin/staff/1/details",
        {"name": "林主任", "phone": "", "email": "lin@linli.example", "locale": "zh_CN"},
    )
    usage.count(Use("repair", "sms", "resident", happy.id, "started"))
    usage.count(Use("checkin.well", "voice", "resident", happy.id, "used"))
    found = counted()
    assert found["page:requests.index", "admin", "seen"] == 1
    assert found["page:staff.change", "admin", "done"] == 1
    page = lin.get("/admin/usage?by=day").text
    for words in ("我要报修", "报平安：安好", "报修", "网格员", "电话", "社区管理员"):
        assert words in page, words
    assert "page:" not in page.replace("function=page:", "").replace("function=page%3A", "")
    assert "报修：列表" in lin.get("/admin/usage?function=page:requests").text
    assert "2025-W52" in lin.get("/admin/usage?by=week&until=2025-12-28").text
    assert lin.get("/admin/usage?by=x&until=x&org=999").status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(lin.get(f"/admin/usage?as=excel&org={happy.id}").data))
    assert book.worksheets[0]["A2"].value == "我要报修" and book.worksheets[0]["B2"].value == 1
