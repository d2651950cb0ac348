"""What the page itself says: its buttons and notes, in the reader's language."""

from __future__ import annotations

from backend.core.i18n import Msg, _
from backend.web.text import say

_WORDS: dict[str, Msg] = {
    "sending": _("Sending…"),
    "waiting": _("Will be sent when you are online again"),
    "offline": _("No connection at the moment. What you write is kept and sent as soon as it is back."),
    "reconnecting": _("Connecting again…"),
    "uploading": _("Sending the photo… {percent}%"),
    "photo": _("A photo you sent"),
    "photoOurs": _("A photo for you."),
    "typing": _("The office is writing…"),
    "place": _("Your location"),
    "options": _("Answers to choose from"),
    "placeDenied": _("Your phone did not tell us where you are. Please write the address instead."),
    "placeSeeking": _("Finding out where you are…"),
    "photoTooLarge": _("This photo is too large. A smaller one, or a screenshot of it, works."),
    "trouble": _("That did not go through. We keep trying."),
    "today": _("Today"),
    "new": _("({n}) new"),
}


def words() -> dict[str, str]:
    """By the names that the page's script uses; `{…}` places are filled in there."""
    return {name: say(Msg(text.id)) for name, text in _WORDS.items()}
