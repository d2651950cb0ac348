"""The whole application on a real database, with Twilio and Telegram switched on and nobody at their other end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from backend.core import orgs
from backend.residents.models import Resident
from bots import telegram_background
from tests.fuzz.town import PUBLIC, Town
from tests.fuzz.walk import CHEN, Walk
from tests.harness.twilio_server import ACCOUNT, AUTH_TOKEN, OUR_NUMBER
from tests.requests.neighbourhood import booked, settle

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def open_house(configure: Callable[..., None]) -> None:
    """Every channel is set up; their providers are not there, so that what we send goes nowhere."""
    configure(
        TWILIO_ACCOUNT_SID=ACCOUNT,
        TWILIO_AUTH_TOKEN=AUTH_TOKEN,
        TWILIO_FROM=OUR_NUMBER,
        TWILIO_API_BASE="http://127.0.0.1:1",
        TELEGRAM_BOT_TOKEN="1:telegram-test-token",
        TELEGRAM_API_BASE="http://127.0.0.1:1",
        PUBLIC_URL=PUBLIC,
        STAFF_SECOND_FACTOR="offered",
    )


def _settled_in(app: Flask) -> Iterator[Town]:
    street = orgs.add("幸福街道", "street", orgs.add("朝阳区", "district"))
    orgs.add("幸福里社区", "community", street)
    yield Town(app)
    telegram_background.stop()


@pytest.fixture
def town(open_house: None, app: Flask) -> Iterator[Town]:
    """On SQLite, unless the test asks for `database` as well."""
    yield from _settled_in(app)


@pytest.fixture
def walk(town: Town) -> Walk:
    hood = settle()
    # A name that no page gives as an example.
    Resident.update(name=CHEN[0]).where(Resident.id == hood.chen).execute()
    return Walk(town.app, hood, int(booked(hood).request.number))
