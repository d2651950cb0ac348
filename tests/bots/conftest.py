"""Twilio at both ends: the official signature on what comes in, a strict stand-in for what goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.test import Client

from backend.web.door import Door
from bots import served, sms, voice
from tests.databases import TestDatabase
from tests.harness.phones import Carrier
from tests.harness.twilio_server import TwilioServer

PUBLIC = "https://linli.example.test"


class Phones(Carrier):
    """The harness's phones, connected to the hooks without a network between."""

    def __init__(self, client: Client) -> None:
        super().__init__("", PUBLIC)
        self.client = client

    def post(self, path: str, form: dict[str, str], *, signed: bool = True) -> Any:
        signature = self.signature(path, form) if signed else ""
        response = self.client.post(path, data=form, headers={"X-Twilio-Signature": signature}, buffered=True)
        assert served.flush()
        return response

    def signature(self, path: str, form: dict[str, str]) -> str:
        return str(self._validator.compute_signature(self.external + path, form))


@pytest.fixture
def twilio(configure: Callable[..., None]) -> Iterator[TwilioServer]:
    """Twilio's API, and a Linli that is set up to use it."""
    with TwilioServer() as server:
        configure(
            **server.settings(), PUBLIC_URL=PUBLIC, COMMUNITY_NAME="幸福里社区", HOTLINE="010-6500 1234"
        )
        yield server


def hooks() -> Client:
    return Client(Door(sms.TAKES | voice.TAKES))


@pytest.fixture
def phones(twilio: TwilioServer, database: TestDatabase) -> Phones:
    """People with phones, on SQLite and on PostgreSQL."""
    return Phones(hooks())


@pytest.fixture
def quick_phones(twilio: TwilioServer, sqlite_database: TestDatabase) -> Phones:
    """People with phones, on SQLite only: for what the database has no part in."""
    return Phones(hooks())
