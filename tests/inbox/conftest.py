"""The people of the inbox: somebody who writes, two who answer, and the office that they work at."""

from __future__ import annotations

from typing import Any

import pytest

from backend.core import clock
from backend.core.access import Actor
from backend.core.orgs import Org
from backend.fields.words import Said
from backend.inbox.models import Handover
from backend.messaging import people
from backend.messaging.content import Content
from backend.messaging.models import Conversation, Identity, Message
from backend.staff import queries as staff
from backend.staff.models import Staff, StaffPost
from conversations import engine
from conversations.inbound import Inbound
from tests.databases import TestDatabase
from tests.staff.conftest import Street, found_street


class Neighbour:
    """Somebody who writes in on one channel; `heard` is what we answered last."""

    def __init__(self, channel: str = "webchat", address: str = "a-browser") -> None:
        self.channel, self.address, self.said = channel, address, 0
        self.heard: list[str] = []
        self.outcome = ""

    def says(self, text: str = "", **said: Any) -> str:
        self.said += 1
        event = f"{self.address}-{self.said}"
        turn = engine.handle(Inbound(self.channel, self.address, event, Said(text=text, **said)))
        self.heard = [r.content.text for r in turn.replies]
        self.outcome = turn.outcome
        return "\n".join(self.heard)

    @property
    def identity(self) -> Identity:
        found = people.find(self.channel, self.address)
        assert found is not None
        return found

    @property
    def thread(self) -> Handover:
        """Her open thread."""
        return Handover.get((Handover.identity_id == self.identity.id) & Handover.done_at.is_null())

    @property
    def is_with_a_person(self) -> bool:
        row = Conversation.get_or_none(Conversation.identity_id == self.identity.id)
        return row is not None and row.handover_id is not None

    def told(self, purpose: str = "answer") -> list[str]:
        """What was said to her beside our replies, in order."""
        rows = Message.select().where(
            (Message.identity_id == self.identity.id) & (Message.purpose == purpose)
        )
        return [Content.unseal(m.content).text for m in rows.order_by(Message.id)]


def hired(name: str, role: str, org: Org) -> Actor:
    """Somebody who works there and never signs in: making a password takes longer than most of these tests."""
    member = Staff.create(username=name, name=name, password_hash="-", created_at=clock.now())
    StaffPost.create(staff=member, role=role, org=org)
    return staff.actor_of(member)


@pytest.fixture
def street(database: TestDatabase) -> Street:
    return found_street()


@pytest.fixture
def li(street: Street) -> Actor:
    return hired("小李", "duty_desk", street.happy)


@pytest.fixture
def zhou(street: Street) -> Actor:
    return hired("小周", "duty_desk", street.happy)


@pytest.fixture
def chen(street: Street) -> Neighbour:
    return Neighbour()
