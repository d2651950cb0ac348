"""The community whose readings go onward."""

from __future__ import annotations

import pytest

from tests.databases import TestDatabase
from tests.iot.routes.world import Community


@pytest.fixture
def community(sqlite_database: TestDatabase) -> Community:
    return Community()
