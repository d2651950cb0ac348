"""What must not wait: a detector's message comes by a session of its own, and is stored once all the same."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import pytest

from backend import domains, embedded
from backend.core import clock as clocks
from backend.core import db
from iot import connection, express, formats, storing
from iot.ingest.crew import LEASE_S, Crew
from iot.ingest.models import DeviceTopic, Twin
from iot.ingest.partitions import EXPRESS, WHOLE, BadPartitions, Partition, planned
from iot.ingest.session import LOUD, Session, Shared
from iot.models import Device, QuarantinedMessage, Reading
from iot.registry import replacing
from iot.storing import Store, Stored
from iot.uplink import Arrived
from tests.care.town import found
from tests.databases import TestDatabase
from tests.iot.test_ingest import Home
from tests.iot.test_partitions import holders
from tests.iot.test_storing import House, alarms_open
from tests.servers import free_port, until

TOPICS = tuple(topic for codec in formats.ALL for topic in codec.topics)
KITCHEN = "linli/kitchen/up"
Way = Literal["express", "usual"]


@pytest.fixture
def house(sqlite_database: TestDatabase) -> House:
    domains.load()
    return House(found())


@pytest.fixture
def either_house(database: TestDatabase) -> House:
    domains.load()
    return House(found())


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """One that has not seen our sessions before."""
    server = embedded.mqtt_broker(tmp_path, free_port())
    server.start()
    yield f"mqtt://{embedded.HOST}:{server.port}"
    server.stop()


@pytest.fixture
def home(broker: str) -> Iterator[Home]:
    home = Home(broker)
    yield home
    home.leave()


class Sessions:
    """The usual session and the express one, at the same broker."""

    def __init__(self, url: str, *topics: str) -> None:
        self._broker, self.topics = connection.broker(url), topics
        self._open: list[Session] = []

    def usual(self, store: Store = storing.store) -> Session:
        session = self._began(Partition(WHOLE, TOPICS), store)
        session.shared = Shared(frozenset(self.topics))
        return session

    def express(self, store: Store = storing.store) -> Session:
        return self._began(Partition(EXPRESS, self.topics), store)

    def end(self) -> None:
        while self._open:
            self._open.pop().stop()

    def remembered(self) -> None:
        """Both were there once: from now on what is published waits for them."""
        for session in (self.usual(), self.express()):
            until(lambda one=session: one.connected, what="the connection")
        self.end()

    def _began(self, partition: Partition, store: Store) -> Session:
        session = Session(partition, self._broker, store=store)
        session.start()
        self._open.append(session)
        return session


@pytest.fixture
def sessions(broker: str) -> Iterator[Sessions]:
    sessions = Sessions(broker, KITCHEN)
    yield sessions
    sessions.end()


def test_smoke_waits_for_none_of_the_readings_that_wait_at_the_broker(
    house: House, sessions: Sessions, home: Home
) -> None:
    house.bound("kitchen", "smoke=smoke")
    before = Reading.select().count()
    sessions.remembered()
    # Three times what the broker gives out before it is told that something is safe.
    home.says("linli/meter/up", *({"id": n, "t": n} for n in range(6_000)))
    home.says(KITCHEN, {"id": "fire", "smoke": True})
    told = threading.Event()

    def store(batch: Sequence[Arrived]) -> Stored:
        assert told.wait(90)
        return storing.store(batch)

    try:
        sessions.usual(store)
        sessions.express()
        until(lambda: alarms_open() == ["smoke"], what="the alarm")
        assert Reading.select().count() == before + 1
    finally:
        told.set()
    until(lambda: Reading.select().count() == before + 6_001, what="all readings, and the smoke once")
    until(lambda: not Twin.select().exists(), what="the other smoke")
    assert alarms_open() == ["smoke"]


def test_a_message_that_one_session_alone_gets_is_stored(
    house: House, sessions: Sessions, home: Home
) -> None:
    house.bound("kitchen", "smoke=smoke")
    usual = sessions.usual()
    until(lambda: usual.connected, what="the connection")
    home.says(KITCHEN, {"id": "fire", "smoke": True})
    until(lambda: alarms_open() == ["smoke"], what="the alarm, though nobody is at the express session")


def test_what_the_broker_kept_is_stored_by_the_usual_session_alone(
    house: House, sessions: Sessions, home: Home
) -> None:
    house.bound("kitchen", "smoke=smoke")
    heard: list[Arrived] = []

    def store(batch: Sequence[Arrived]) -> Stored:
        heard.extend(batch)
        return storing.store(batch)

    home.keeps(KITCHEN, {"smoke": False})
    expressly = sessions.express(store)
    until(lambda: expressly.connected, what="the connection")
    home.says(KITCHEN, {"id": "after", "smoke": False})
    until(lambda: heard, what="what is said now")
    assert [arrived.payload for arrived in heard] == [b'{"id": "after", "smoke": false}']


def press(way: Way | Literal["", "formerly"], said: str = "press") -> Arrived:
    return Arrived(
        "linli/button/up", json.dumps({"event": True, "said": said}).encode(), clocks.now(), twice=way
    )


@pytest.mark.parametrize("seed", range(6))
def test_whichever_session_is_ahead_each_press_is_stored_once_and_in_its_order(
    either_house: House, seed: int
) -> None:
    either_house.bound("button", "light=said")
    chance = random.Random(seed)
    spoken = [chance.choice("123") for _press in range(60)]
    waiting: dict[Way, list[str]] = {"express": list(spoken), "usual": list(spoken)}
    while any(waiting.values()):
        way = chance.choice([way for way, left in waiting.items() if left])
        count = chance.randint(1, 7)
        batch, waiting[way] = waiting[way][:count], waiting[way][count:]
        storing.store([press(way, said) for said in batch])
    stored = [
        str(int(row.values["light"]))
        for row in Reading.select().where(Reading.kind == "event").order_by(Reading.id)
    ]
    assert stored == spoken and not Twin.select().exists()


def test_two_sessions_at_the_same_messages_at_the_same_moment_store_each_once(either_house: House) -> None:
    either_house.bound("button", "light=said")
    ready = threading.Barrier(2)

    def take(way: Way) -> None:
        ready.wait(60)
        for _batch in range(20):
            storing.store([press(way) for _press in range(5)])
        db.db.close()

    both = [threading.Thread(target=take, args=(way,)) for way in ("express", "usual")]
    for one in both:
        one.start()
    for one in both:
        one.join(120)
    assert Reading.select().where(Reading.kind == "event").count() == 100


def test_what_breaks_the_storing_is_put_aside_once(house: House) -> None:
    def broken(_batch: Sequence[Arrived]) -> Stored:
        raise ZeroDivisionError

    for way in ("express", "usual"):
        storing.store_surely([press(way)], broken)
    assert QuarantinedMessage.select().count() == 1
    for way in ("usual", "express"):
        storing.store([Arrived(KITCHEN, b"{", clocks.now(), twice=way)])
    assert QuarantinedMessage.select().count() == 2 and not Twin.select().exists()


def test_what_the_usual_session_took_alone_hides_no_later_press(house: House, clock: clocks.Hands) -> None:
    house.bound("button", "sos=said")
    storing.store([press("usual", "1")])  # it was pressed before the express session was there
    clock.forward(seconds=61)
    storing.store([press("express", "1")])
    assert Reading.select().where(Reading.kind == "event").count() == 2
    clock.forward(days=1)
    storing.store([press("usual", "1")])  # a day behind
    assert Reading.select().where(Reading.kind == "event").count() == 2
    express.clear()
    assert not Twin.select().exists()


def test_a_topic_that_is_the_usual_sessions_alone_again_leaves_nothing_behind(house: House) -> None:
    house.bound("button", "sos=said")
    storing.store([press("express", "1")])
    storing.store([press("formerly", "1"), press("formerly", "1")])
    assert Reading.select().where(Reading.kind == "event").count() == 2 and not Twin.select().exists()


def test_the_express_topics_are_those_of_detectors_in_use(house: House) -> None:
    house.bound("kitchen", "smoke=smoke")
    house.bound("meter", "temperature=t")
    house.bound("unseen", "smoke=smoke", approved=False)
    house.arrives("stranger", smoke=True)
    assert express.topics() == (KITCHEN,)
    house.arrives("new")
    fresh = Device.get(Device.address == "plain:new")
    broken = Device.get(Device.address == "plain:kitchen")
    replacing.replace(house.admin, broken.id, fresh.id)
    assert express.topics() == ("linli/new/up",)


def test_a_device_that_makes_up_topics_is_not_followed_for_ever(house: House) -> None:
    house.bound("kitchen", "smoke=smoke")
    express.note(("plain:kitchen", f"linli/kitchen/{n}/up") for n in range(100))
    assert len(express.topics()) == express.MOST_TOPICS
    assert DeviceTopic.select().count() == express.MOST_TOPICS


def test_a_detector_that_talks_all_the_time_goes_the_usual_way_for_a_day(
    house: House, broker: str, home: Home, clock: clocks.Hands
) -> None:
    house.bound("kitchen", "smoke=smoke")
    house.bound("bath", "smoke=smoke")
    sessions = Sessions(broker, KITCHEN, "linli/bath/up")
    said = [0]

    def talks() -> bool:
        said[0] += 1
        home.says(KITCHEN, *({"id": said[0] * 1_000 + n, "smoke": False} for n in range(LOUD + 1)))
        return express.topics() == ("linli/bath/up",)

    try:
        expressly = sessions.express()
        until(lambda: expressly.connected, what="the connection")
        # What comes before the session was idle once may have waited while nobody was there.
        until(talks, what="the loud one to be left out", every=0.5)
    finally:
        sessions.end()
    clock.forward(days=1, seconds=1)
    assert express.topics() == ("linli/bath/up", KITCHEN)


def test_the_express_session_is_shared_out_and_taken_over_as_any_other(
    house: House, broker: str, home: Home, clock: clocks.Hands
) -> None:
    plan = (Partition(WHOLE, ("linli/+/up",)),)
    first = Crew(plan, connection.broker(broker), "one")
    second = Crew(plan, connection.broker(broker), "two")

    def shared() -> bool:
        for crew in (first, second):
            crew.expect(EXPRESS, express.topics())
            crew.tick()
        return first.standing() == second.standing() == "at work" and holders() == {"one", "two"}

    try:
        house.bound("kitchen", "smoke=smoke")
        until(shared, what="one at the usual session, the other at the express one")
        clock.forward(seconds=LEASE_S + 1)  # the first one hangs
        second.tick()
        assert holders() == {"two"}
        first.tick()  # it wakes up, and sees that it has nothing any more
        until(lambda: second.standing() == "at work", what="the second one at both")
        count = Reading.select().count()
        home.says(KITCHEN, {"id": "fire", "smoke": True})
        until(lambda: alarms_open() == ["smoke"], what="the alarm")
        until(lambda: not Twin.select().exists(), what="the other one of the two")
        assert Reading.select().count() == count + 1
    finally:
        first.leave()
        second.leave()


def test_the_names_of_our_own_partitions_are_not_for_others() -> None:
    with pytest.raises(BadPartitions, match="express"):
        planned("express=linli/+/up", TOPICS)
