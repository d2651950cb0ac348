"""A silent conversation is reminded once, in waking hours, and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from backend.core import clock as clocks
from backend.messaging.content import Content
from backend.messaging.models import Conversation, Message
from conversations import engine as engines
from conversations.reminders import remind
from tests.conversations.conftest import Community, Phone_

Phones = Callable[..., Phone_]


@pytest.fixture(autouse=True)
def _this_communitys_engine(phone: Phones) -> Iterator[None]:
    """Reminders go through this process's engine: give the process the little community's."""
    engines.use(phone().engine)
    yield
    engines.use(None)


def _reminders() -> list[str]:
    return [
        Content.unseal(m.content).text
        for m in Message.select().where(Message.purpose == "reminder").order_by(Message.id)
    ]


def test_after_half_an_hour_the_question_is_asked_again_once(
    phone: Phones, community: Community, clock: clocks.Hands
) -> None:
    grandma = phone()
    grandma.say("tea for Chen")
    assert remind() == 0
    clock.forward(minutes=31)
    assert remind() == 1
    assert "Which day" in _reminders()[-1]
    clock.forward(minutes=60)
    assert remind() == 0
    grandma.say("Sunday")
    clock.forward(minutes=31)
    assert remind() == 0, "once is enough for one conversation"
    grandma.say("none")
    grandma.say("yes")
    assert len(community.teas) == 1


def test_the_reminders_buttons_answer_the_question(
    phone: Phones, community: Community, clock: clocks.Hands
) -> None:
    from backend.fields.words import Said

    grandma = phone()
    grandma.say("tea for Chen")
    clock.forward(minutes=31)
    remind()
    message = Message.select().order_by(Message.id.desc()).first()
    grandma.say(message_id=message.id, option=1, said=Said())
    grandma.say("none")
    grandma.say("yes")
    assert [t["day"] for t in community.teas] == ["sun"]


def test_nobody_is_woken_at_night(phone: Phones, clock: clocks.Hands) -> None:
    grandma = phone()
    clock.forward(hours=12)
    grandma.say("tea for Chen")
    clock.forward(minutes=40)
    assert remind() == 0
    clock.forward(hours=10)
    assert remind() == 1


def test_nobody_is_called_on_the_phone_for_it(phone: Phones, clock: clocks.Hands) -> None:
    phone("voice", "+8613800138000").say("tea for Chen")
    clock.forward(minutes=31)
    assert remind() == 0


def test_one_conversation_that_cannot_be_read_keeps_no_other_from_being_reminded(
    phone: Phones, clock: clocks.Hands
) -> None:
    phone(address="damaged").say("tea for Chen")
    Conversation.update(state=b"\x01damaged").execute()
    clock.forward(minutes=1)
    phone(address="grandma").say("tea for Chen")
    clock.forward(minutes=31)
    assert remind() == 1
