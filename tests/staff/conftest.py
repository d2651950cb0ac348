"""The people of the staff tests: a street with two communities, and who works there."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from backend.core import orgs
from backend.core.orgs import Org
from tests.databases import TestDatabase


@dataclass(frozen=True)
class Street:
    district: Org
    street: Org
    happy: Org
    happy_grid: Org
    sunny: Org


def found_street() -> Street:
    district = orgs.add("东城区", "district")
    street = orgs.add("幸福街道", "street", district)
    happy = orgs.add("幸福里社区", "community", street)
    return Street(
        district,
        street,
        happy,
        orgs.add("第一网格", "grid", happy),
        orgs.add("阳光社区", "community", street),
    )


@pytest.fixture
def street(database: TestDatabase) -> Street:
    return found_street()
