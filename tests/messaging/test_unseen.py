"""What nobody looks at in a webchat reaches the person another way."""

from __future__ import annotations

import pytest

from backend.core.clock import Hands
from backend.fields.words import Words
from backend.messaging import Resident, StaffMember, deliveries, people, say, threads, unseen
from backend.messaging.models import Delivery, Identity
from tests.databases import TestDatabase
from tests.messaging_people import GRANDMA, GRANDMAS_PHONE, grandma_has

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def webchat(database: TestDatabase, clock: Hands) -> Identity:
    grandma_has("voice", GRANDMAS_PHONE)
    return grandma_has("webchat", "a-browser-that-she-used-once")


def told(text: str, *, queue: str = "default", purpose: str = "notice") -> None:
    """A notice that is on its way to wherever she is; the worker has pushed it to the webchat."""
    say(Resident(GRANDMA), Words(text), purpose=purpose, queue=queue)
    deliveries.sent([(due.id, None) for due in deliveries.claim(queue, "worker")])


def ways() -> list[tuple[str, str]]:
    return [(d.channel, d.status) for d in Delivery.select().order_by(Delivery.id)]


def test_a_notice_goes_to_the_webchat_first_and_on_to_the_phone_when_nobody_looks(
    webchat: Identity, clock: Hands
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    told("王师傅出发了")
    assert unseen.pass_on() == 0, "she may just be turning back to the page"
    clock.forward(minutes=1)
    assert unseen.pass_on() == 1
    assert ways() == [("webchat", "sent"), ("sms", "pending")]
    clock.forward(minutes=1)
    assert unseen.pass_on() == 0, "once"


def test_what_the_open_page_shows_is_not_said_twice(webchat: Identity, clock: Hands) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    told("王师傅出发了")
    threads.seen(webchat.id, Delivery.get().id, read=False)
    clock.forward(minutes=1)
    assert unseen.pass_on() == 0
    assert ways() == [("webchat", "delivered")]


def test_nobody_is_rung_up_for_a_notice_that_waits_in_the_chat(webchat: Identity, clock: Hands) -> None:
    told("王师傅出发了")
    clock.forward(minutes=1)
    assert unseen.pass_on() == 0
    assert ways() == [("webchat", "sent")]


def test_what_many_are_told_has_more_time_and_news_of_yesterday_stays_in_the_chat(
    webchat: Identity, clock: Hands
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    told("周六社区义诊", queue="bulk", purpose="campaign")
    clock.forward(minutes=1)
    assert unseen.pass_on() == 0
    clock.forward(minutes=15)
    assert unseen.pass_on() == 1
    told("王师傅出发了")
    clock.forward(days=2)
    assert unseen.pass_on() == 0


def test_staff_who_closed_the_page_hear_of_an_alarm_on_their_phone(
    database: TestDatabase, clock: Hands
) -> None:
    for channel, address in (("webchat", "a-page"), ("sms", "+8613800999999")):
        people.join_staff(people.ensure(channel, address, "zh_CN").id, 3)
    say(StaffMember(3), Words("漏水"), purpose="alarm", queue="alerts")
    deliveries.sent([(due.id, None) for due in deliveries.claim("alerts", "worker")])
    clock.forward(minutes=1)
    assert unseen.pass_on() == 1
    assert ways() == [("webchat", "sent"), ("sms", "pending")]
