from __future__ import annotations

import pytest

from backend.core.clock import Hands
from tests.databases import TestDatabase
from tests.events.village import Village, found_village


@pytest.fixture
def village(database: TestDatabase, clock: Hands) -> Village:
    return found_village()
