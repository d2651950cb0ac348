"""Nobody inherits what was said to somebody who is forgotten."""

from __future__ import annotations

from backend.fields.words import Words
from backend.messaging import At, forgetting, people, say
from backend.messaging.models import Identity, Message
from tests.databases import TestDatabase

CHEN = 7


def test_the_number_of_a_forgotten_address_is_nobody_elses(database: TestDatabase) -> None:
    chat = people.ensure("telegram", "1001")
    people.join_resident(chat.id, CHEN, 1)
    say(At(chat.id), Words("钥匙在花盆下面"), purpose="reply")
    forgetting.forget(CHEN)
    kept = Identity.get_by_id(chat.id)
    assert (kept.address, kept.resident_id, kept.state) == ("", None, "gone")
    assert people.find("telegram", "1001") is None
    # The same person again, or the next newcomer: SQLite would give them the number of the last row.
    for address in ("1001", "1002"):
        newcomer = people.ensure("telegram", address)
        assert newcomer.id != chat.id
        assert not Message.select().where(Message.identity_id == newcomer.id).exists()


def test_two_of_one_person_are_forgotten_together(database: TestDatabase) -> None:
    for address in ("+8613800138000", "+8613800138001"):
        people.join_resident(people.ensure("sms", address).id, CHEN, 1)
    forgetting.forget(CHEN)
    assert {i.address for i in Identity.select()} == {""}
