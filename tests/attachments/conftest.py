"""A community whose office adds files; the neighbours of the next one, who must not see them; an auditor, who only reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from backend.core import orgs
from backend.core.access import Actor, Post
from backend.fields.address import Home
from backend.messaging import people
from backend.residents import consent
from backend.residents import files as _of_residents
from backend.residents.actions import Applicant, register
from tests.databases import TestDatabase

assert _of_residents


@dataclass(frozen=True)
class Office:
    happy: orgs.Org
    other: orgs.Org
    lin: Actor
    """Admin of 幸福里."""
    stranger: Actor
    """Admin of the other community."""
    auditor: Actor
    chen: int

    @property
    def subject(self) -> str:
        return f"resident:{self.chen}"


@pytest.fixture
def office(sqlite_database: TestDatabase, configure: Callable[..., None], tmp_path: Path) -> Office:
    configure(VAR_DIR=str(tmp_path / "var"))
    street = orgs.add("幸福街道", "street")
    happy = orgs.add("幸福里社区", "community", street)
    other = orgs.add("和平里社区", "community", street)
    answers = {
        "name": "陈秀英",
        "gender": "female",
        "birthday": date(1949, 12, 31),
        "id_type": "resident_id",
        "id_number": "11010519491231002X",
        "mobile": "+8613800132210",
        "email": None,
        "home": Home("3", "2", "501"),
    }
    applicant = Applicant(people.ensure("telegram", "4711", "zh_CN").id, "telegram", "zh_CN", happy.id)
    chen = register(applicant, answers, proven=(answers["mobile"],), consent_version=consent.VERSION)
    assert chen.resident_id is not None
    return Office(
        happy,
        other,
        Actor("staff", 1, "林主任", (Post("community_admin", happy.path),)),
        Actor("staff", 2, "周主任", (Post("community_admin", other.path),)),
        Actor("staff", 3, "审计员", (Post("auditor", happy.path),)),
        chen.resident_id,
    )
