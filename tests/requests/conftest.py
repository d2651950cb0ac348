from __future__ import annotations

import pytest

from tests.databases import TestDatabase
from tests.requests.neighbourhood import Neighbourhood, settle


@pytest.fixture
def hood(database: TestDatabase) -> Neighbourhood:
    return settle()
