"""One message to the people of many rows: looked over first, to each once, to nobody who does not want it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from backend.core.access import SYSTEM
from backend.messaging import people
from backend.records import bulk_runs, bulk_work, defining, store, tables
from backend.records.models import BulkRun
from backend.records.store import New
from backend.residents import consent
from backend.residents.actions import approve
from backend.staff import queries
from tests.residents.conftest import CHEN, WANG, Registers, Street, told
from tests.web.browser import Browser, employ

TEXT = "{姓名}您好：您的车牌{车牌}已登记。"


@pytest.fixture
def database(sqlite_database: object) -> object:
    """What is said is the same on either database."""
    return sqlite_database


@pytest.fixture
def li(app: Flask, street: Street) -> Browser:
    employ("li", "李主任", ("community_admin", street.happy))
    browser = Browser(app.test_client(), "10.3.9.1")
    browser.sign_in("li")
    return browser


@pytest.fixture
def plate(street: Street) -> str:
    field: dict[str, Any] = {"kind": "text", "label": {"zh_CN": "车牌", "en": "Plate"}, "optional": True}
    return defining.add_column(SYSTEM, "resident", field, street.happy.id).key


@pytest.fixture
def chen_and_wang(street: Street, registers: Registers, plate: str) -> tuple[int, int]:
    """Chen reads Telegram in Chinese and has a plate; Wang reads SMS, and nobody wrote his down."""
    ids = []
    for person, channel in ((CHEN, "telegram"), (WANG, "sms")):
        found = registers(person, channel).resident_id
        assert found is not None
        approve(street.admin, found)
        ids.append(found)
    set_plate(street, plate, ids[0], "京A12345")
    return ids[0], ids[1]


def set_plate(street: Street, plate: str, resident: int, said: str) -> None:
    table = tables.of("resident")
    row = store.of_subject(table, resident)
    assert row is not None
    store.change(street.admin, table, {row.id or 0: {plate: said}})


def notices(resident: int) -> list[str]:
    return [m.text for m in told(resident) if "车牌" in m.text]


def test_staff_look_it_over_then_each_person_is_told_once_whatever_is_clicked_or_killed(
    li: Browser, street: Street, plate: str, chen_and_wang: tuple[int, int]
) -> None:
    chen, wang = chen_and_wang
    li.get("/admin/data/resident")
    page = li.post("/admin/data/resident/bulk", {"act": "notify", "every": "1"}).request.path
    assert li.post(page, {"text": "{门牌号}"}).status_code == 422, "no such column"
    shown = li.post(page, {"text": TEXT}).text
    assert "陈秀英您好：您的车牌京A12345已登记。" in shown and "Telegram 1" in shown
    assert "1行没有“车牌”" in shown and "王建国" in shown and notices(chen) == []
    li.post(f"{page}/send")
    li.post(f"{page}/send")
    run = BulkRun.get()
    bulk_work.work(run.id)
    BulkRun.update(state="working", position=0).execute()  # as after a backup was brought back
    bulk_work.work(run.id)
    assert notices(chen) == ["陈秀英您好：您的车牌京A12345已登记。"] and notices(wang) == []
    done = li.get(page).text
    assert re.search(r"已通知</th><td class=\"figure\">1<", done)
    li.post(f"{page}/stop")
    run = BulkRun.get()
    assert run.state == "stopped" and run.counts["recalled"] == 1, "what had not gone out is taken back"


def test_who_wants_none_or_took_consent_back_gets_none_and_rows_of_one_person_count_once(
    street: Street, plate: str, chen_and_wang: tuple[int, int]
) -> None:
    chen, wang = chen_and_wang
    visits = defining.make_table(SYSTEM, {"zh_CN": "走访"}, street.happy.id, parent="resident")
    gift = defining.add_column(
        SYSTEM, visits.key, {"kind": "text", "label": {"zh_CN": "物品"}}, street.happy.id
    )
    visits, main = tables.of(visits.key), tables.of("resident")
    rows = {p: store.of_subject(main, p) for p in (chen, wang)}
    new = [
        New(street.happy.id, {gift.key: g}, rows[p].id) for p, g in ((chen, "米"), (chen, "油"), (wang, "面"))
    ]  # type: ignore[union-attr]
    ids = store.create(street.admin, visits, new)
    employ("li", "李主任", ("community_admin", street.happy))
    li = queries.actor_of(queries.by_username("li"))  # type: ignore[arg-type]

    def send() -> dict[str, int]:
        run = bulk_runs.draft_notice(li, visits, street.happy.id, ids)
        bulk_runs.write(li, run, visits, "车牌和{物品}请到居委会领取。")
        bulk_runs.send(li, run)
        bulk_work.work(run.id)
        return dict(BulkRun.get_by_id(run.id).counts)

    assert send() == {"told": 2, "again": 1}
    assert notices(chen) == ["车牌和米请到居委会领取。"]
    consent.withdraw(wang)
    for identity in people.identities(people.Resident(chen)):
        people.set_state(identity.id, "stopped")
    assert send() == {"silent": 1, "unreachable": 2}
    assert len(notices(chen)) == 1 and len(notices(wang)) == 1
