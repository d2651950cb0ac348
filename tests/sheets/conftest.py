from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.core import clock as clocks
from tests.databases import TestDatabase
from tests.sheets.club import Club, found_club
from tests.sheets.maria import Maria


@pytest.fixture(scope="session")
def maria() -> Iterator[Maria]:
    """A private MySQL server; tests that ask for it belong to one `xdist_group`."""
    with Maria() as server:
        yield server


@pytest.fixture
def club(sqlite_database: TestDatabase, clock: clocks.Hands) -> Club:
    return found_club()


@pytest.fixture
def anywhere(database: TestDatabase, clock: clocks.Hands) -> Club:
    """The club on SQLite and on PostgreSQL."""
    return found_club()
