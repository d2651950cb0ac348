"""Several ingest processes: each topic is somebody's, and what was on its way when somebody died reaches the next one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations

import paho.mqtt.client as mqtt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend import embedded
from backend.core import clock as clocks
from backend.core.lease import Lease
from iot import connection
from iot.codecs import matches
from iot.ingest import partitions
from iot.ingest.crew import LEASE_S, Crew
from iot.ingest.models import BrokerSession
from iot.ingest.partitions import BadPartitions, Claim, Partition, overlap, planned, wanted
from iot.models import Reading
from tests.databases import TestDatabase
from tests.servers import free_port, until

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOPICS = ("linli/+/up", "application/+/device/+/event/+")
_levels = st.lists(st.sampled_from(["a", "b", "+"]), min_size=1, max_size=4)


def test_without_a_setting_there_is_one_partition_under_the_name_that_its_session_always_had() -> None:
    (whole,) = planned("", TOPICS)
    assert (whole.session, whole.filters) == ("linli-ingest", TOPICS)


def test_partitions_are_named_with_their_topics_and_what_nobody_reads_is_told() -> None:
    found = planned(
        "lora=application/7/device/+/event/+; own = linli/happy/+/up  linli/happy/+/state", TOPICS
    )
    assert [p.session for p in found] == ["linli-ingest-lora", "linli-ingest-own"]
    assert partitions.left_out(found, [*TOPICS, "tele/+/+"]) == ["linli/+/up", "tele/+/+"]


@pytest.mark.parametrize(
    "text", ["a=linli/+/up; b=linli/#", "A=x/y", "a=", "a=x/#/y", "a=x; a=y", "a=$SYS/x", "a=x+/y"]
)
def test_partitions_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(BadPartitions):
        planned(text, TOPICS)


def test_with_durable_shared_sessions_each_member_has_every_topic() -> None:
    found = planned("", TOPICS, shared=2)
    assert [p.session for p in found] == ["linli-ingest-shared-1", "linli-ingest-shared-2"]
    assert found[0].filters == found[1].filters == tuple(f"$share/linli/{t}" for t in TOPICS)


@settings(deadline=None)
@given(_levels, _levels)
def test_two_filters_overlap_when_some_topic_fits_both(one: list[str], other: list[str]) -> None:
    a, b = "/".join(one), "/".join(other)
    topics = {
        "/".join(levels) for n in range(1, 5) for levels in permutations(["a", "b", "a", "b", "c"], n)
    } | {"/".join(x if x != "+" else y if y != "+" else "c" for x, y in zip(one, other, strict=False))}
    both = any(matches(topic, a) and matches(topic, b) for topic in topics)
    assert overlap(a, b) == overlap(b, a) == both


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(1, 4), st.lists(st.integers(0, 4), min_size=6, max_size=6))
def test_however_it_began_everybody_has_his_share_after_a_few_turns(
    count: int, people: int, first: list[int]
) -> None:
    names = [f"p{n}" for n in range(count)]
    us = [f"w{n}" for n in range(people)]
    # Some are held by somebody who died, or by nobody.
    claims = {
        n: Claim(f"w{who}", NOW + timedelta(seconds=5)) for n, who in zip(names, first, strict=False) if who
    }
    now = NOW
    for _turn in range(2 * count + 8):
        now += timedelta(seconds=1.5)
        for me in us:
            take, give = wanted(names, claims, us, me, now)
            for name in give:
                del claims[name]
            for name in [*take, *(n for n, c in claims.items() if c.holder == me)]:
                claims[name] = Claim(me, now + timedelta(seconds=5))
    shares = [sum(c.holder == me for c in claims.values()) for me in us]
    assert sum(shares) == count and max(shares) <= -(-count // people)


class Town:
    """A broker, and devices of two communities that publish."""

    def __init__(self, port: int) -> None:
        self.broker = connection.broker(f"mqtt://{embedded.HOST}:{port}")
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.connect(embedded.HOST, port)
        self._client.loop_start()
        self.count = 0

    def says(self, *topics: str) -> None:
        for topic in topics:
            self.count += 1
            self._client.publish(topic, json.dumps({"id": self.count}), qos=1).wait_for_publish(60)

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def town(sqlite_database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    server = embedded.mqtt_broker(tmp_path_factory.mktemp("broker"), free_port())
    server.start()
    town = Town(server.port)
    yield town
    town.leave()
    server.stop()


def holders() -> set[str]:
    held = Lease.select().where((Lease.until > clocks.now()) & Lease.name.startswith("ingest:"))
    return {row.holder for row in held}


PLAN = (Partition("own", ("linli/+/up",)), Partition("lora", ("linli/+/+/up",)))


def test_two_share_the_partitions_and_one_takes_over_what_the_other_left(
    town: Town, clock: clocks.Hands
) -> None:
    one, two = Crew(PLAN, town.broker, "one"), Crew(PLAN, town.broker, "two")
    try:

        def shared() -> bool:
            one.tick()
            two.tick()
            return one.standing() == two.standing() == "at work" and len(holders()) == 2

        until(shared, what="both at work")
        town.says("linli/a/up", "linli/happy/b/up")
        until(lambda: Reading.select().count() == 2, what="a message of each")
        clock.forward(seconds=LEASE_S + 1)  # the first one hangs
        two.tick()
        assert holders() == {"two"}
        until(lambda: two.standing() == "at work", what="all taken over")
        town.says("linli/a/up", "linli/happy/b/up")
        until(lambda: Reading.select().count() == 4, what="a message of each again")
        one.tick()  # it wakes up, and sees that it has nothing any more
        assert one.standing() == "standing by" and holders() == {"two"}
    finally:
        one.leave()
        two.leave()


def test_a_partition_that_is_not_planned_any_more_is_emptied_and_forgotten(
    town: Town, clock: clocks.Hands
) -> None:
    before = Crew(PLAN, town.broker)
    before.tick()
    before.tick()
    until(lambda: before.standing() == "at work", what="at work")
    before.leave()
    town.says("linli/a/up", "linli/happy/b/up")  # waits in the old sessions
    whole = (Partition("all", ("linli/+/up", "linli/+/+/up")),)
    after = Crew(whole, town.broker, drained_s=0.3)
    try:
        after.tick()

        def alone() -> bool:
            after.tick()
            return [row.name for row in BrokerSession.select()] == ["all"]

        until(alone, what="the old sessions to be ended")
        assert Reading.select().count() == 2
    finally:
        after.leave()
