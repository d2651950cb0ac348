from __future__ import annotations

import pytest

from tests.broadcasts.village import Village, build
from tests.databases import TestDatabase


@pytest.fixture
def village(database: TestDatabase) -> Village:
    return build()
