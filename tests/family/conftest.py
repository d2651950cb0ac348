from __future__ import annotations

import pytest

from tests.alarms.street import Street, settle
from tests.databases import TestDatabase


@pytest.fixture
def street(database: TestDatabase) -> Street:
    return settle()
