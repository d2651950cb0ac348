"""Every address is one Identity."""

from __future__ import annotations

import threading

from backend.core.db import db, transaction
from backend.messaging import people
from backend.messaging.models import Identity
from tests.databases import TestDatabase


def test_two_who_meet_an_address_at_once_get_the_same_identity(database: TestDatabase) -> None:
    found: list[int] = []
    ready = threading.Barrier(4)

    def meet() -> None:
        with db.connection_context():
            ready.wait(60)
            for n in range(10):
                found.append(people.ensure("sms", f"+86138000{n:05d}").id)

    threads = [threading.Thread(target=meet) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(found) == 40
    assert sorted(set(found)) == [i.id for i in Identity.select(Identity.id).order_by(Identity.id)]
    assert Identity.select().count() == 10


def test_an_address_met_again_keeps_its_language(database: TestDatabase) -> None:
    with transaction():
        people.ensure("webchat", "chen", "en")
        assert people.ensure("webchat", "chen", "zh_CN").locale == "en"
