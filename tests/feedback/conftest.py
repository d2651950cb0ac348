"""Somebody with an opinion, and what she was told about it."""

from __future__ import annotations

import pytest

from backend.feedback.models import Feedback
from backend.messaging.content import Content
from backend.messaging.models import Message
from tests.databases import TestDatabase
from tests.inbox.conftest import Neighbour
from tests.staff.conftest import Street, found_street


@pytest.fixture
def street(database: TestDatabase) -> Street:
    return found_street()


@pytest.fixture
def chen(street: Street) -> Neighbour:
    return Neighbour()


def tells(who: Neighbour, *answers: str) -> str:
    """Says them one after the other; what we said to the last."""
    return [who.says(text) for text in answers][-1]


def told(about: str) -> list[str]:
    return [Content.unseal(m.content).text for m in Message.select().where(Message.about == about)]


def complained(chen: Neighbour) -> Feedback:
    chen.says("我要提意见")
    tells(chen, "投诉", "楼道灯坏了三个月", "设施", "跳过", "要", "跳过")
    return Feedback.get()
