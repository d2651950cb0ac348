"""The fixtures themselves keep their word."""

from __future__ import annotations

from backend.core import audit, db
from backend.core.access import SYSTEM
from tests.databases import TestDatabase
from tests.servers import Valkey


def test_every_test_gets_an_empty_migrated_database(database: TestDatabase) -> None:
    assert db.is_postgres() == (database.kind == "postgres")
    assert audit.verify().entries == 0
    audit.record(SYSTEM, "test.write", "test:1")
    assert audit.verify().entries == 1


def test_what_one_test_wrote_the_next_does_not_see(database: TestDatabase) -> None:
    assert audit.verify().entries == 0


def test_valkey_keeps_its_data_over_a_restart(valkey: Valkey) -> None:
    valkey.client.set("kept", "yes")
    valkey.stop()
    valkey.start()
    assert valkey.client.get("kept") == b"yes"
