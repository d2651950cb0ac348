"""What people call the channels."""

from __future__ import annotations

from backend.core.i18n import Text, _

NAMES: dict[str, Text] = {
    "telegram": "Telegram",
    "sms": _("SMS"),
    "voice": _("Phone call"),
    "webchat": _("Web chat"),
    "email": _("E-mail"),
    "fax": _("Fax"),
}
