"""Who else comes: told to those who come themselves, of those who show it to their community."""

from __future__ import annotations

import pytest

from backend.events import queries, replies
from backend.residents import privacy
from backend.residents.models import Resident
from tests.databases import TestDatabase
from tests.events.village import Village


@pytest.fixture
def database(sqlite_database: TestDatabase) -> TestDatabase:
    """Nothing here is said differently to either database."""
    return sqlite_database


def test_who_shows_her_name_is_told_to_those_who_come_too(village: Village) -> None:
    Resident.update(status="approved").execute()
    event = village.event()
    chen, zhou, li = (village.neighbours[n] for n in range(3))
    for n in range(3):
        village.join(event, n)
    privacy.choose(zhou, "name", privacy.PUBLIC, channel="telegram")
    privacy.choose(li, "mobile", privacy.PUBLIC, channel="telegram")
    assert queries.company(event, chen, "zh_CN") == ["周敏"]
    assert queries.company(event, zhou, "zh_CN") == []
    shown = replies.details(event, queries.places_of(event), queries.signup_of(event.id, chen), 0, ["周敏"])
    assert "周敏" in str(shown.text)
    privacy.choose(zhou, "name", privacy.ADMINS, channel="telegram")
    assert queries.company(event, chen, "zh_CN") == []
