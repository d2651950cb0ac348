"""A staff member is writing in a thread: shown where the channel can show it."""

from __future__ import annotations

import asyncio
import threading

import structlog
from flask import Blueprint

from backend.inbox import answering, marks, thread
from backend.inbox.office import RIGHT
from backend.settings import settings
from backend.web import session
from bots import webchat

blueprint = Blueprint("inbox_typing", __name__, url_prefix="/admin/inbox")
log = structlog.get_logger()


@blueprint.post("/<int:handover_id>/typing")
@session.needs(RIGHT)
def typing(handover_id: int) -> tuple[str, int]:
    """Sent by the page every few seconds while somebody types; nothing is stored."""
    actor = session.current_actor()
    handover = thread.find(actor, handover_id)
    if handover.taken_by != actor.id or handover.done_at is not None:
        return "", 204
    to = answering.where(handover, marks.addresses(handover))
    if to is None:
        return "", 204
    if to.channel == webchat.NAME:
        webchat.show(to.id, [{"typing": True}])
    elif to.channel == "telegram" and settings().telegram_bot_token.get_secret_value():
        chat_id = int(to.address)
        # The page need not wait for Telegram.
        threading.Thread(target=lambda: asyncio.run(_act(chat_id)), daemon=True).start()
    return "", 204


async def _act(chat_id: int) -> None:
    # Slow to load, and needless where there is no bot.
    from telegram.error import TelegramError

    from bots import telegram_api

    bot = telegram_api.make_bot(connections=1)
    try:
        await bot.send_chat_action(chat_id, "typing")
    except TelegramError as error:
        log.info("inbox.typing_not_shown", error=type(error).__name__)
    finally:
        await telegram_api.close(bot)
