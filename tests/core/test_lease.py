"""One leader at a time."""

from __future__ import annotations

import threading

from backend.core import clock as clocks
from backend.core import db, lease
from tests.databases import TestDatabase


def test_one_holds_it_until_it_runs_out(database: TestDatabase) -> None:
    with clocks.stopped() as hands:
        assert lease.acquire("scheduler", "a", 15)
        assert lease.acquire("scheduler", "a", 15), "taking it again is fine"
        assert not lease.acquire("scheduler", "b", 15)
        hands.forward(seconds=10)
        assert lease.renew("scheduler", "a", 15)
        hands.forward(seconds=10)
        assert not lease.acquire("scheduler", "b", 15), "it was renewed"
        hands.forward(seconds=6)
        assert not lease.renew("scheduler", "a", 15), "it ran out: stop leading"
        assert lease.acquire("scheduler", "b", 15)
        assert not lease.acquire("scheduler", "a", 15)


def test_who_lets_go_makes_way_at_once_and_only_the_holder_can(database: TestDatabase) -> None:
    lease.acquire("scheduler", "a", 60)
    lease.release("scheduler", "b")
    assert not lease.acquire("scheduler", "b", 60)
    lease.release("scheduler", "a")
    assert lease.acquire("scheduler", "b", 60)


def test_a_lease_of_a_clock_that_was_ahead_has_run_out(database: TestDatabase) -> None:
    with clocks.stopped() as hands:
        hands.forward(hours=8)
        assert lease.acquire("scheduler", "before the start", 15)
        hands.forward(hours=-8)
        assert lease.acquire("scheduler", "after it", 15)
        hands.forward(seconds=-5)
        assert not lease.acquire("scheduler", "whose clock is a little late", 15)


def test_of_many_who_ask_at_the_same_instant_one_gets_it(database: TestDatabase) -> None:
    together, got = threading.Barrier(6), []

    def ask(name: str) -> None:
        together.wait()
        if lease.acquire("scheduler", name, 60):
            got.append(name)
        db.db.close()

    threads = [threading.Thread(target=ask, args=(f"p{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
