"""Grandma Chen hears what she wishes to hear of, and an emergency always."""

from __future__ import annotations

import pytest

from backend.core.audit import AuditEntry
from backend.messaging import forgetting, people, topics
from tests.databases import TestDatabase

CHEN, LIU = 7, 8


@pytest.fixture
def chen(database: TestDatabase) -> tuple[int, int]:
    """Her chat and her telephone."""
    chat, phone = people.ensure("telegram", "1001").id, people.ensure("sms", "+8613800138000").id
    for identity_id in (chat, phone):
        people.join_resident(identity_id, CHEN, 1)
    people.join_resident(people.ensure("sms", "+8613800138001").id, LIU, 1)
    return chat, phone


def test_a_no_at_one_address_holds_at_all_of_hers_and_a_yes_at_another_ends_it(chen: tuple[int, int]) -> None:
    chat, phone = chen
    assert topics.leave(chat, "greeting")
    assert not topics.leave(phone, "greeting")
    assert topics.left([CHEN, LIU], "greeting") == {CHEN}
    assert topics.left([CHEN, LIU], "event") == set()
    assert topics.left_at([chat, phone], "greeting") == {chat}
    assert topics.left_by(phone) == {"greeting"}
    assert topics.join(phone, "greeting")
    assert not topics.join(phone, "greeting")
    assert topics.left([CHEN], "greeting") == set()
    acts = [e.action for e in AuditEntry.select().order_by(AuditEntry.id)]
    assert acts == ["topic.leave", "topic.join"]


def test_nobody_can_leave_emergencies(chen: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="emergency"):
        topics.leave(chen[0], "emergency")
    topics.leave_all(chen[1])
    assert topics.left([CHEN], "emergency") == set()
    assert topics.left_by(chen[0]) == set(topics.TOPICS) - {"emergency"}


def test_what_she_left_is_in_her_export_and_goes_with_her_addresses(chen: tuple[int, int]) -> None:
    chat, phone = chen
    topics.leave(chat, "offer")
    topics.leave(phone, "survey")
    assert [(t["topic"], t["channel"]) for t in topics.export(CHEN)] == [
        ("offer", "telegram"),
        ("survey", "sms"),
    ]
    forgetting.forget(CHEN, keep=phone)
    assert {t.identity_id for t in topics.TopicOptout.select()} == {phone}
