"""The residents' front door: what can be done here, and every way to do it."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any

import structlog
from flask import Blueprint, redirect, render_template

from backend.core.errors import NotFound
from backend.core.i18n import Msg, _
from backend.events import queries as events
from backend.settings import settings
from backend.web.limits import limiter
from bots import event_pages

blueprint = Blueprint("portal", __name__, template_folder="templates")
log = structlog.get_logger()
ASKED = "30/minute"
"""While Telegram does not answer, each question for our bot's name holds a thread."""
EVENTS = 5
"""How many of the coming events stand on the front page."""

CAN: tuple[tuple[Msg, Msg], ...] = (
    (
        _("Register with your real name"),
        _("Once, in about three minutes; the community office confirms it."),
    ),
    (
        _("Have something repaired"),
        _("Say what is broken, with a photo if you like, and choose when the repairer may come."),
    ),
    (
        _("See how a repair is going"),
        _("You are told of every step, and can ask at any time."),
    ),
    (
        _("Join in"),
        _("See what is on, sign up for yourself and your family, or organise something."),
    ),
    (
        _("Talk to a person"),
        _("Write “a person, please” anywhere, and a colleague answers."),
    ),
)


@blueprint.get("/")
def home() -> str:
    now = settings()
    return render_template(
        "bots/portal.html",
        can=CAN,
        hotline=now.hotline,
        number=now.twilio_from if now.twilio_account_sid else "",
        telegram=bool(now.telegram_bot_token.get_secret_value()),
        **event_pages.shown(events.coming(limit=EVENTS)),
    )


@blueprint.get("/telegram")
@limiter.limit(ASKED)
def telegram() -> Any:
    """To our bot, whose public name only Telegram knows."""
    token = settings().telegram_bot_token.get_secret_value()
    if not token:
        raise NotFound()
    from telegram.error import TelegramError  # slow to load, and needless where there is no bot

    try:
        return redirect(f"https://t.me/{_bot_name(token)}")
    except TelegramError as error:
        log.warning("portal.telegram_unreachable", error=type(error).__name__)
        raise NotFound(
            _("Telegram does not answer at the moment. Please try again in a few minutes.")
        ) from None


@lru_cache(maxsize=1)
def _bot_name(token: str) -> str:
    from bots import telegram_api

    async def ask() -> str:
        bot = telegram_api.make_bot(1)
        try:
            return (await bot.get_me()).username or ""
        finally:
            await telegram_api.close(bot)

    return asyncio.run(ask())
