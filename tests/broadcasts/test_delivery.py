"""Every committed Message is delivered or visibly failed: leases, retries, order, fallback, receipts."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from backend.core import clock as clocks
from backend.core import db
from backend.fields.words import Option, Words
from backend.messaging import Resident, deliveries, forgetting, people, say, waiting
from backend.messaging.deliveries import Due
from backend.messaging.models import Conversation, Delivery, Identity, Message
from backend.messaging.people import At
from bots.channel import AnswerLost, Channel, Refused, Sent, TryLater
from broadcasts import precedence
from broadcasts.delivery import Courier
from tests.databases import TestDatabase
from tests.messaging_people import DAUGHTER, GRANDMA, GRANDMAS_PHONE, grandma_has, has


@dataclass
class Wire(Channel):
    """A provider in memory: takes what it is given, or answers as its `mood` says."""

    name: str = "sms"
    per_second: float = 1e6
    per_address_second: float = 1e6
    mood: list[Exception] = field(default_factory=list)
    taken: list[Due] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def send(self, due: Due) -> Sent:
        with self.lock:
            if self.mood:
                raise self.mood.pop(0)
            self.taken.append(due)
            return Sent(f"{self.name}-{due.id}")

    @property
    def texts(self) -> list[str]:
        return [due.content.text for due in self.taken]


@pytest.fixture
def sms(database: TestDatabase) -> Wire:
    return Wire("sms")


@pytest.fixture
def telegram() -> Wire:
    return Wire("telegram")


@pytest.fixture
def courier(sms: Wire, telegram: Wire) -> Iterator[Courier]:
    courier = Courier({"sms": sms, "telegram": telegram})
    yield courier
    courier.close()


def _status(message_id: int | None) -> list[str]:
    rows = Delivery.select().where(Delivery.message_id == message_id).order_by(Delivery.id)
    return [d.status for d in rows]


def test_a_message_reaches_her_on_the_channel_she_prefers(
    courier: Courier, sms: Wire, telegram: Wire
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    grandma_has("telegram", "42")
    message = say(Resident(GRANDMA), Words("The lift is repaired."), purpose="notice")
    courier.drain("default")
    assert telegram.texts == ["The lift is repaired."] and sms.texts == []
    assert _status(message) == ["sent"]


def test_each_reads_it_in_her_own_language(courier: Courier, sms: Wire) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    people.set_locale(has(DAUGHTER, "sms", "+441632960001").id, "en")
    words = Words({"zh_CN": "电梯修好了。", "en": "The lift is repaired."})
    say(Resident(GRANDMA), words, purpose="notice")
    say(Resident(DAUGHTER), words, purpose="notice")
    courier.drain("default")
    assert sorted(sms.texts) == ["The lift is repaired.", "电梯修好了。"]


def test_when_one_channel_refuses_the_next_is_tried(courier: Courier, sms: Wire, telegram: Wire) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    chat = grandma_has("telegram", "42")
    telegram.mood = [Refused("bot was blocked by the user", ends_identity=True)]
    message = say(Resident(GRANDMA), Words("Water is off tonight."), purpose="notice")
    courier.drain("default")
    assert sms.texts == ["Water is off tonight."]
    assert _status(message) == ["failed", "sent"]
    assert Identity.get_by_id(chat.id).state == "blocked"


def test_what_is_meant_for_one_address_goes_to_no_other_of_hers(
    courier: Courier, sms: Wire, telegram: Wire
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    chat = grandma_has("telegram", "4242")
    telegram.mood = [Refused("blocked", ends_identity=True)]
    message_id = say(At(chat.id), Words("确认链接"), purpose="activation")
    courier.drain("default")
    assert _status(message_id) == ["failed"] and sms.texts == []


def test_an_answer_that_she_waits_for_finds_her_at_another_address(
    courier: Courier, sms: Wire, telegram: Wire
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    chat = grandma_has("telegram", "4242")
    telegram.mood = [Refused("blocked", ends_identity=True)]
    say(At(chat.id, elsewhere=True), Words("师傅马上来"), purpose="answer")
    courier.drain("default")
    assert sms.texts == ["师傅马上来"]


def test_with_nobody_to_reach_it_is_kept_and_visibly_failed(database: TestDatabase) -> None:
    message = say(Resident(GRANDMA), Words("Hello?"), purpose="notice")
    assert _status(message) == ["failed"]
    assert Delivery.get().error == "no reachable address"


def test_a_busy_provider_is_asked_again_when_it_said_so(
    courier: Courier, sms: Wire, clock: clocks.Hands
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    sms.mood = [TryLater("429", after_s=30)]
    message = say(Resident(GRANDMA), Words("Good morning."), purpose="notice")
    courier.drain("default")
    clock.forward(seconds=29)
    assert courier.drain("default") == 0
    assert _status(message) == ["pending"]
    clock.forward(seconds=2)


def test_a_provider_that_stays_broken_ends_in_a_visible_failure(
    courier: Courier, sms: Wire, clock: clocks.Hands
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    sms.mood = [TryLater("503")] * 50
    message = say(Resident(GRANDMA), Words("Good morning."), purpose="notice")
    for _ in range(50):
        courier.drain("default")
        clock.forward(minutes=20)
    assert _status(message) == ["failed"]
    assert Delivery.get().attempts == deliveries.MAX_ATTEMPTS["default"]


@pytest.mark.parametrize(
    ("queue", "status"), [("alerts", "pending"), ("default", "pending"), ("bulk", "unknown")]
)
def test_a_lost_answer_is_repeated_for_alarms_and_never_for_campaigns(
    courier: Courier, sms: Wire, queue: str, status: str
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    sms.mood = [AnswerLost("timed out")]
    message = say(Resident(GRANDMA), Words("Smoke at home."), purpose="alarm", queue=queue)
    courier.drain(queue)
    assert _status(message) == [status]


@pytest.mark.parametrize(
    ("queue", "status"), [("alerts", "pending"), ("replies", "pending"), ("bulk", "unknown")]
)
def test_what_a_killed_worker_held_is_freed_when_its_lease_ends(
    database: TestDatabase, clock: clocks.Hands, queue: str, status: str
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    message = say(Resident(GRANDMA), Words("Are you well?"), purpose="care", queue=queue)
    assert deliveries.claim(queue, "a worker that is killed")
    deliveries.reap()
    assert _status(message) == ["sending"]
    clock.forward(seconds=61)
    deliveries.reap()
    assert _status(message) == [status]


def test_two_workers_never_take_the_same(courier: Courier, sms: Wire) -> None:
    for number in range(60):
        has(1000 + number, "sms", f"+86138001{number:05d}")
        say(Resident(1000 + number), Words(f"notice {number}"), purpose="notice", queue="bulk")
    threads = [threading.Thread(target=lambda: (courier.drain("bulk"), db.db.close())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sms.texts) == sorted(f"notice {n}" for n in range(60))


def test_who_writes_a_campaigns_letters_claims_none_of_them_for_a_moment_only(
    courier: Courier, sms: Wire
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    say(Resident(GRANDMA), Words("Water is off tonight."), purpose="notice", queue="bulk")
    with precedence.letters():
        assert not precedence.may_send("bulk", busy=True)
        assert precedence.may_send("replies", busy=True)
        courier.drain("bulk")
        assert sms.texts == ["Water is off tonight."], "a writer that stands still keeps everything back"
    assert precedence.may_send("bulk", busy=True)


def test_what_is_said_to_one_person_arrives_in_order(
    courier: Courier, sms: Wire, clock: clocks.Hands
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    for number in range(5):
        say(Resident(GRANDMA), Words(f"{number}"), purpose="notice")
    sms.mood = [TryLater("busy", after_s=0)]
    courier.drain("default")
    clock.forward(seconds=5)
    courier.drain("default")
    assert sms.texts == ["0", "1", "2", "3", "4"]


def test_the_same_reason_is_said_once(database: TestDatabase) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    assert say(Resident(GRANDMA), Words("Overdue"), purpose="notice", dedupe="request:7:overdue:1")
    assert say(Resident(GRANDMA), Words("Overdue"), purpose="notice", dedupe="request:7:overdue:1") is None
    assert Message.select().count() == Delivery.select().count() == 1


def test_nothing_is_said_when_its_reason_is_rolled_back(database: TestDatabase) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    with pytest.raises(ZeroDivisionError), db.transaction():
        say(Resident(GRANDMA), Words("We are on our way."), purpose="notice")
        raise ZeroDivisionError
    assert Message.select().count() == 0


def test_somebody_who_opted_out_is_not_written_to(courier: Courier, sms: Wire) -> None:
    phone = grandma_has("sms", GRANDMAS_PHONE)
    people.set_state(phone.id, "stopped")
    message = say(Resident(GRANDMA), Words("Come to the party."), purpose="notice")
    courier.drain("default")
    assert sms.texts == [] and _status(message) == ["failed"]


def test_options_can_be_answered_by_number_afterwards(database: TestDatabase) -> None:
    phone = grandma_has("sms", GRANDMAS_PHONE)
    message = say(Resident(GRANDMA), Words("Well?", options=(Option("care.well:1", "Well"),)), purpose="care")
    assert Conversation.get_by_id(phone.id).offer_id == message


class TestReceipts:
    @pytest.fixture
    def delivery(self, courier: Courier, sms: Wire) -> Delivery:
        grandma_has("sms", GRANDMAS_PHONE)
        say(Resident(GRANDMA), Words("The lift is repaired."), purpose="notice")
        courier.drain("default")
        return Delivery.get()

    def test_they_move_a_delivery_forward_only(self, delivery: Delivery) -> None:
        for status in ("delivered", "sent", "failed"):
            assert deliveries.receipt("sms", delivery.provider_id, status)
        assert Delivery.get().status == "delivered"

    def test_a_late_failure_tries_her_next_address(self, delivery: Delivery) -> None:
        grandma_has("telegram", "42")
        deliveries.receipt("sms", delivery.provider_id, "failed", "30003")
        assert [d.channel for d in Delivery.select().order_by(Delivery.id)] == ["sms", "telegram"]

    def test_one_that_came_before_the_providers_answer_counts(self, courier: Courier, sms: Wire) -> None:
        grandma_has("sms", GRANDMAS_PHONE)
        say(Resident(GRANDMA), Words("Quick"), purpose="notice")
        due = deliveries.claim("default", "w")[0]
        assert deliveries.receipt("sms", "SM1", "delivered", delivery_id=due.id)
        deliveries.sent([(due.id, "SM1")])
        assert Delivery.get().status == "delivered"

    def test_a_strangers_receipt_is_not_ours(self, delivery: Delivery) -> None:
        assert not deliveries.receipt("sms", "SM-unknown", "delivered")

    def test_a_failure_that_is_reported_twice_tries_one_other_address(self, delivery: Delivery) -> None:
        grandma_has("telegram", "42")
        people.ensure("voice", GRANDMAS_PHONE)
        for _ in range(2):
            deliveries.fail(delivery.id, "30003")
        assert Delivery.select().count() == 2


class TestSlowProviders:
    """A provider's pace holds up its own messages alone, and never longer than their lease."""

    def test_what_would_wait_beyond_its_lease_goes_back_and_is_not_sent_twice(
        self, sms: Wire, telegram: Wire, clock: clocks.Hands
    ) -> None:
        sms.per_address_second = 1 / 600
        courier = Courier({"sms": sms, "telegram": telegram})
        grandma_has("sms", GRANDMAS_PHONE)
        has(DAUGHTER, "telegram", "42")
        for number in range(5):
            say(Resident(GRANDMA), Words(f"Alarm {number}"), purpose="alarm", queue="alerts")
        say(Resident(DAUGHTER), Words("Alarm"), purpose="alarm", queue="alerts")
        assert courier.drain("alerts") == 4, "a burst of three, and the other person's"
        assert telegram.texts == ["Alarm"]
        waiting = Delivery.select().where(Delivery.status == "pending")
        assert [d.attempts for d in waiting] == [0, 0], "they were not tried, so nothing counts against them"
        assert all(d.next_at > clock.at for d in waiting)
        courier.close()

    def test_no_more_are_under_way_than_the_channel_has_connections(self, sms: Wire, telegram: Wire) -> None:
        together: list[int] = []
        under_way = 0

        class Narrow(Wire):
            at_once = 2

            async def send(self, due: Due) -> Sent:
                nonlocal under_way
                under_way += 1
                together.append(under_way)
                await asyncio.sleep(0)
                under_way -= 1
                return Sent()

        courier = Courier({"sms": Narrow("sms")})
        for number in range(10):
            has(100 + number, "sms", f"+86138001380{number:02}")
            say(Resident(100 + number), Words("Hello"), purpose="notice")
        assert courier.drain("default") == 10
        assert max(together) == 2
        courier.close()


