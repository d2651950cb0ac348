"""What functions are called, as those who offer them say."""

from __future__ import annotations

from collections.abc import Callable

from backend.core.access import ROLES
from backend.core.i18n import Msg, Text, _
from backend.messaging.channels import NAMES
from backend.web import nav

PAGE = "page:"
"""Before the endpoint of a page; everything else is a conversation's."""
WHO: dict[str, Msg] = {
    "resident": _("Residents"),
    "unknown": _("People we do not know yet"),
    "staff": _("Staff in a chat"),
    **ROLES,
}
PLACES: dict[str, Text] = {**NAMES, "admin": _("Admin pages"), "site": _("Pages for residents")}
SECTIONS: dict[str, Msg] = {
    "signin": _("Signing in"),
    "imports": _("Bring in a file"),
    "attachments": _("Attached files"),
    "print_batches": _("Printing"),
    "taking": _("Taking a request by phone"),
    "check_in": _("Check-in at the door"),
    "event_questions": _("Questions of an event"),
    "inbox_words": _("Canned answers"),
    "preview": _("Preview of conversations"),
    "preview_form": _("Preview of conversations"),
    "family": _("Family"),
    "web": _("Overview"),
    "webchat": _("Web chat"),
    "portal": _("Page for residents"),
    "survey_link": _("Surveys"),
    "event_pages": _("Events"),
    "photo_link": _("Photos behind a link"),
    "resident_links": _("Links in e-mails to residents"),
}
_conversations: list[Callable[[str], Text | None]] = []


def provide(title: Callable[[str], Text | None]) -> None:
    """`title` gives the name of a conversation's function, None for one that is not there any more."""
    _conversations[:] = [title]


def of(function: str) -> Text:
    """A function by what people call it; by its own name where nobody gave it one."""
    if not function.startswith(PAGE):
        return next((t for find in _conversations if (t := find(function))), function)
    return section(function.removeprefix(PAGE).partition(".")[0])


def section(name: str) -> Text:
    """A part of the site."""
    return nav.labels().get(name) or SECTIONS.get(name) or name
