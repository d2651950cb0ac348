from __future__ import annotations

import pytest

from backend.core import clock as clocks
from tests.broadcasts.village import Village, build
from tests.databases import TestDatabase


@pytest.fixture
def village(database: TestDatabase, clock: clocks.Hands) -> Village:
    """At ten in the morning: at night nothing leaves."""
    return build()
