"""What /healthz says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from flask import Flask

from backend.asgi import Root
from backend.core import clock as clocks
from backend.core import crypto, db, health
from backend.core.clock import Hands
from backend.core.health import Heartbeat
from tests.databases import Postgres, TestDatabase
from tests.servers import Valkey, until

PROCESSES = ("worker", "alerts", "scheduler")


def everybody_beats() -> None:
    for process in PROCESSES:
        health.beat(process)


def test_all_is_well_when_every_process_beats(app: Flask, database: TestDatabase, valkey: Valkey) -> None:
    everybody_beats()
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json and answer.json["status"] == "ok", answer.json
    assert answer.json["parts"]["worker"]["age_seconds"] < 5
    assert {
        "database",
        "redis",
        "migrations",
        "alarms",
        "care",
        "virus_scan",
        "reports",
        "devices",
        "broker",
        "codecs",
        "routes",
        *PROCESSES,
    } == set(answer.json["parts"])


def test_without_redis_it_is_degraded_and_still_200(app: Flask, database: TestDatabase) -> None:
    everybody_beats()
    answer = app.test_client().get("/healthz", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert answer.json and answer.json["status"] == "degraded"
    assert answer.json["parts"]["redis"]["ok"] is False
    assert answer.json["parts"]["redis"]["detail"].startswith("Redis does not answer")


def test_a_process_that_is_silent_for_half_a_minute_is_noticed(
    database: TestDatabase, valkey: Valkey
) -> None:
    with clocks.stopped() as hands:
        everybody_beats()
        hands.forward(seconds=29)
        assert health.report().status == "ok"
        hands.forward(seconds=2)
        health.beat("worker")
        report = health.report()
    assert report.status == "degraded"
    assert {p.name for p in report.parts if not p.ok} == {"alerts", "scheduler"}


def test_a_beat_of_a_clock_that_was_ahead_is_no_sign_of_life(database: TestDatabase, clock: Hands) -> None:
    clock.forward(hours=8)
    health.beat("scheduler", "leading")
    clock.forward(hours=-8, minutes=1)
    (scheduler,) = [part for part in health.report().parts if part.name == "scheduler"]
    assert not scheduler.ok
    health.beat("scheduler", "leading")
    assert [beat.process for beat in health.living()] == ["scheduler"]


def test_telegram_is_waited_for_only_where_it_is_set_up(configure: Callable[..., None]) -> None:
    assert "telegram" not in health.expected()
    configure(TELEGRAM_BOT_TOKEN="110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")
    assert "telegram" in health.expected()


def test_web_processes_are_counted_and_those_that_were_stopped_are_no_fault(
    app: Flask, database: TestDatabase, valkey: Valkey
) -> None:
    with clocks.stopped() as hands:
        everybody_beats()
        Heartbeat.create(process="web", instance="here:1", at=hands())
        Heartbeat.create(process="web", instance="here:2", at=hands())
        answer = app.test_client().get("/healthz", headers={"Accept-Language": "en"})
        assert answer.json and answer.json["status"] == "ok"
        assert answer.json["parts"]["web"] == {"ok": True, "detail": "2 processes", "age_seconds": 0.0}
        hands.forward(seconds=20)
        Heartbeat.update(at=hands()).where(Heartbeat.instance == "here:2").execute()
        hands.forward(seconds=20)
        everybody_beats()
        (web,) = [part for part in health.report().parts if part.name == "web"]
        assert (web.ok, web.detail, web.age) == (True, "", 20.0)
        hands.forward(seconds=11)
        report = health.report()
    assert report.status == "ok"
    assert "web" not in {part.name for part in report.parts}


def test_the_web_server_beats_as_long_as_it_lives(sqlite_database: TestDatabase) -> None:
    root = Root()
    beaten = []

    async def receive() -> dict[str, str]:
        if not beaten:
            return {"type": "lifespan.startup"}
        return {"type": "lifespan.shutdown"}

    async def send(message: dict[str, str]) -> None:
        if message["type"] == "lifespan.startup.complete":
            await asyncio.to_thread(until, lambda: Heartbeat.select().count() == 1, what="a beat")
            beaten.append(Heartbeat.get())

    asyncio.run(root({"type": "lifespan"}, receive, send))
    (beat,) = beaten
    assert (beat.process, beat.instance) == ("web", health.INSTANCE)
    assert beat.keys == " ".join(crypto.ring().names) and beat.started_at <= beat.at
    assert not root.pulse.is_alive()


def test_one_row_per_instance_and_the_forgotten_go(database: TestDatabase) -> None:
    with clocks.stopped() as hands:
        Heartbeat.create(process="worker", instance="old-machine:1", at=hands())
        hands.forward(minutes=61)
        health.beat("worker", "bulk")
        health.beat("worker", "replies")
    (row,) = Heartbeat.select()
    assert row.detail == "replies" and row.instance == health.INSTANCE


def test_a_pending_migration_is_named(sqlite_database: TestDatabase) -> None:
    db.execute("DELETE FROM schema_migration WHERE name = '0003_staff'")
    (part,) = [p for p in health.report().parts if p.name == "migrations"]
    assert not part.ok and "0003_staff" in str(part.detail)


@pytest.mark.usefixtures("sqlite_database")
def test_a_check_that_raises_is_not_ok_and_breaks_nothing(app: Flask) -> None:
    def broken() -> tuple[bool, str]:
        raise OSError

    health.register("broker", broken)
    try:
        (part,) = [p for p in health.report().parts if p.name == "broker"]
    finally:
        health._checks.pop("broker")
    assert (part.ok, part.detail) == (False, "OSError")


def test_without_a_database_it_is_down_and_503_and_recovers(
    app: Flask, postgres: Postgres, postgres_database: TestDatabase
) -> None:
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    postgres.stop()
    try:
        answer = client.get("/healthz")
        assert answer.status_code == 503
        assert answer.json and answer.json["status"] == "down"
        page = client.get("/admin/sign-in", headers={"Accept-Language": "en"})
        assert page.status_code == 503 and "database is not reachable" in page.text
    finally:
        postgres.start()
    assert client.get("/healthz").status_code == 200
