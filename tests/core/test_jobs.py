"""Workers are nudged once, however much is said."""

from __future__ import annotations

import pytest
from rq import Queue

from backend.core import jobs
from backend.core.db import after_commit, savepoint, transaction
from tests.databases import TestDatabase
from tests.servers import Valkey


def waiting(queue: str) -> int:
    return int(jobs.connection().llen(Queue(queue, connection=jobs.connection()).key))


def test_kicks_do_not_pile_up_while_no_worker_comes(valkey: Valkey) -> None:
    for _n in range(5):
        jobs.kick("default")
    jobs.kick("alerts")
    assert (waiting("default"), waiting("alerts")) == (1, 1)


def test_a_transaction_kicks_each_queue_once_and_only_when_it_is_committed(
    sqlite_database: TestDatabase, valkey: Valkey
) -> None:
    with transaction():
        for queue in ("default", "bulk", "default"):
            after_commit(jobs.Kick(queue), once=True)
        assert waiting("default") == 0
    assert (waiting("default"), waiting("bulk")) == (1, 1)


def test_a_part_that_failed_takes_no_kick_of_the_rest_away(
    sqlite_database: TestDatabase, valkey: Valkey
) -> None:
    with transaction():
        with pytest.raises(ValueError, match="no"), savepoint():
            after_commit(jobs.Kick("default"), once=True)
            raise ValueError("no")
        after_commit(jobs.Kick("default"), once=True)
    assert waiting("default") == 1
