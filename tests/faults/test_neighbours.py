"""What stands around us fails: Redis, the database, the provider, the other scheduler. Nobody has to help, nothing is lost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import requests

from backend.core import clock, db
from backend.core.health import Heartbeat
from backend.core.lease import Lease
from backend.fields.words import Words
from backend.messaging import At, people, say
from backend.messaging.models import Delivery
from tests.databases import Postgres, TestDatabase
from tests.faults.house import BOOKING, DESK, House
from tests.harness.phones import replies
from tests.servers import until
from tests.system import System, running_system

pytestmark = pytest.mark.e2e


def notice(words: str) -> int:
    """The desk is told something; returns the Delivery's id."""
    message_id = say(At(people.ensure("sms", DESK).id), Words(words), purpose="notice")
    return int(Delivery.get(Delivery.message_id == message_id).id)


# --- Redis ----------------------------------------------------------------------------------------------------


def test_redis_flushed_midway_loses_nothing(sqlite_house: House) -> None:
    grandmother = sqlite_house.somebody()
    for words in BOOKING:
        sqlite_house.text(grandmother, words)
        sqlite_house.valkey.client.flushall()
    sqlite_house.check(grandmother)


def test_redis_gone_and_back_loses_nothing(house: House) -> None:
    grandmother = house.somebody()
    house.text(grandmother, BOOKING[0])
    house.valkey.kill()
    for words in BOOKING[1:]:
        house.text(grandmother, words)
    house.check(grandmother)
    house.valkey.start()
    later = notice("Redis 回来了")
    until(lambda: Delivery.get_by_id(later).status == "sent", what="the notice after Redis came back")


# --- the provider's side of the line --------------------------------------------------------------------------


def test_the_same_sms_three_times_at_once_is_heard_once(house: House) -> None:
    grandmother = house.somebody()
    for place, words in enumerate(BOOKING):
        sid = house.carrier.new_sid("SM")
        house.sids.setdefault(grandmother, []).append(sid)
        once = partial(_again, house, grandmother, words)
        with ThreadPoolExecutor(3) as three:
            answers = list(three.map(once, [sid] * 3))
        assert answers[0] == answers[1] == answers[2], f"step {place}"
        house.seen.setdefault(grandmother, []).extend(answers[0])
    house.check(grandmother)


def _again(house: House, sender: str, words: str, sid: str) -> list[str]:
    response = house.carrier.raw_sms(sender, words, sid=sid)
    assert response.status_code == 200, response.text
    return replies(response.text)


def test_six_people_who_book_at_once_get_a_time_each(house: House) -> None:
    people_here = [house.somebody() for _n in range(6)]
    with ThreadPoolExecutor(6) as all_of_them:
        list(all_of_them.map(house.book, people_here))
    for grandmother in people_here:
        house.check(grandmother)


def test_receipts_in_any_order_end_at_the_furthest(house: House) -> None:
    delivery_id = notice("明天停水")
    house.twilio.waits_for_message(DESK, "明天停水")
    house.all_settled()
    sid = str(Delivery.get_by_id(delivery_id).provider_id)
    order = ["queued", "sending", "sent", "delivered", "sent", "queued", "delivered"]
    random.Random(611).shuffle(order)
    with ThreadPoolExecutor(4) as at_once:
        list(at_once.map(lambda status: house.carrier.sms_status(sid, status, DESK), order))
    assert Delivery.get_by_id(delivery_id).status == "delivered"


@pytest.mark.parametrize("trouble", ["429", "500", "503", "garbage", "lost", "unknown"])
def test_a_provider_in_trouble_for_a_while_ends_in_delivery(sqlite_house: House, trouble: str) -> None:
    twilio = sqlite_house.twilio
    match trouble:
        case "429":
            twilio.fail(429, times=2, retry_after=1)
        case "garbage":
            twilio.garble(times=2)
        case "lost":
            twilio.lose_answer(times=1)
        case "unknown":
            twilio.fail(400, times=1, code=30001)
        case status:
            twilio.fail(int(status), times=2)
    notices = [notice(f"{trouble} {n}") for n in range(3)]
    _patiently(sqlite_house, notices)
    for n in range(3):
        twilio.waits_for_message(DESK, f"{trouble} {n}")
    assert {Delivery.get_by_id(i).status for i in notices} == {"sent"}
    told = [m.body for m in twilio.messages if m.to == DESK and trouble in m.body]
    assert sorted(told, key=told.index) == sorted(told), "in the order in which they were said"


