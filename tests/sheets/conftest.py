from __future__ import annotations

import pytest

from backend.core import clock as clocks
from tests.databases import TestDatabase
from tests.sheets.club import Club, found_club


@pytest.fixture
def club(sqlite_database: TestDatabase, clock: clocks.Hands) -> Club:
    return found_club()


@pytest.fixture
def anywhere(database: TestDatabase, clock: clocks.Hands) -> Club:
    """The club on SQLite and on PostgreSQL."""
    return found_club()
