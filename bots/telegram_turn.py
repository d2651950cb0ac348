"""One Telegram update, from hearing it to the answer: the same behind polling and behind the webhook.

Different chats are served side by side, one chat's updates in their order, answer included.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from weakref import WeakValueDictionary

import peewee
import structlog
from telegram import Message, Update
from telegram.error import BadRequest, TelegramError

from backend.core import log as logs
from backend.core import media
from backend.core.db import transaction
from backend.core.errors import LinliError
from backend.core.i18n import Text, _
from backend.fields.words import Media, Words
from backend.messaging import deliveries, outbox, people
from backend.settings import settings
from bots import telegram_shape
from bots.settle import deliver_now
from bots.telegram_channel import TelegramChannel
from bots.telegram_update import (
    CHANNEL,
    MAX_FILE_BYTES,
    Heard,
    InGroup,
    Reach,
    Stray,
    Tap,
    Unreadable,
    chat_of,
    inbound_of,
)
from conversations import engine, phrases
from conversations.inbound import Inbound, Turn

FETCH_SECONDS = 20.0
DATABASE_LOST = (peewee.OperationalError, peewee.InterfaceError)
"""The one kind of failure that another try can mend: the update must come again."""
log = structlog.get_logger()
Afterwards = Callable[[], Awaitable[None]]
"""What is left to do once the update is safe in the database."""


class Listener:
    """Takes updates; lives in one event loop. The engine and the database run in the loop's default executor."""

    def __init__(self, channel: TelegramChannel, hear: Callable[[Inbound], Turn] = engine.handle) -> None:
        self.channel = channel
        self._hear = hear
        self._bot = channel.bot
        self._username: str | None = None
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, update: Update) -> None:
        """Returns once what `update` does is committed; the answer is delivered behind it. Raises DATABASE_LOST."""
        committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._later(self._in_order(update, committed))
        await committed

    async def finish(self) -> None:
        """Wait for the answers that are under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _later(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _in_order(self, update: Update, committed: asyncio.Future[None]) -> None:
        chat = chat_of(update)
        lock = self._locks.get(chat)
        if lock is None:
            self._locks[chat] = lock = asyncio.Lock()
        with logs.correlated():
            async with lock:
                try:
                    afterwards = await self._work(update)
                except Exception as error:
                    if not committed.done():
                        committed.set_exception(error)
                    return
                if not committed.done():
                    committed.set_result(None)
                if afterwards is not None:
                    await self._answer(afterwards)

    async def _answer(self, afterwards: Afterwards) -> None:
        try:
            await afterwards()
        except Exception:
            # The outbox holds the answer: a worker delivers it when our lease ends.
            log.exception("telegram.answer_left_to_workers")

    async def _work(self, update: Update) -> Afterwards | None:
        try:
            return await self._understood(update)
        except DATABASE_LOST:
            raise
        except Exception:
            # Ours is the fault, and another try would fail alike: it must not hold up everybody else.
            log.exception("telegram.update_failed", update=update.update_id % 1_000_000)
            chat = update.effective_chat
            if chat is not None and chat.type == "private":
                event = f"failed:{update.update_id}"
                await asyncio.to_thread(_say, str(chat.id), event, phrases.failed(), None)
            return None

    async def _understood(self, update: Update) -> Afterwards | None:
        meaning = inbound_of(update, await self._name() if _in_group(update) else "")
        match meaning:
            case Heard():
                return await self._heard(meaning)
            case Stray():
                await self._stop_spinner(meaning.tap)
            case Unreadable():
                words = Words(_cannot_take(meaning.kind))
                await asyncio.to_thread(_say, meaning.address, meaning.event_id, words, meaning.locale)
            case InGroup():
                words = Words(_not_before_others())
                await asyncio.to_thread(_say, meaning.address, meaning.event_id, words, meaning.locale)
            case Reach():
                await asyncio.to_thread(_reach, meaning)
        return None

    async def _name(self) -> str:
        if self._username is None:
            self._username = (await self._bot.get_me()).username or ""
        return self._username

    # --- one thing said ---------------------------------------------------------------------------------------

    async def _heard(self, heard: Heard) -> Afterwards | None:
        if heard.tap is not None:
            self._later(self._stop_spinner(heard.tap))
        inbound = heard.inbound
        if heard.file_id:
            try:
                kept = await self._fetch(heard)
            except LinliError as error:
                await asyncio.to_thread(
                    _say, inbound.address, inbound.event_id, Words(error.text), inbound.locale
                )
                return None
            inbound = replace(inbound, said=replace(inbound.said, media=kept))
        turn = await asyncio.to_thread(self._hear, inbound)
        if turn.repeated and inbound.said.media is not None:
            await asyncio.to_thread(media.forget, inbound.said.media.key)

        async def afterwards() -> None:
            await deliver_now(turn, self.channel, inbound.address)
            await self._tidy(turn, heard.tap)

        return afterwards

    async def _fetch(self, heard: Heard) -> Media:
        """The photo or document, kept. Raises LinliError with words for the sender."""
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                file = await self._bot.get_file(heard.file_id)
                if (file.file_size or 0) > MAX_FILE_BYTES:
                    raise LinliError(_cannot_take("large"))
                data = bytes(await file.download_as_bytearray())
        except (TelegramError, TimeoutError) as error:
            log.warning("telegram.file_not_fetched", error=type(error).__name__)
            raise LinliError(_("Your photo did not reach me. Could you send it once more?")) from None
        return await asyncio.to_thread(_keep, heard, data)

    # --- buttons ----------------------------------------------------------------------------------------------

    async def _stop_spinner(self, tap: Tap) -> None:
        """Telegram lets an answered tap rest; one that is too old has stopped by itself."""
        try:
            await self._bot.answer_callback_query(tap.query_id)
        except TelegramError as error:
            log.info("telegram.tap_not_answered", error=type(error).__name__)

    async def _tidy(self, turn: Turn, tap: Tap | None) -> None:
        """Take the buttons of the answered question away, so that nobody answers it twice."""
        try:
            if tap is not None:
                await self._show_choice(turn, tap)
            elif turn.replies and not turn.repeated:
                answered = await asyncio.to_thread(_open_question, turn)
                if answered is not None:
                    await self._bot.edit_message_reply_markup(*answered, reply_markup=None)
        except BadRequest:
            return  # already without buttons, deleted, or too old to edit
        except TelegramError as error:
            log.info("telegram.buttons_left", error=type(error).__name__)

    async def _show_choice(self, turn: Turn, tap: Tap) -> None:
        under = tap.message
        if under is not None and under.reply_markup is None:
            return
        counted = turn.outcome != "stale" and not turn.repeated
        shown = _with_choice(under, tap.label) if under is not None and counted else None
        if shown is None:
            await self._bot.edit_message_reply_markup(tap.chat_id, tap.message_id, reply_markup=None)
        else:
            await self._bot.edit_message_text(
                shown, tap.chat_id, tap.message_id, parse_mode="HTML", reply_markup=None
            )


def _with_choice(message: Message, label: str) -> str | None:
    if not message.text or not label:
        return None
    return telegram_shape.chosen(message.text_html, label)


def _cannot_take(kind: str) -> Text:
    if kind == "voice":
        return _(
            "I cannot listen to recordings yet. Could you type it, please? Or call the office: {hotline}.",
            hotline=settings().hotline,
        )
    if kind == "file":
        return _("We cannot open this kind of file. A photo (JPEG or PNG) or a PDF works.")
    if kind == "large":
        return _("This file is larger than 10 MB. Could you send a smaller one, or a screenshot of it?")
    return _("I can read text, photos, locations and contacts, but not this. Could you type it, please?")


def _not_before_others() -> Text:
    return _(
        "Your matters are your own: please write to me in a private chat. Here everybody could read along."
    )


def _in_group(update: Update) -> bool:
    return update.effective_chat is not None and update.effective_chat.type in ("group", "supergroup")


# --- in the executor: the database ----------------------------------------------------------------------------


def _say(address: str, event_id: str, words: Words, locale: str | None) -> None:
    """Answer outside the conversation, once per event; the open question stays open."""
    with transaction():
        identity = people.ensure(CHANNEL, address, locale)
        if identity.state == "blocked":
            people.set_state(identity.id, "active")
        outbox.say(
            people.At(identity.id),
            words,
            purpose="reply",
            queue="replies",
            dedupe=f"{CHANNEL}:{event_id}",
        )


def _reach(change: Reach) -> None:
    identity = people.find(CHANNEL, change.address)
    if identity is None:
        return
    if not change.reachable:
        people.set_state(identity.id, "blocked")
    elif identity.state == "blocked":
        people.set_state(identity.id, "active")


def _keep(heard: Heard, data: bytes) -> Media:
    identity = people.ensure(CHANNEL, heard.inbound.address, heard.inbound.locale)
    key = media.save(data, heard.content_type, f"identity:{identity.id}")
    return Media(key, "application/pdf" if data.startswith(b"%PDF-") else "image/jpeg")


def _open_question(turn: Turn) -> tuple[int, int] | None:
    """(chat id, message id) of the question that these replies follow, if it had buttons. Menus and links to a matter
    (`request.cancel:12`) stay: they can be used again."""
    found = deliveries.last_reply(turn.identity_id, turn.replies[0].delivery_id)
    if found is None:
        return None
    provider_id, content = found
    chat, _sep, message = provider_id.partition(":")
    if not message or all(":" in option.value for option in content.options):
        return None
    return int(chat), int(message)
