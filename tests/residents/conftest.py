"""The people of these tests: two communities of one street, their staff, and those who register."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from backend.core import orgs
from backend.core.access import Actor, Post
from backend.fields.address import Home
from backend.messaging import people
from backend.messaging.content import Content
from backend.messaging.models import Message
from backend.residents import consent
from backend.residents.actions import Applicant, Registered, register
from tests.databases import TestDatabase

CHEN_ID = "11010519491231002X"
CHEN_MOBILE = "+8613800132210"
WANG_ID = "11010519600307011X"


@dataclass(frozen=True)
class Street:
    """The Orgs, and who works there."""

    happy: orgs.Org
    grid: orgs.Org
    other: orgs.Org
    admin: Actor
    grid_worker: Actor
    stranger: Actor
    """The grid worker of the other community."""
    auditor: Actor


@pytest.fixture
def street(database: TestDatabase) -> Street:
    district = orgs.add("朝阳区", "district")
    street = orgs.add("幸福街道", "street", district)
    happy = orgs.add("幸福里社区", "community", street)
    grid = orgs.add("第一网格", "grid", happy)
    other = orgs.add("和平里社区", "community", street)
    other_grid = orgs.add("第一网格", "grid", other)
    return Street(
        happy,
        grid,
        other,
        Actor("staff", 1, "社区管理员", (Post("community_admin", happy.path),)),
        Actor("staff", 2, "网格员小李", (Post("grid_worker", happy.path),)),
        Actor("staff", 3, "网格员小赵", (Post("grid_worker", other_grid.path),)),
        Actor("staff", 4, "审计员", (Post("auditor", street.path),)),
    )


CHEN: dict[str, Any] = {
    "name": "陈秀英",
    "gender": "female",
    "birthday": date(1949, 12, 31),
    "id_type": "resident_id",
    "id_number": CHEN_ID,
    "mobile": CHEN_MOBILE,
    "email": "chen@example.com",
    "home": Home("3", "2", "501"),
}
WANG: dict[str, Any] = {
    "name": "王建国",
    "gender": "male",
    "birthday": date(1960, 3, 7),
    "id_type": "resident_id",
    "id_number": WANG_ID,
    "mobile": "+8613900139000",
    "home": Home("3", "2", "502"),
}

Registers = Callable[..., Registered]


@pytest.fixture
def registers(street: Street) -> Registers:
    """`registers(CHEN, "telegram", "4711")`: she registers there, her number proven unless `proven=False`."""

    def go(
        answers: dict[str, Any],
        channel: str = "telegram",
        address: str = "",
        *,
        proven: bool = True,
        org: orgs.Org | None = None,
        locale: str = "zh_CN",
    ) -> Registered:
        identity = people.ensure(channel, address or f"{channel}-{answers['name']}", locale)
        applicant = Applicant(identity.id, channel, locale, (org or street.happy).id)
        numbers = (answers["mobile"],) if proven else ()
        return register(applicant, answers, proven=numbers, consent_version=consent.VERSION)

    return go


@pytest.fixture
def chen(registers: Registers) -> int:
    """Grandmother Chen has registered in Telegram and waits."""
    found = registers(CHEN).resident_id
    assert found is not None
    return found


def told(resident_id: int | None = None) -> list[Content]:
    """What was said through the outbox, the oldest first: to this resident, or to anybody."""
    query = Message.select().order_by(Message.id)
    if resident_id is not None:
        query = query.where(Message.resident_id == resident_id)
    return [Content.unseal(m.content) for m in query]
