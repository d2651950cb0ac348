"""What an alarm may turn out to have been."""

from __future__ import annotations

from backend.core.i18n import Msg, _

CAUSES: dict[str, Msg] = {
    "real": _("A real emergency"),
    "cooking": _("Cooking or smoking"),
    "steam": _("Steam, dust or insects"),
    "test": _("A test or a drill"),
    "pressed": _("Pressed or said by mistake"),
    "device": _("Device broken or badly placed"),
    "network": _("Power, gateway or network"),
    "silent": _("Phone off, or forgot to answer"),
    "away": _("Was away"),
    "other": _("Something else"),
}