def test_what_can_never_be_delivered_fails_visibly(sqlite_house: House) -> None:
    sqlite_house.twilio.fail(400, times=1, code=21612)
    lost = notice("不能到")
    _patiently(sqlite_house, [lost])
    found = Delivery.get_by_id(lost)
    assert found.status == "failed"
    assert "21612" in (found.error or "")


def _patiently(house: House, delivery_ids: list[int]) -> None:
    def settled() -> bool:
        house.retries_now()
        open_ones = {found[0] for found in house.open_deliveries()}
        return not open_ones & set(delivery_ids)

    until(settled, what="the deliveries' end", every=0.3)


# --- the database ---------------------------------------------------------------------------------------------


def test_the_database_restarts_midway_and_everything_goes_on(
    postgres_house: House, postgres: Postgres
) -> None:
    grandmother = postgres_house.somebody()
    postgres_house.text(grandmother, BOOKING[0])
    postgres.stop()
    try:
        sid = postgres_house.carrier.new_sid("SM")
        refused = postgres_house.carrier.raw_sms(grandmother, BOOKING[1], sid=sid)
        assert refused.status_code == 503, "told to come again, and quickly"
        page = requests.get(postgres_house.linli.url("/chat"), timeout=60, headers={"Accept": "text/html"})
        assert page.status_code in (200, 503)
        assert "Traceback" not in page.text
        health = requests.get(postgres_house.linli.url("/healthz"), timeout=60)
        assert (health.status_code, health.json()["status"]) == (503, "down")
        assert requests.get(postgres_house.linli.url("/metrics"), timeout=60).status_code == 200
    finally:
        postgres.start()
    for words in BOOKING[1:]:
        postgres_house.text(grandmother, words)
    postgres_house.check(grandmother)
    saw = postgres_house.seen[grandmother]
    again = [m.body for m in postgres_house.twilio.messages if m.to == grandmother and m.body in saw]
    assert not again, "nobody is told twice"
    assert postgres_house.linli.running("web")
    assert postgres_house.linli.running("worker")


def test_a_connection_that_was_cut_costs_nobody_an_answer(postgres_house: House, postgres: Postgres) -> None:
    grandmother = postgres_house.somebody()
    postgres_house.text(grandmother, BOOKING[0])
    db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
               " AND datname = current_database()")  # fmt: skip
    for words in BOOKING[1:]:
        assert postgres_house.text(grandmother, words, repeats=False), "answered at the first try"
    postgres_house.check(grandmother)


# --- the schedulers -------------------------------------------------------------------------------------------


@pytest.fixture
def schedulers(sqlite_database: TestDatabase, tmp_path: Path) -> Iterator[System]:
    """Two of them, one database."""
    given = {"REDIS_URL": "redis://127.0.0.1:1/0", "MQTT_URL": "mqtt://127.0.0.1:1"}
    with running_system(
        tmp_path, database_url=sqlite_database.url, settings=given, processes=("services",)
    ) as linli:
        linli.commands["second"] = linli.commands["scheduler"]
        linli.start("scheduler", "second")
        yield linli


def test_when_the_leading_scheduler_dies_the_other_one_leads(schedulers: System) -> None:
    until(lambda: _leader(schedulers) is not None, what="a leader")
    first = _leader(schedulers)
    assert first is not None
    other = "second" if first == "scheduler" else "scheduler"
    until(lambda: Heartbeat.select().count() == 2, what="the other one's first beat")
    schedulers.kill(first)
    lease = Lease.get()
    assert (lease.until - clock.now()).total_seconds() <= 15, "nobody waits longer than this"
    # The fifteen seconds are over.
    Lease.update(until=clock.now()).execute()
    until(lambda: _leader(schedulers) == other, what="the other one leading")


def _leader(linli: System) -> str | None:
    """The running scheduler that said so last."""
    leading = [n for n in ("scheduler", "second") if linli.running(n) and "scheduler.leads" in linli.log(n)]
    return leading[0] if leading else None
