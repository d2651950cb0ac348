"""What a Telegram update means to us. Pure: no network, no database."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from telegram import (
    CallbackQuery,
    ChatMember,
    ChatMemberUpdated,
    Document,
    Message,
    MessageEntity,
    PhotoSize,
    Update,
)
from telegram.constants import ChatType

from backend.core.i18n import match_locale
from backend.fields.words import Place, Said
from bots.telegram_shape import picked
from conversations.inbound import Inbound

CHANNEL = "telegram"
MAX_FILE_BYTES = 10 * 1024 * 1024
COMMANDS = {"repair": "flow:repair", "register": "flow:registration"}
"""Bot commands that open a Flow from anywhere; the others are words that the engine knows."""
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w{3,64}))?(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tap:
    """A pressed inline button: the query to answer, the message it stands under (None when Telegram kept it from us)."""

    query_id: str
    message: Message | None = None
    chat_id: int = 0
    message_id: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody in a private chat said something. `file_id`: a photo or document to fetch into `inbound.said.media` first."""

    inbound: Inbound
    tap: Tap | None = None
    file_id: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something in a private chat that we cannot take: `kind` is "voice", "file", "large" or "other"."""

    address: str
    event_id: str
    kind: str
    locale: str | None


@dataclass(frozen=True, slots=True)
class InGroup:
    """Somebody spoke to us before others: personal matters belong in a private chat."""

    address: str
    event_id: str
    locale: str | None


@dataclass(frozen=True, slots=True)
class Reach:
    """The person blocked the bot (`reachable` False) or took it back."""

    address: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class Stray:
    """A tap that means nothing to us (another bot's data, a group): only its spinner is to be stopped."""

    tap: Tap


Meaning = Heard | Unreadable | InGroup | Reach | Stray | None


def inbound_of(update: Update, username: str = "") -> Meaning:
    """What `update` means; None for what is not for us (channel posts, bots, service messages, live location).

    `username`: the bot's own, without @, for groups.
    """
    if update.callback_query is not None:
        return _tapped(update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    if update.edited_message is not None:
        edited = update.edited_message
        return _dated(_edited(edited), edited.edit_date or edited.date)
    if update.message is not None:
        return _dated(_message(update.message, username), update.message.date)
    return None


def _dated(meaning: Meaning, said_at: datetime) -> Meaning:
    if isinstance(meaning, Heard):
        return replace(meaning, inbound=replace(meaning.inbound, said_at=said_at))
    return meaning


def chat_of(update: Update) -> int:
    """The chat whose updates keep their order among themselves; 0 when there is none."""
    chat = update.effective_chat
    return chat.id if chat is not None else 0


# --- messages -------------------------------------------------------------------------------------------------


def _message(message: Message, username: str) -> Meaning:
    user = message.from_user
    if user is None or user.is_bot or message.sender_chat is not None:
        return None
    locale = match_locale(user.language_code)
    event_id = f"{message.chat.id}:{message.message_id}"
    address = str(message.chat.id)
    if message.chat.type != ChatType.PRIVATE:
        return InGroup(address, event_id, locale) if _is_addressed(message, username) else None
    command = _COMMAND.fullmatch(_clean(message.text or ""))
    if command is not None:
        name, payload = command[1].lower(), (command[3] or "").strip()
        if name == "start":
            said = Said(text=payload, choice=COMMANDS.get(payload))
            return Heard(Inbound(CHANNEL, address, event_id, said, locale=locale, start=True))
        said = Said(text=" ".join(filter(None, (f"/{name}", payload))), choice=COMMANDS.get(name))
        return Heard(Inbound(CHANNEL, address, event_id, said, locale=locale))
    photo = _photo(message)
    if photo is not None:
        if not photo[0]:
            return Unreadable(address, event_id, photo[1], locale)
        said = Said(text=_clean(message.caption or ""))
        if message.media_group_id:
            # The photos of an album come one by one and answer one question: the first counts, the others repeat it.
            event_id = f"{message.chat.id}:g{message.media_group_id}"
        return Heard(
            Inbound(CHANNEL, address, event_id, said, locale=locale), file_id=photo[0], content_type=photo[1]
        )
    said_now = _said(message, user.id)
    if said_now is not None:
        return Heard(Inbound(CHANNEL, address, event_id, said_now, locale=locale))
    if message.voice or message.audio or message.video_note:
        return Unreadable(address, event_id, "voice", locale)
    if message.effective_attachment is not None or message.story is not None:
        return Unreadable(address, event_id, "other", locale)
    return None


def _said(message: Message, user_id: int) -> Said | None:
    """Text, a place, a contact; a sticker counts as its emoji. None: nothing that answers a question."""
    if message.text:
        return Said(text=_clean(message.text))
    if message.location is not None:
        venue = message.venue
        text = " ".join(filter(None, (venue.title, venue.address))) if venue else ""
        return Said(text=_clean(text), location=Place(message.location.latitude, message.location.longitude))
    if message.contact is not None:
        number = message.contact.phone_number
        # Telegram vouches only for the sender's own number; anybody's card can be forwarded.
        if message.contact.user_id == user_id:
            return Said(contact="+" + re.sub(r"\D", "", number))
        return Said(text=_clean(number))
    if message.sticker is not None and message.sticker.emoji:
        return Said(text=message.sticker.emoji)
    if message.dice is not None:
        return Said(text=message.dice.emoji)
    return None


def _photo(message: Message) -> tuple[str, str] | None:
    """(file id, content type) of a photo or a document; ("", why) for one that we cannot take; None without one."""
    if message.photo:
        fitting = [size for size in message.photo if (size.file_size or 0) <= MAX_FILE_BYTES]
        return (_largest(fitting).file_id, "image/jpeg") if fitting else ("", "large")
    document: Document | None = message.document
    if document is None or message.animation is not None:
        return None
    kind = (document.mime_type or "").lower()
    if not kind.startswith("image/") and kind != "application/pdf":
        return "", "file"
    return (document.file_id, kind) if (document.file_size or 0) <= MAX_FILE_BYTES else ("", "large")


def _largest(sizes: list[PhotoSize]) -> PhotoSize:
    return max(sizes, key=lambda size: size.width * size.height)


def _edited(message: Message) -> Meaning:
    """A corrected text. A moving live location also arrives as an edit, every few seconds: it is no answer."""
    user = message.from_user
    text = message.text or message.caption
    if user is None or user.is_bot or not text or message.chat.type != ChatType.PRIVATE:
        return None
    event = f"{message.chat.id}:{message.message_id}"
    edited = int(message.edit_date.timestamp()) if message.edit_date else 0
    return Heard(
        Inbound(
            CHANNEL,
            str(message.chat.id),
            f"{event}:e{edited}",
            Said(text=_clean(text)),
            edits=event,
            locale=match_locale(user.language_code),
        )
    )


def _is_addressed(message: Message, username: str) -> bool:
    """Whether a message in a group speaks to this bot."""
    text = message.text or message.caption or ""
    command = _COMMAND.fullmatch(text)
    if command is not None:
        return command[2] is None or command[2].lower() == username.lower()
    answered = message.reply_to_message
    if answered is not None and answered.from_user is not None and answered.from_user.is_bot:
        return bool(username) and (answered.from_user.username or "").lower() == username.lower()
    mentions = message.parse_entities([MessageEntity.MENTION]) if message.text else {}
    return any(m.lower() == f"@{username.lower()}" for m in mentions.values())


# --- buttons and blocks ---------------------------------------------------------------------------------------


def _tapped(query: CallbackQuery) -> Meaning:
    under = query.message
    chat_id = under.chat.id if under is not None else query.from_user.id
    tap = Tap(
        query.id,
        under if isinstance(under, Message) and under.is_accessible else None,
        chat_id,
        under.message_id if under is not None else 0,
        _label(query),
    )
    choice = picked(query.data or "")
    in_private = under is None or under.chat.type == ChatType.PRIVATE
    if choice is None or not in_private or query.from_user.is_bot:
        return Stray(tap)
    return Heard(
        Inbound(
            CHANNEL,
            str(chat_id),
            f"cb:{query.id}",
            message_id=choice[0],
            option=choice[1],
            locale=match_locale(query.from_user.language_code),
        ),
        tap=tap,
    )


def _label(query: CallbackQuery) -> str:
    markup = query.message.reply_markup if isinstance(query.message, Message) else None
    rows = markup.inline_keyboard if markup is not None else ()
    return next((b.text for row in rows for b in row if b.callback_data == query.data), "")


def _membership(change: ChatMemberUpdated) -> Meaning:
    if change.chat.type != ChatType.PRIVATE:
        return None
    gone = change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
    return Reach(str(change.chat.id), reachable=not gone)


def _clean(text: str) -> str:
    """Without NUL and halves of characters, which neither database nor ciphers take."""
    return text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
