"""Who needs what: rules over the residents and what care knows of them, suggested once, decided by staff."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest

from backend import domains
from backend.care.models import Visit
from backend.care.services import deciding, rules, running, weather
from backend.care.services.models import ServiceRule, ServiceSuggestion
from backend.care.services.rules import Wanted
from backend.core import clock as clocks
from backend.core.access import SYSTEM
from backend.core.clock import Hands
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.messaging.models import Message
from backend.records import tables, views
from backend.residents import face
from backend.residents.models import Resident
from backend.staff.models import StaffPost
from tests.care import town as towns
from tests.care.town import Town


@pytest.fixture
def night() -> Iterator[Hands]:
    """Tuesday 3 November 2026, 03:30 in Shanghai."""
    with clocks.stopped(towns.local(3, time(3, 30))) as hands:
        yield hands


@pytest.fixture
def town(night: Hands, sqlite_database: object) -> Town:
    domains.load()
    return towns.found()


def elder(town: Town, name: str, room: int, born: str) -> int:
    her = towns.elder(town, name, room, "sms")
    Resident.update(birthday=date.fromisoformat(born)).where(Resident.id == her).execute()
    face.show([her], SYSTEM)
    return her


def rule(town: Town, act: str = "visit", **given: object) -> ServiceRule:
    facts = {"age": 80, "alone": 0, "no_visit": 30}
    wanted = {"facts": facts, "period": 30, **given}
    return rules.save(
        town.actor(town.admin), Wanted(town.happy.id, "八十以上独居", act, "去看看她", **wanted)
    )  # type: ignore[arg-type]


def whom() -> set[int]:
    return {s.resident_id for s in ServiceSuggestion.select().where(ServiceSuggestion.status == "open")}


def test_a_rule_finds_whom_it_fits_once_a_night_and_not_again_within_its_period(
    town: Town, night: Hands
) -> None:
    chen, _young = elder(town, "陈秀英", 501, "1940-01-01"), elder(town, "小周", 502, "1990-01-01")
    li = elder(town, "李大爷", 503, "1941-05-05")
    visited = elder(town, "王奶奶", 504, "1939-05-05")
    Visit.create(
        resident_id=visited, org_id=town.grid.id, status="done", reason="", created_at=clocks.now(), created_by="staff:1",
        due_at=clocks.now(), done_at=clocks.now(),
    )  # fmt: skip
    home = Resident.get_by_id(li).household_id
    Resident.create(
        org_id=town.grid.id, household=home, status="approved", name="李老太", locale="zh_CN", channel="desk", created_at=clocks.now()
    )  # fmt: skip
    made = rule(town)
    assert running.nightly() == 1 and running.nightly() == 0 and whom() == {chen}
    deciding.dismiss(town.actor(town.grid_worker), _open(chen), "住院了")
    night.forward(days=1)
    assert running.nightly() == 0 and whom() == set()
    night.forward(days=31)
    assert running.nightly() == 2 and whom() == {chen, visited}
    assert ServiceRule.get_by_id(made.id).found == 2


def _open(resident_id: int) -> int:
    found = (ServiceSuggestion.resident_id == resident_id) & (ServiceSuggestion.status == "open")
    return int(ServiceSuggestion.get(found).id)


def test_a_view_and_a_warning_say_whom_and_when_and_a_message_is_said_once(town: Town, night: Hands) -> None:
    chen, li = elder(town, "陈秀英", 501, "1940-01-01"), elder(town, "李大爷", 503, "1941-05-05")
    admin = town.actor(town.admin)
    table = tables.of("resident")
    asked = {"col": ["name"], "op": ["contains"], "val": ["陈"]}
    view = views.save(admin, table, "陈姓", asked, ["name"], town.happy.id)
    made = rule(town, "notice", facts={}, view_id=view, during="heat")
    assert running.nightly() == 0
    today = clocks.local(clocks.now()).date()
    weather.warn(admin, town.grid.id, "heat", today, today + timedelta(days=2))
    assert running.now(admin, made.id) == 1 and whom() == {chen} != {li}
    number = _open(chen)
    deciding.accept(town.actor(town.grid_worker), number)
    with pytest.raises(Conflict):
        deciding.accept(admin, number)
    assert Message.select().where(Message.dedupe == f"service:{number}").count() == 1
    views.delete(admin, table, view)
    with pytest.raises(Invalid):
        running.now(admin, made.id)
    assert ServiceRule.get().trouble


def test_a_visit_is_put_on_the_list_and_who_fits_no_more_is_let_go(town: Town, night: Hands) -> None:
    chen = elder(town, "陈秀英", 501, "1940-01-01")
    rule(town)
    rule(town, "task", facts={"no_plan": 0})
    assert running.nightly() == 2
    one, two = ServiceSuggestion.select().order_by(ServiceSuggestion.rule)
    worker = town.actor(town.grid_worker)
    deciding.accept(worker, one.id)
    assert Visit.get().resident_id == chen and ServiceSuggestion.get_by_id(one.id).visit_id == Visit.get().id
    towns.plan(town, chen)
    night.forward(days=1)
    running.nightly()
    assert ServiceSuggestion.get_by_id(two.id).status == "gone"
    with pytest.raises(Invalid):
        deciding.dismiss(worker, two.id, " ")


def test_a_rule_sees_what_its_maker_may_see_now_and_wrong_ones_are_refused(town: Town, night: Hands) -> None:
    elder(town, "陈秀英", 501, "1940-01-01")
    made = rule(town, facts={"no_plan": 0})
    StaffPost.delete().where(StaffPost.staff == town.admin).execute()
    assert running.run(made.id) == 0 and ServiceRule.get().trouble
    with pytest.raises(Forbidden):
        rule(town)
    desk = town.actor(town.desk)
    for wrong in ({"facts": {}}, {"facts": {"age": 900}}, {"facts": {"age": 80}, "period": 0}):
        with pytest.raises(Invalid):
            rules.save(desk, Wanted(town.happy.id, "x", "visit", "y", **wrong))  # type: ignore[arg-type]
