"""Who moves to another community is looked after there from then on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest

from backend.care import asking, holidays, queries, visit_actions
from backend.care.models import CarePlan, CheckIn
from backend.core import clock as clocks
from backend.core import orgs
from backend.core.clock import Hands
from backend.fields.address import Home
from backend.residents.actions import correct, place
from tests.care import town as towns
from tests.care.town import Town
from tests.databases import TestDatabase


@pytest.fixture
def town(sqlite_database: TestDatabase) -> Town:
    return towns.found()


@pytest.fixture
def morning(town: Town) -> Iterator[Hands]:
    with clocks.stopped(towns.local(2, time(7, 55))) as hands:
        yield hands


def test_her_plan_and_what_is_open_go_with_her_and_what_is_over_stays(town: Town, morning: Hands) -> None:
    street = orgs.get(town.happy.id).parent
    other = orgs.add("和谐家园社区", "community", street)
    there = town.actor(towns.hire("there", "那边的管理员", "community_admin", other))
    both = town.actor(towns.hire("both", "街道管理员", "street_admin", street))
    here = town.actor(town.admin)
    her = towns.elder(town, "陈秀英", 501, "sms")
    towns.plan(town, her, skip_holidays=True)
    morning.forward(minutes=5)
    asking.due()
    visit_actions.create(here, her, "看看暖气", towns.local(3, time(17)))
    holidays.add(there, other.id, clocks.local(clocks.now()).date().replace(day=3), "社区开放日")
    assert (queries.plan_count(here), queries.plan_count(there)) == (1, 0)

    place(both, her, other.id)

    assert (queries.plan_count(here), queries.plan_count(there)) == (0, 1)
    assert [line.resident.id for line in queries.board(there)] == [her]
    assert (queries.visits(here).count(), queries.visits(there).count()) == (0, 1)
    assert CarePlan.get().next_due_at == towns.local(4, time(8))
    CheckIn.update(status="well", settled_at=clocks.now()).execute()
    place(both, her, town.happy.id)
    assert (queries.plan_count(here), CheckIn.get().org_id) == (1, other.id)


def test_a_home_put_right_by_staff_takes_her_plan_to_its_grid(town: Town, morning: Hands) -> None:
    second = orgs.add("第二网格", "grid", town.happy)
    zhou = towns.elder(town, "周敏", 502, "sms")
    her = towns.elder(town, "陈秀英", 501, "sms")
    towns.plan(town, her)
    place(town.actor(town.admin), zhou, second.id)
    correct(town.actor(town.admin), her, {"home": Home("3", "2", "502")}, "搬家了")
    assert CarePlan.get().org_id == second.id
