"""The channels that are set up in this community."""

from __future__ import annotations

from backend.settings import settings
from bots import fax
from bots.channel import Channel
from bots.email import EmailChannel
from bots.sms import SmsChannel
from bots.sms_kept import KeptCodes
from bots.voice import VoiceChannel
from bots.webchat import WebchatChannel


def channels() -> dict[str, Channel]:
    """Every channel with the settings that it needs; webchat and e-mail (at least into a folder) are always there."""
    now = settings()
    found: list[Channel] = [WebchatChannel(), EmailChannel()]
    if now.telegram_bot_token.get_secret_value():
        from bots.telegram_channel import TelegramChannel  # slow to load

        found.append(TelegramChannel())
    if fax.is_set_up():
        found.append(fax.FaxChannel())
    if now.twilio_account_sid:
        found += [SmsChannel(), VoiceChannel()]
    elif now.demo and not now.public_url:
        found.append(KeptCodes())
    return {channel.name: channel for channel in found}