def test_one_message_that_cannot_be_read_keeps_no_other_from_being_sent(
    courier: Courier, sms: Wire, clock: clocks.Hands
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    has(DAUGHTER, "sms", "+441632960001")
    damaged = say(Resident(GRANDMA), Words("Water is off."), purpose="notice")
    Message.update(content=b"\x01damaged").where(Message.id == damaged).execute()
    say(Resident(DAUGHTER), Words({"zh_CN": "停水。", "en": "Water is off."}), purpose="notice")
    courier.drain("default")
    assert len(sms.texts) == 1
    for _ in range(9):
        clock.forward(minutes=16)
        courier.drain("default")
    assert _status(damaged) == ["failed"]


def test_what_was_being_sent_to_somebody_who_is_forgotten_is_not_tried_again(
    courier: Courier, sms: Wire, clock: clocks.Hands
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    message = say(Resident(GRANDMA), Words("Come by."), purpose="notice")
    due = deliveries.claim("default", "w")[0]
    forgetting.forget(GRANDMA)
    deliveries.retry(due.id, "429")
    clock.forward(minutes=5)
    deliveries.reap()
    assert courier.drain("default") == 0
    assert _status(message) == ["cancelled"]


def test_the_options_of_a_message_that_took_another_way_can_be_answered_by_number(
    courier: Courier, sms: Wire, telegram: Wire
) -> None:
    grandma_has("telegram", "42")
    phone = grandma_has("sms", GRANDMAS_PHONE)
    telegram.mood = [Refused("blocked")]
    message = say(Resident(GRANDMA), Words("Well?", options=(Option("care.well:1", "Well"),)), purpose="care")
    courier.drain("default")
    assert Conversation.get_by_id(phone.id).offer_id == message


def _minutes_until(taken: Wire, courier: Courier, clock: clocks.Hands) -> float:
    """Of a worker that looks every two seconds, and of the scheduler beside it."""
    began = clock.at
    while not taken.taken and clock.at - began < timedelta(hours=1):
        courier.drain("alerts")
        waiting.hasten()
        clock.forward(seconds=2)
    return (clock.at - began).total_seconds() / 60


def test_an_alarm_goes_by_text_message_as_well_while_telegram_is_away(
    courier: Courier, sms: Wire, telegram: Wire, clock: clocks.Hands
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    grandma_has("telegram", "42")
    telegram.mood = [TryLater("Telegram is not reachable") for _ in range(6)]
    message = say(Resident(GRANDMA), Words("Smoke!"), purpose="alarm", queue="alerts")
    assert _minutes_until(sms, courier, clock) < 0.5
    assert _status(message) == ["pending", "sent"], "Telegram is tried on"
    assert _minutes_until(telegram, courier, clock) < 5
    assert _status(message) == ["sent", "sent"]


@pytest.mark.parametrize("asked_by", ["a campaign", "the alarm"])
def test_a_flood_wait_of_an_hour_sends_the_alarm_by_text_message_at_once(
    asked_by: str, courier: Courier, sms: Wire, telegram: Wire, clock: clocks.Hands
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    grandma_has("telegram", "42")
    if asked_by == "a campaign":
        telegram.mood = [TryLater("flood", after_s=3600.0)]
        say(Resident(GRANDMA), Words("Flu shots on Monday."), purpose="campaign", queue="bulk")
        courier.drain("bulk")
    else:
        telegram.mood = [TryLater("flood", after_s=3600.0)]
    message = say(Resident(GRANDMA), Words("Smoke!"), purpose="alarm", queue="alerts")
    assert _minutes_until(sms, courier, clock) < 0.1
    assert sms.texts == ["Smoke!"] and telegram.texts == []
    assert _status(message) == ["pending", "sent"]


def test_an_alarm_whose_send_hangs_goes_elsewhere_after_twenty_seconds_and_once(
    courier: Courier, sms: Wire, telegram: Wire, clock: clocks.Hands
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    grandma_has("telegram", "42")
    message = say(Resident(GRANDMA), Words("Smoke!"), purpose="alarm", queue="alerts")
    clock.forward(minutes=1)
    assert waiting.hasten() == 0, "no worker has come yet: another address would wait for the same one"
    deliveries.claim("alerts", "a worker that hangs")
    assert waiting.hasten() == 1 and waiting.hasten() == 0
    assert _status(message) == ["sending", "pending"]


def test_a_chat_that_ends_after_the_text_message_has_left_has_nobody_rung_up_too(
    courier: Courier, sms: Wire, telegram: Wire, clock: clocks.Hands
) -> None:
    grandma_has("voice", GRANDMAS_PHONE)
    grandma_has("sms", GRANDMAS_PHONE)
    grandma_has("telegram", "42")
    telegram.mood = [TryLater("away"), TryLater("away"), Refused("blocked", ends_identity=True)]
    message = say(Resident(GRANDMA), Words("Smoke!"), purpose="alarm", queue="alerts")
    for _ in range(20):
        courier.drain("alerts")
        clock.forward(seconds=2)
    assert _status(message) == ["failed", "sent"]


def test_a_notice_waits_for_its_channel(
    courier: Courier, sms: Wire, telegram: Wire, clock: clocks.Hands
) -> None:
    grandma_has("sms", GRANDMAS_PHONE)
    grandma_has("telegram", "42")
    telegram.mood = [TryLater("flood", after_s=60.0)]
    message = say(Resident(GRANDMA), Words("The lift is repaired."), purpose="notice")
    courier.drain("default")
    clock.forward(minutes=1)
    assert waiting.hasten() == 0 and _status(message) == ["pending"]
