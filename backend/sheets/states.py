"""Where an import stands. Pure."""

from __future__ import annotations

from backend.core.i18n import Msg, _

CHOSEN, READING, CHECKING, CHECKED = "chosen", "reading", "checking", "checked"
WRITING, WRITTEN, STOPPED = "writing", "written", "stopped"
UNDOING, UNDONE, FAILED = "undoing", "undone", "failed"

WORDS: dict[str, Msg] = {
    CHOSEN: _("Being set up"),
    READING: _("Being read"),
    CHECKING: _("Being checked"),
    CHECKED: _("Checked, waits for you"),
    WRITING: _("Being brought in"),
    WRITTEN: _("Brought in"),
    STOPPED: _("Stopped"),
    UNDOING: _("Being undone"),
    UNDONE: _("Undone"),
    FAILED: _("Could not be read"),
}
TONES = {
    CHECKED: "attention",
    WRITTEN: "good",
    FAILED: "urgent",
    STOPPED: "attention",
}
WORKING = (READING, CHECKING, WRITING, UNDOING)
"""A worker has something to do."""
SETTING_UP = (CHOSEN, CHECKED, FAILED, STOPPED)
"""How it is understood may still be changed, while nothing is brought in."""
COUNTED: dict[str, Msg] = {
    "create": _("New rows"),
    "change": _("Rows with changes"),
    "same": _("Rows that say the same"),
    "skip": _("Rows that are there already"),
    "wrong": _("Rows with something wrong"),
}
