"""The peer of P1: python-telegram-bot's ConversationHandler with the same eight questions, fed updates in process.

`durable` has everything in its PicklePersistence's file after each update, which is what it takes to lose nothing on a kill; the
file holds everybody, and is written anew each time (no fsync, and a kill in the midst of it loses all: that is not held
against it). `once`: written once for each update (`on_flush=True`), which is the fastest that it can do; else as it comes,
written for each part that changed: what somebody gets who only calls `update_persistence` after each update.
`in_memory` keeps nothing.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from telegram import Chat, Message, Update, User
from telegram.ext import (
    ApplicationBuilder,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)
from telegram.request import BaseRequest

QUESTIONS = ("name", "street", "house", "room", "colour", "food", "song", "wish")


class Offline(BaseRequest):
    """Takes every call and answers at once: the network is not what is measured."""

    async def initialize(self) -> None:
        return

    async def shutdown(self) -> None:
        return

    @property
    def read_timeout(self) -> float:
        return 1.0

    async def do_request(self, url: str, *_args: Any, **_kwargs: Any) -> tuple[int, bytes]:
        if url.endswith("getMe"):
            return 200, b'{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"b","username":"b_bot"}}'
        return (
            200,
            b'{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"},"text":"x"}}',
        )


def _handlers() -> ConversationHandler:
    async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        context.user_data.clear()  # type: ignore[union-attr]
        return 0

    def taker(step: int) -> Any:
        async def take(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
            context.user_data[QUESTIONS[step]] = update.message.text  # type: ignore[index,union-attr]
            return step + 1 if step + 1 < len(QUESTIONS) else ConversationHandler.END

        return take

    states: dict[object, list[Any]] = {
        step: [MessageHandler(filters.TEXT & ~filters.COMMAND, taker(step))] for step in range(len(QUESTIONS))
    }
    return ConversationHandler(
        [CommandHandler("start", start)],
        states,
        [],
        name="bench",
        persistent=True,
        allow_reentry=True,
    )


async def _turns(turns: int, people: int, path: Path | None, once: bool = True) -> float:
    builder = (
        ApplicationBuilder()
        .token("1:bench")
        .request(Offline())
        .get_updates_request(Offline())
        .job_queue(None)
    )
    if path is not None:
        builder = builder.persistence(PicklePersistence(path, update_interval=3600, on_flush=once))
    application = builder.build()
    handler = _handlers()
    if path is None:
        handler._persistent = False
    application.add_handler(handler)
    await application.initialize()
    steps = itertools.cycle(itertools.product(range(len(QUESTIONS) + 1), range(people)))
    began = time.perf_counter()
    for number, (step, person) in enumerate(itertools.islice(steps, turns)):
        await application.process_update(_update(number, person, step, application.bot))
        if path is not None:
            await application.update_persistence()
            if once:
                await application.persistence.flush()  # type: ignore[union-attr]
    return turns / (time.perf_counter() - began)


def _update(number: int, person: int, step: int, bot: Any) -> Update:
    text = "/start" if step == 0 else f"some {QUESTIONS[step - 1]}"
    user = User(person + 1, "Chen", is_bot=False)
    entities = [{"type": "bot_command", "offset": 0, "length": 6}] if step == 0 else []
    message = Message.de_json(
        {
            "message_id": number,
            "date": int(datetime.now(UTC).timestamp()),
            "chat": {"id": person + 1, "type": Chat.PRIVATE},
            "from": user.to_dict(),
            "text": text,
            "entities": entities,
        },
        bot,
    )
    return Update(number, message=message)


def durable(folder: Path, people: int, turns: int, *, once: bool = True) -> float:
    """Turns per second with everything in the file after each update."""
    return asyncio.run(_turns(turns, people, folder / f"ptb-{once}.pickle", once))


def in_memory(people: int, turns: int) -> float:
    """Turns per second with nothing on disk."""
    return asyncio.run(_turns(turns, people, None))
