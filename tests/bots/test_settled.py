"""What went out is written down: when its client is still there, when the process ends, when the database is away."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import peewee
import pytest
from flask import Flask, Response

from backend.asgi import Root
from backend.core.db import db
from backend.fields.words import Words
from backend.messaging import deliveries, people, say
from backend.messaging.models import Delivery
from backend.web.bridge import GONE
from bots import served, settle
from bots.persist import persist
from tests.databases import Postgres, TestDatabase


def _told() -> deliveries.Due:
    """A notice to Chen, claimed by us."""
    chen = people.ensure("sms", "+8613800138000")
    say(people.At(chen.id), Words("The water is off."), purpose="request")
    [due] = deliveries.claim("default", "us", 1)
    return due


def _status() -> str:
    return str(Delivery.get().status)


@pytest.mark.parametrize(("gone", "status"), [(False, "sent"), (True, "sending")])
def test_an_answer_whose_client_had_gone_does_not_count_as_sent(app: Flask, gone: bool, status: str) -> None:
    due = _told()
    with app.test_request_context(environ_overrides={GONE: lambda: gone}):
        response = served.when_gone(Response("answer"), [due.id])
    response.close()
    assert served.flush()
    assert _status() == status


def test_a_web_server_that_ends_first_writes_down_what_it_served(sqlite_database: TestDatabase) -> None:
    root = Root()
    due = _told()
    said = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

    async def receive() -> dict[str, Any]:
        if len(said) == 1:
            with root.flask.test_request_context():
                served.when_gone(Response("answer"), [due.id]).close()
        return said.pop(0)

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "lifespan.shutdown.complete":
            assert _status() == "sent"

    asyncio.run(root({"type": "lifespan"}, receive, send))
    assert _status() == "sent"


def test_what_was_sent_is_written_down_once_the_database_is_back(
    postgres: Postgres, postgres_database: TestDatabase
) -> None:
    due = _told()
    postgres.stop()
    back = threading.Timer(0.5, postgres.start)
    back.start()
    settle.settle([settle.Outcome(due, "sent")])
    back.join()
    assert _status() == "sent"


def test_what_can_never_be_written_is_not_tried_for_ever(sqlite_database: TestDatabase) -> None:
    tried = []

    def wrong() -> None:
        tried.append(1)
        db.execute_sql("INSERT INTO delivery (id) VALUES (NULL)")

    with pytest.raises(peewee.IntegrityError):
        persist(wrong)
    assert len(tried) == 1
