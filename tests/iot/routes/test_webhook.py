"""Readings are posted to a receiver that fails in every way: each arrives, in order, signed and under one name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from backend.core import clock as clocks
from backend.core import webhooks
from backend.core.errors import Invalid
from iot.routes import entries, kinds, routes
from iot.routes.models import Route, RoutedReading
from iot.routes.shape import Shape
from iot.routes.webhook import Poster
from tests.iot.routes.world import Community, drained, listening, waiting

Configure = Callable[..., None]


def posting(community: Community, configure: Configure, host: str, **more: str) -> Route:
    configure(WEBHOOK_HOSTS=host)
    return community.route("webhook", {"url": f"http://{host}/in", **more})


def test_a_reading_is_posted_signed_under_its_own_name(community: Community, configure: Configure) -> None:
    with listening() as (host, receiver):
        route = posting(community, configure, host)
        device = community.device("kitchen")
        community.say("kitchen", 21.5, b=90)
        assert drained(route).sent == 1
        (headers, body), raw = receiver.got[0], receiver.raw[0]
        assert body["type"] == "device.reading"
        assert body["data"]["device"] == {
            "id": device.id, "address": "plain:kitchen", "name": "kitchen", "model": "air",
        }  # fmt: skip
        assert body["data"]["values"] == {"temperature": 21.5, "battery": 90.0}
        assert body["data"]["id"] == headers["webhook-id"]
        secret = kinds.target_of(route)["secret"]
        signed = webhooks.signature(secret, headers["webhook-id"], headers["webhook-timestamp"], raw)
        assert headers["webhook-signature"] == signed


@pytest.mark.parametrize("answer", [503, (429, 30), 302, "reset", "garbage", "drip", "silence"], ids=str)
def test_whatever_the_target_does_it_is_tried_again_later_and_everything_arrives_in_order(
    community: Community, configure: Configure, clock: clocks.Hands, answer: Any
) -> None:
    with listening(204, answer) as (host, receiver):
        route = posting(community, configure, host)
        community.device("a")
        community.say("a", 1, 2, 3)
        target = kinds.target_of(route)
        items = entries.waiting(route, 10)
        poster = Poster(target, Shape(), seconds=0.1)
        outcomes = poster.send(items, 1e12)
        poster.close()
        assert outcomes[0] is None and outcomes[1] is not None and outcomes[1].whose == "target"
        entries.settle(route.id, items, outcomes)
        found = Route.get_by_id(route.id)
        assert found.failing_since == clocks.now() and found.error and waiting(route) == [2, 3]
        wait = (found.next_at - clocks.now()).total_seconds()
        assert wait == 30 if answer == (429, 30) else 0 < wait <= 1
        drained(route)
        assert receiver.temperatures == [1]
        clock.forward(seconds=31)
        assert drained(route).failing_since is None
        assert receiver.temperatures == [1, 2, 3]


def test_a_reading_that_is_refused_holds_up_its_device_and_no_other_and_is_dead_in_the_end(
    community: Community, configure: Configure, clock: clocks.Hands
) -> None:
    def poison(body: Any) -> int:
        return 400 if body["data"]["values"]["temperature"] == 2 else 204

    with listening(*[poison] * 60) as (host, receiver):
        route = posting(community, configure, host)
        community.device("a"), community.device("b")
        community.say("a", 1, 2, 3)
        community.say("b", 11, 12)
        drained(route)
        assert receiver.temperatures == [1, 11, 12] and waiting(route) == [2, 3]
        for _ in range(20):
            clock.forward(minutes=6)
            drained(route)
        assert receiver.temperatures == [1, 11, 12, 3]
        dead = RoutedReading.get(RoutedReading.status == "dead")
        assert (dead.error, dead.tries) == ("HTTP 400", 10)
        receiver.answers.clear()
        assert routes.send_again(community.admin, route.id) == 1
        drained(route)
        assert receiver.temperatures[-1] == 2 and not RoutedReading.select().where(
            RoutedReading.status != "sent"
        )


def test_of_several_in_one_post_the_one_that_is_refused_is_found(
    community: Community, configure: Configure, clock: clocks.Hands
) -> None:
    def poison(body: Any) -> int:
        several = body["data"] if isinstance(body["data"], list) else [body["data"]]
        return 422 if any(one["values"]["temperature"] == 7 for one in several) else 204

    with listening(*[poison] * 60) as (host, receiver):
        route = posting(community, configure, host, at_once="10")
        for name in "abcdefghij":
            community.device(name)
        for n, name in enumerate("abcdefghij"):
            community.say(name, n)
        drained(route)
        assert sorted(receiver.temperatures) == [0, 1, 2, 3, 4, 5, 6, 8, 9]
        receiver.answers.clear()
        clock.forward(seconds=10)
        drained(route)
        assert sorted(receiver.temperatures) == list(range(10))


def test_a_target_that_refuses_everything_is_ill_and_is_left_in_peace(
    community: Community, configure: Configure, clock: clocks.Hands
) -> None:
    with listening(*[500] * 3) as (host, receiver):
        route = posting(community, configure, host)
        for name in "abcdef":
            community.device(name)
            community.say(name, 1)
        found = drained(route)
        assert not receiver.answers and found.error == "HTTP 500" and found.next_at > clocks.now()
        clock.forward(seconds=10)
        drained(route)
        assert len(receiver.got) == 6


def test_gone_pauses_the_route_and_nothing_is_lost(community: Community, configure: Configure) -> None:
    with listening(410) as (host, _receiver):
        route = posting(community, configure, host)
        community.device("a")
        community.say("a", 1)
        found = drained(route)
        assert (found.state, found.error, waiting(route)) == ("paused", "HTTP 410", [1])


def test_what_waits_for_a_day_is_dead_and_says_why(
    community: Community, configure: Configure, clock: clocks.Hands
) -> None:
    with listening(*[503] * 5) as (host, _receiver):
        route = posting(community, configure, host)
        community.device("a")
        community.say("a", 1)
        drained(route)
        clock.forward(hours=23)
        community.say("a", 2)
        assert entries.too_old() == 0
        clock.forward(hours=2)
        assert entries.too_old() == 1 and waiting(route) == [2]
        assert RoutedReading.get(RoutedReading.status == "dead").error == "not taken within a day: HTTP 503"


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://10.0.0.1/x", "https://localhost/x", "ftp://x/"]
)
def test_nothing_goes_into_our_own_network_unless_it_was_named(community: Community, url: str) -> None:
    try:
        route = community.route("webhook", {"url": url})
    except Invalid:
        return
    community.device("a")
    community.say("a", 1)
    assert drained(route).error == "Refused" and waiting(route) == [1]


def test_a_pause_that_the_receiver_asks_for_may_be_a_date() -> None:
    with clocks.stopped(clocks.from_ms(1_445_412_480_000)):
        assert webhooks._asked_wait("Wed, 21 Oct 2015 07:29:00 GMT") == timedelta(minutes=1).total_seconds()
        assert webhooks._asked_wait("999999") == webhooks.MOST_WAIT
        assert webhooks._asked_wait("soon") is None


@pytest.mark.parametrize("at_once", ["1", "4"])
def test_whatever_a_receiver_does_in_whatever_order_each_device_is_heard_in_its_order(
    community: Community, configure: Configure, clock: clocks.Hands, at_once: str
) -> None:
    chance = Random(7)
    moods = [204, 204, 400, 500, 503, (429, 2), "reset", "garbage", "deaf"]
    with listening(*chance.choices(moods, k=60)) as (host, receiver):
        route = posting(community, configure, host, at_once=at_once)
        for name in "abcde":
            community.device(name)
        for n in range(10):
            for name in "abcde":
                community.say(name, n)
        while waiting(route):
            drained(route)
            clock.forward(seconds=chance.choice([1, 5, 60]))
        got = [
            (one["device"]["name"], one["values"]["temperature"], one["id"])
            for _headers, body in receiver.got
            for one in (body["data"] if isinstance(body["data"], list) else [body["data"]])
        ]
        once = list(dict.fromkeys(got))
        assert len(got) > len(once) == 50 and route_is_well(route)
        for name in "abcde":
            assert [t for device, t, _id in once if device == name] == list(range(10))


def route_is_well(route: Route) -> bool:
    found = Route.get_by_id(route.id)
    return (found.sent, found.error, found.failing_since) == (50, None, None)
