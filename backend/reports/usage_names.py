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
VIEWS: dict[str, Msg] = {
    "index": _("the list"),
    "board": _("the board"),
    "rows": _("rows of a table"),
    "show": _("looked at one"),
    "page": _("looked at one"),
    "new": _("added one"),
    "add": _("added one"),
    "create": _("added one"),
    "begin": _("added one"),
    "edit": _("changed one"),
    "change": _("changed one"),
    "save": _("changed one"),
    "act": _("changed several at once"),
    "remove": _("removed one"),
    "delete": _("removed one"),
    "close": _("closed one"),
    "cancel": _("cancelled one"),
    "assign": _("assigned one"),
    "take": _("took one over"),
    "answer": _("answered"),
    "comment": _("wrote a note"),
    "note": _("wrote a note"),
    "approve": _("approved"),
    "reject": _("rejected"),
    "decide": _("decided"),
    "reveal": _("revealed a value"),
    "photo": _("photos"),
    "export": _("took away a file"),
    "download": _("took away a file"),
    "undo": _("undid something"),
    "pause": _("paused or went on"),
    "sign_in": _("the page to sign in"),
    "sign_in_now": _("signed in"),
    "sign_out": _("signed out"),
    "sign_out_everywhere": _("signed out on every device"),
}
"""What pages and acts of any part are called that have such a name in the code; others are told by that name."""
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
