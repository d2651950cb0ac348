"""Sending to Telegram, and what its refusals mean."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from backend.core import media
from backend.core.errors import NotFound
from backend.messaging.deliveries import Due
from backend.settings import settings
from bots import telegram_api
from bots.channel import AnswerLost, Channel, Refused, Sent, TryLater
from bots.telegram_shape import Part, shape

_TOKEN_WRONG_S = 60.0
_LONGEST_WAIT_S = 5.0
"""A 429 between the parts of one Message is sat out up to this long: starting over would say the first parts twice."""
_GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user is deactivated",
    "group chat was upgraded",
)

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None


class TelegramChannel(Channel):
    """One bot, one set of connections; lives in one event loop."""

    name = "telegram"
    per_address_second = 1.0
    at_once = telegram_api.CONNECTIONS

    def __init__(self, connections: int = telegram_api.CONNECTIONS) -> None:
        self.bot = telegram_api.make_bot(connections)
        self.per_second = settings().telegram_per_second

    async def send(self, due: Due) -> Sent:
        chat_id = int(due.address)
        parts = shape(due.content, due.message_id, reply=due.purpose == "reply")
        kept: int | None = None
        for key in due.content.media:
            await self._photo(chat_id, key)
        for number, part in enumerate(parts):
            message_id = await self._part(chat_id, part, first=number == 0)
            if kept is None or not part.share:
                kept = message_id  # the one with the question and its buttons
        return Sent(provider_id(chat_id, kept) if kept is not None else None)

    async def close(self) -> None:
        await telegram_api.close(self.bot)

    async def _photo(self, chat_id: int, key: str) -> None:
        """Before the words, so that a second try after a failure repeats a photo at the most."""
        try:
            data, _type = await asyncio.to_thread(media.load, key)
        except NotFound:
            return  # erased meanwhile: the words still count
        try:
            await self.bot.send_photo(chat_id, data)
        except TelegramError as error:
            raise _meaning(error) from None

    async def _part(self, chat_id: int, part: Part, *, first: bool) -> int:
        try:
            return await self._send(chat_id, part)
        except TryLater as error:
            if first or error.after_s is None or error.after_s > _LONGEST_WAIT_S:
                raise
            await asyncio.sleep(error.after_s)
            return await self._send(chat_id, part)

    async def _send(self, chat_id: int, part: Part) -> int:
        try:
            try:
                return await self.bot.send_words(chat_id, part.html, _markup(part), parse_mode="HTML")
            except BadRequest as error:
                if _is_gone(error):
                    raise
            # Whatever it was that Telegram could not parse: the words themselves arrive.
            return await self.bot.send_words(chat_id, part.plain, None)
        except TelegramError as error:
            raise _meaning(error) from None


def provider_id(chat_id: int, message_id: int) -> str:
    """How a sent Telegram message is known in Delivery.provider_id."""
    return f"{chat_id}:{message_id}"


def _markup(part: Part) -> Markup:
    if part.buttons:
        return InlineKeyboardMarkup([[_button(label, data) for label, data in row] for row in part.buttons])
    if part.share:
        return ReplyKeyboardMarkup(
            [
                [
                    KeyboardButton(
                        label, request_contact=kind == "contact", request_location=kind == "location"
                    )
                ]
                for label, kind in part.share
            ],
            resize_keyboard=True,
            one_time_keyboard=True,
        )
    return ReplyKeyboardRemove() if part.close else None


def _button(label: str, data: str) -> InlineKeyboardButton:
    opens = data.startswith(("https://", "http://"))
    return InlineKeyboardButton(label, url=data) if opens else InlineKeyboardButton(label, callback_data=data)


def _is_gone(error: TelegramError) -> bool:
    return any(words in error.message.lower() for words in _GONE)


def seconds(error: RetryAfter) -> float:
    """How long Telegram wants us to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _meaning(error: TelegramError) -> Exception:
    """Telegram's error in the words of the channel contract."""
    match error:
        case RetryAfter():
            return TryLater("Telegram asked to slow down", seconds(error))
        case Forbidden() | ChatMigrated():
            return Refused(error.message, ends_identity=True)
        case InvalidToken():
            return TryLater("Telegram does not accept TELEGRAM_BOT_TOKEN", _TOKEN_WRONG_S)
        case BadRequest():
            return Refused(error.message, ends_identity=_is_gone(error))
        case TimedOut():
            return AnswerLost(error.message)
        case NetworkError():
            return TryLater(error.message)
    return TryLater(error.message)
