"""Each provider's limits hold over all workers together, with Redis and without."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from backend.core import db, health
from backend.messaging.content import Content
from backend.messaging.deliveries import Due
from backend.messaging.models import Delivery
from backend.messaging.outbox import Outgoing, say_many
from bots.channel import Channel, Sent, TryLater
from broadcasts.delivery import Courier
from broadcasts.limits import Limits, Line, Pace, Place
from tests.databases import TestDatabase
from tests.messaging_people import has
from tests.servers import Valkey

WORDS = Content("停水", "停水", "停水", "zh_CN")


def due(number: int, address: str = "", queue: str = "bulk") -> Due:
    return Due(number, number, number, "sms", address or f"+86{number}", WORDS, queue, "campaign", 1, "")


@dataclass
class Provider:
    """Takes at most so many messages in any second, and says 429 to the others."""

    at_most: int
    taken: list[int] = field(default_factory=list)
    refused: int = 0
    _times: deque[float] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, message_id: int) -> None:
        with self._lock:
            now = time.monotonic()
            while self._times and self._times[0] < now - 1:
                self._times.popleft()
            if len(self._times) >= self.at_most:
                self.refused += 1
                raise TryLater("429", 1)
            self._times.append(now)
            self.taken.append(message_id)


@dataclass
class Wire(Channel):
    provider: Provider
    per_second: float
    name: str = "sms"
    per_address_second: float = 10.0

    async def send(self, due: Due) -> Sent:
        await asyncio.sleep(0)
        self.provider.take(due.message_id)
        return Sent()


@pytest.fixture
def limits(valkey: Valkey) -> Callable[..., Limits]:
    def made(**rates: float) -> Limits:
        channel = Wire(Provider(1), rates.pop("per_second", 1000.0))
        for name, rate in rates.items():
            setattr(channel, name, rate)
        return Limits([channel])

    return made


def told(count: int) -> None:
    crowd = [has(1000 + n, "sms", f"+86138001{n:05d}") for n in range(count)]
    say_many([Outgoing(i.id, "sms", None, WORDS, "campaign", "bulk", f"c1:{i.id}") for i in crowd])


def test_two_workers_together_stay_below_the_limit_and_everybody_is_reached(
    sqlite_database: TestDatabase, valkey: Valkey
) -> None:
    told(60)
    provider = Provider(at_most=50)
    couriers = [Courier({"sms": Wire(provider, 40.0)}) for _worker in range(2)]

    def work(courier: Courier) -> None:
        while deliveries_open():
            courier.drain("bulk")
        db.db.close()

    threads = [threading.Thread(target=work, args=(courier,)) for courier in couriers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for courier in couriers:
        courier.close()
    assert provider.refused == 0
    assert len(provider.taken) == len(set(provider.taken)) == 60


def deliveries_open() -> bool:
    return bool(Delivery.select().where(Delivery.status.in_(("pending", "sending"))).exists())


def test_places_are_shared_by_all_workers_through_redis(limits: Callable[..., Limits]) -> None:
    one, other = limits(per_second=10), limits(per_second=10)
    began = time.monotonic()
    first = one.reserve("sms", [due(n) for n in range(5)], 10)
    second = other.reserve("sms", [due(n) for n in range(5, 10)], 10)
    took = time.monotonic() - began  # on a slow machine the second asks much later
    assert all(place.taken for place in [*first, *second])
    assert first[-1].wait + 0.05 - took <= second[0].wait <= first[-1].wait + 0.15
    assert [round(b.wait - a.wait, 3) for a, b in pairwise(second)] == [0.1] * 4


def test_what_is_too_far_away_takes_no_place_and_comes_back_one_after_the_other(
    limits: Callable[..., Limits],
) -> None:
    places = limits(per_second=10).reserve("sms", [due(n) for n in range(30)], 1)
    taken = [place for place in places if place.taken]
    later = [place.wait for place in places if not place.taken]
    assert 10 <= len(taken) <= 12 and max(place.wait for place in taken) <= 1
    assert later == sorted(later) and later[-1] > 2.5


def test_one_person_and_one_mail_domain_are_not_hurried(limits: Callable[..., Limits]) -> None:
    chat = limits(per_address_second=1).reserve("sms", [due(7)] * 5, 10)
    assert [place.taken for place in chat] == [True, True, True, False, False]
    letters = limits(per_domain_second=5).reserve("sms", [due(n, f"a{n}@qq.com") for n in range(20, 24)], 10)
    assert [place.taken for place in letters] == [True, False, False, False]
    assert letters[3].wait == pytest.approx(0.55, abs=0.06)


def test_an_alarm_does_not_stand_behind_a_campaign(limits: Callable[..., Limits]) -> None:
    shared = limits(per_second=10)
    campaign = shared.reserve("sms", [due(n) for n in range(10)], 2)
    assert shared.reserve("sms", [due(50, queue="alerts")], 10) == [Place(0, taken=True)]
    (after,) = shared.reserve("sms", [due(51)], 2)
    assert after.wait > campaign[-1].wait + 0.15, "the others make room"


def test_who_is_told_to_wait_holds_everybody(limits: Callable[..., Limits], valkey: Valkey) -> None:
    one, other = limits(), limits()
    one.hold("sms", 3)
    assert one.held("sms") > 2.9
    (place,) = other.reserve("sms", [due(1)], 10)
    assert place.taken and place.wait == pytest.approx(3, abs=0.2)
    (urgent,) = other.reserve("sms", [due(2, queue="alerts")], 10)
    assert urgent.wait == pytest.approx(3, abs=0.2)


def test_while_redis_is_away_each_worker_has_its_part(
    limits: Callable[..., Limits], valkey: Valkey, sqlite_database: TestDatabase
) -> None:
    for process in ("worker", "alerts", "web"):
        health.beat(process)
    alone = limits(per_second=10)
    valkey.stop()
    places = alone.reserve("sms", [due(n) for n in range(3)], 10)
    assert places[2].wait - places[1].wait == pytest.approx(0.2), "two of them send"
    valkey.start()


def test_in_this_process_the_rule_is_the_same() -> None:
    now = [100.0]
    pace = Pace(lambda: now[0])
    overall, chat = Line("", 0.1, 0.05), Line(":i1", 1.0, 2.0)
    places = pace.reserve(overall, [[chat]] * 4, 10)
    assert [place.taken for place in places] == [True, True, True, False]
    far = pace.reserve(overall, [[Line(f":i{n}", 1.0, 2.0)] for n in range(2, 15)], 1)
    assert sum(place.taken for place in far) == 8
    assert [round(place.wait, 2) for place in far if not place.taken] == [1.05, 1.15, 1.25, 1.35, 1.45]
    pace.hold(5)
    assert pace.reserve(overall, [[Line(":i20", 1.0, 2.0)]], 10, urgent=True)[0].wait == 5
    now[0] += 5
    assert pace.held() == 0
