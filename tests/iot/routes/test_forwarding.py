"""Nothing that devices say is lost on its way onward, whatever is killed, and nothing waits for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import orjson
import pytest

from backend.alarms import actions as alarms
from backend.alarms.models import Alarm
from backend.core import clock as clocks
from backend.core import health, lease
from backend.core.db import transaction
from backend.settings import ROOT
from iot.heard import Heard
from iot.models import Device, Reading
from iot.routes import jobs, listening, routes
from iot.routes.filters import Filter
from iot.routes.forwarding import LEASE_S, Forwarder, Runner
from iot.routes.models import Route, RoutedReading
from iot.routes.sending import Failure, Outcome
from iot.routes.shape import Item
from iot.uplink import Uplink
from tests.databases import TestDatabase
from tests.environment import SHARED
from tests.iot.routes.world import Community, drained, waiting
from tests.iot.routes.world import listening as receiver_of
from tests.servers import until

Configure = Callable[..., None]
TABLE = {"url": "sqlite:///onward.db", "table": "onward"}


class Recorder:
    """A sender that takes everything, or does as it is told."""

    def __init__(self, *does: Callable[[Sequence[Item]], list[Outcome]]) -> None:
        self.does = list(does)
        self.batches: list[list[float]] = []

    def send(self, items: Sequence[Item], until: float) -> list[Outcome]:
        if self.does:
            return self.does.pop(0)(items)
        self.batches.append([float(str(i.values["temperature"])) for i in items])
        return [None] * len(items)

    def try_out(self, item: Item) -> tuple[bool, str]:
        return True, ""

    def close(self) -> None:
        return


def heard(community: Community, device: Device, **values: Any) -> Heard:
    now = clocks.now()
    return Heard(
        device=device, profile=community.model, uplink=Uplink(device.address), before={}, before_at={}, values=values, at=now,
        received=now, apart={},
    )  # fmt: skip


def runner(route: Route, sender: Recorder) -> Runner:
    return Runner(route.id, opened=lambda _route: sender)


def test_what_is_put_on_its_way_is_what_was_stored(database: TestDatabase) -> None:
    community = Community()
    route = community.route("sql", TABLE)
    device = community.device("a")
    odd = {"snapshot": "a\0\ud800\U0001f600", "steps": 2**70, "temperature": 1.5, "smoke": True}
    with pytest.raises(ZeroDivisionError), transaction():
        listening.listen([heard(community, device, temperature=1)])
        raise ZeroDivisionError
    assert waiting(route) == []
    with transaction():
        plain = [heard(community, device, temperature=n) for n in (3, 1, 2)]
        listening.listen([*plain, heard(community, device, **odd)])
    assert waiting(route) == [3, 1, 2, 1.5]
    last = orjson.loads(RoutedReading.select().order_by(RoutedReading.id.desc()).get().said)
    assert last == {"snapshot": "a?\U0001f600", "steps": str(2**70), "temperature": 1.5, "smoke": True}
    assert drained(route).sent == 4


def test_what_was_said_while_a_route_pauses_does_not_go(community: Community) -> None:
    route = community.route("sql", TABLE, live=False)
    community.device("a")
    community.say("a", 1)
    routes.turn(community.admin, route.id, "live")
    community.say("a", 2)
    routes.turn(community.admin, route.id, "paused")
    community.say("a", 3)
    assert waiting(route) == [2] and Runner(route.id).step() is None


def test_what_breaks_the_sending_itself_holds_up_no_other(community: Community, clock: clocks.Hands) -> None:
    def stumbles(items: Sequence[Item]) -> list[Outcome]:
        if any(i.values["temperature"] == 2 for i in items):
            raise ZeroDivisionError
        return [None] * len(items)

    route = community.route("sql", TABLE)
    for name in "abc":
        community.device(name)
        community.say(name, ord(name) - ord("a") + 1)
    sender = Recorder(*[stumbles] * 9)
    work = runner(route, sender)
    while work.step() == 0:
        continue
    assert waiting(route) == [2]
    assert (
        RoutedReading.get(RoutedReading.status == "waiting").error == "it cannot be sent: ZeroDivisionError"
    )


def test_a_route_sends_no_more_a_second_than_it_may(community: Community) -> None:
    route = community.route("sql", TABLE, rate=10)
    community.device("a")
    community.say("a", *range(25))
    sender = Recorder()
    began = time.monotonic()
    pause = runner(route, sender).step()
    took = time.monotonic() - began
    assert sender.batches == [list(range(10))] and pause is not None and 1 - took <= pause <= 1


def test_one_at_a_time_brings_a_route_and_another_takes_over_when_it_dies(
    community: Community, clock: clocks.Hands
) -> None:
    route = community.route("sql", TABLE)
    first, second = Runner(route.id, "one"), Runner(route.id, "two")
    assert first._ours() and not second._ours()
    clock.forward(seconds=31)
    assert second._ours()
    assert not lease.acquire(f"route:{route.id}", "one", LEASE_S)


def test_when_too_much_waits_new_readings_are_left_out_counted_and_told(
    community: Community, clock: clocks.Hands
) -> None:
    route = community.route("sql", TABLE)
    Route.update(most=10).execute()
    health.beat("routes")
    community.device("a")
    community.say("a", *range(10))
    assert jobs.look_for_room() == 1 and jobs.look_for_room() == 0
    community.say("a", 10, 11)
    found = Route.get()
    assert (found.lost, found.lost_since, len(waiting(route))) == (2, clocks.now(), 10)
    assert Reading.select().count() == 12 and not routes.well()[0]
    work = runner(route, Recorder(lambda items: [None, None]))
    work.step()
    assert jobs.look_for_room() == 1 and routes.well()[0]
    community.say("a", 12)
    assert waiting(route) == [*range(2, 10), 12]


def test_staff_hear_of_a_target_that_takes_nothing_and_of_a_forwarder_that_is_not_there(
    community: Community, clock: clocks.Hands
) -> None:
    route = community.route("sql", TABLE)
    assert not routes.well()[0]
    health.beat("routes")
    community.device("a")
    community.say("a", 1)
    runner(route, Recorder(lambda _items: [Failure("no room")])).step()
    assert routes.well()[0]
    clock.forward(minutes=6)
    health.beat("routes")
    assert not routes.well()[0]
    runner(route, Recorder()).step()
    assert routes.well()[0]


def test_what_is_over_is_forgotten(community: Community, clock: clocks.Hands) -> None:
    community.device("a")
    kept, gone = (community.route("sql", TABLE, kept_days=days) for days in (2, 0))
    community.say("a", 1)
    drained(kept), drained(gone)
    assert [e.route_id for e in RoutedReading.select()] == [kept.id]
    clock.forward(days=1)
    assert jobs.forget_old() == 0
    clock.forward(days=2)
    assert jobs.forget_old() == 1
    community.say("a", 2)
    routes.remove(community.admin, kept.id)
    assert jobs.forget_old() == 1 and [e.route_id for e in RoutedReading.select()] == [gone.id]


def test_killed_in_the_middle_the_next_one_brings_what_is_missing_in_order(
    community: Community, configure: Configure, tmp_path: Path, sqlite_database: TestDatabase
) -> None:
    """The first process is killed while the receiver holds a post; the second is ours, as soon as the lease of the first has ended."""
    with receiver_of(*[204] * 5, "silence") as (host, receiver):
        configure(WEBHOOK_HOSTS=host)
        route = community.route("webhook", {"url": f"http://{host}/in", "at_once": "10"})
        devices = "abcd"
        for name in devices:
            community.device(name)
            community.say(name, *range(25))
        environment = {
            **os.environ, **SHARED, "VAR_DIR": str(tmp_path), "DATABASE_URL": sqlite_database.url, "WEBHOOK_HOSTS": host,
            "REDIS_URL": "redis://127.0.0.1:1/0",
        }  # fmt: skip
        first = subprocess.Popen([sys.executable, "-m", "iot.routes.forwarding"], cwd=ROOT, env=environment)
        try:
            until(lambda: not receiver.answers, what="the post that is held")
        finally:
            first.send_signal(signal.SIGKILL)
            first.wait()
        with clocks.stopped(clocks.now() + timedelta(seconds=31)):
            second = Forwarder()
            assert second.tend() == 1
            until(lambda: not waiting(route), what="all of them")
            second.stop()
        got = [
            (one["device"]["name"], one["values"]["temperature"], one["id"])
            for _headers, body in receiver.got
            for one in body["data"]
        ]
        once = list(dict.fromkeys(got))
        assert len(got) > len(once) == 100  # what was taken and not written down came again, under its name
        for name in devices:
            assert [t for n, t, _id in once if n == name] == list(range(25))


def test_an_alarm_of_a_device_goes_to_who_asked_for_alarms_and_names_nobody(community: Community) -> None:
    asked = community.route("sql", TABLE, filter=Filter(kinds=frozenset({"alarm"})))
    community.route("sql", TABLE)
    community.model.rules = [{"point": "smoke", "name": "smoke"}]
    community.model.save()
    device = community.device("kitchen")
    community.say("kitchen", 1, smoke=True)
    alarms.clear(community.admin, Alarm.get().id, "焦饭")
    said = [
        orjson.loads(e.said)
        for e in RoutedReading.select().where(RoutedReading.kind == "alarm").order_by(RoutedReading.id)
    ]
    assert [(s["alarm"], s["status"]) for s in said] == [("smoke", "open"), ("smoke", "cleared")]
    assert {e.route_id for e in RoutedReading.select().where(RoutedReading.kind == "alarm")} == {asked.id}
    assert set(said[1]) == {"alarm", "number", "severity", "status", "answer"} and device.id


def test_who_never_comes_back_from_its_target_is_left_there(community: Community) -> None:
    comes_back = Event()

    def never(_items: Sequence[Item]) -> list[Outcome]:
        comes_back.wait(60)
        return []

    route = community.route("sql", TABLE)
    community.device("a")
    community.say("a", 1)
    sender = Recorder(never)
    forwarder = Forwarder(lambda _route: sender, stuck_after=0.05)
    try:
        forwarder.tend()
        until(lambda: not sender.does, what="the one that hangs")
        until(lambda: forwarder.tend() and not waiting(route), what="another one")
    finally:
        comes_back.set()
        forwarder.stop()


def test_a_condition_that_is_not_understood_any_more_stops_its_route_and_nothing_else(
    community: Community,
) -> None:
    route = community.route("sql", TABLE)
    Route.update(filter={"condition": "radon > 3"}, changed_at=1).where(Route.id == route.id).execute()
    community.device("a")
    community.say("a", 1)
    assert waiting(route) == [] and Reading.select().count() == 1
    health.beat("routes")
    assert not routes.well()[0]


def test_of_what_is_over_only_the_newest_are_kept(community: Community) -> None:
    route = community.route("sql", TABLE)
    community.device("a")
    community.say("a", *range(30))
    drained(route)
    assert jobs.keep_few({"sent": 100}) == 0
    RoutedReading.update(done_at=RoutedReading.done_at + RoutedReading.id).execute()
    assert jobs.keep_few({"sent": 10}) == 20
