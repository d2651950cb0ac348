"""A community house whose bot talks with people through the emulated Bot API."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from backend.fields import Choice, Choices, Form, Location, LongText, Phone, Photo
from backend.fields.words import Option, Words
from backend.messaging import deliveries
from bots import telegram
from bots.settle import settle_one
from bots.telegram_channel import TelegramChannel
from conversations.engine import Engine
from conversations.flow import Answer, Command, Flow, Opening, Person, Submitted
from conversations.registry import Registry
from tests.databases import TestDatabase
from tests.harness.telegram import TelegramEmulator, TelegramUser

REPAIR = Form(
    "repair",
    title="Repair",
    fields=[
        Choice(
            "urgency",
            label="Urgency",
            ask="Is **water** running & <now>?",
            options=[Choices("yes", "Running"), Choices("no", "Dripping")],
        ),
        LongText("what", label="What", ask="What happened?"),
        Photo("photo", label="Photo", ask="Could you send a photo?"),
        Location("where", label="Where", ask="Where is it?"),
        Phone("mobile", label="Mobile", ask="Your mobile?"),
    ],
    review=False,
)


class House:
    """What came of the conversations."""

    def __init__(self) -> None:
        self.repairs: list[dict[str, Any]] = []
        self.broken = False

    def engine(self) -> Engine:
        return Engine(
            Registry(
                [Flow("repair", REPAIR, "Repair", self._open, self._take, menu=1)],
                [Command("track", self._track)],
            )
        )

    def _open(self, person: Person, text: str) -> Opening:
        return Opening()

    def _take(self, person: Person, done: Submitted) -> Answer:
        self.repairs.append(dict(done.answers))
        return Answer.of(Words("Thank you, R-7.", options=(Option("track:7", "Where is it?"),)))

    def _track(self, person: Person, argument: str) -> Answer:
        return Answer.of(Words(f"R-{argument} is on its way."))


@pytest.fixture(scope="session")
def _emulator() -> Iterator[TelegramEmulator]:
    with TelegramEmulator() as emulator:
        yield emulator


@pytest.fixture
def telegram_api(_emulator: TelegramEmulator, configure: Callable[..., None]) -> TelegramEmulator:
    """The Bot API that the settings point to."""
    _emulator.reset()
    _emulator.post(f"/bot{_emulator.token}/deleteWebhook", {"drop_pending_updates": True})
    configure(TELEGRAM_BOT_TOKEN=_emulator.token, TELEGRAM_API_BASE=_emulator.api_base)
    return _emulator


@pytest.fixture
def house() -> House:
    return House()


@contextmanager
def polling(house: House) -> Iterator[None]:
    """The bot of the `telegram` process, in a thread of this one."""
    stopping = asyncio.Event()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(
        target=loop.run_until_complete, args=(telegram.serve(stopping, house.engine().handle),)
    )
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(60)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        assert not thread.is_alive()


@pytest.fixture
def bot(house: House, telegram_api: TelegramEmulator, sqlite_database: TestDatabase) -> Iterator[House]:
    """A polling bot on a fresh database."""
    with polling(house):
        yield house


@pytest.fixture
def any_bot(house: House, telegram_api: TelegramEmulator, database: TestDatabase) -> Iterator[House]:
    """The same, once on SQLite and once on PostgreSQL."""
    with polling(house):
        yield house


_numbers = iter(range(5_000, 9_000))


@pytest.fixture
def chen(telegram_api: TelegramEmulator) -> TelegramUser:
    """Somebody whom the emulator has not met yet."""
    return telegram_api.user(next(_numbers), "Chen Xiuying", "en")


@pytest.fixture
def wang(telegram_api: TelegramEmulator) -> TelegramUser:
    return telegram_api.user(next(_numbers), "王师傅", "zh-hans")


def worker_drains(queue: str = "replies") -> int:
    """What the worker process does with a queue; returns how many it took."""

    async def drain() -> int:
        channel = TelegramChannel()
        due = deliveries.claim(queue, "test")
        for one in due:
            await settle_one(channel, one)
        await channel.close()
        return len(due)

    return asyncio.run(drain())
