from __future__ import annotations

import pytest

from backend.care import hooks
from tests.care.town import Town, found
from tests.databases import TestDatabase

assert hooks


@pytest.fixture
def town(database: TestDatabase) -> Town:
    return found()
