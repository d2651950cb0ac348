"""The report of a visit: one Form, asked in the worker's chat and filled in on the page; and what its answers mean. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from backend.core.i18n import Msg, _
from backend.fields.choices import Choice, Choices
from backend.fields.dates import Date
from backend.fields.form import Form
from backend.fields.media import Location, Photo
from backend.fields.text import LongText
from backend.fields.words import Place

CONDITIONS: dict[str, Msg] = {
    "well": _("She is well"),
    "unwell": _("She is not well, somebody looks after her"),
    "hospital": _("She is in hospital"),
    "away": _("She is away, I know where"),
    "no_answer": _("Nobody opened, I do not know how she is"),
}
_SHORT: dict[str, Msg] = {
    "well": _("well"),
    "unwell": _("not well"),
    "hospital": _("in hospital"),
    "away": _("away"),
    "no_answer": _("nobody opened"),
}
FOUND = frozenset(CONDITIONS) - {"no_answer"}
"""We know how she is: what was raised about her ends. When nobody opened, the ladder goes on and somebody else goes."""
TROUBLE = frozenset(("unwell", "hospital"))
"""Nobody may go on thinking that all is well."""
STATUSES: dict[str, Msg] = {
    "open": _("Nobody yet"),
    "going": _("Somebody is on the way"),
    "done": _("Done"),
    "cancelled": _("Not needed any more"),
}
_MORE = {
    "or": [
        {"field": "condition", "op": "ne", "value": "no_answer"},
        {"fact": "channel", "op": "eq", "value": "page"},
    ]
}
"""In a chat “nobody opened” is the whole report: the next person is told at once, not after four more questions."""
_CHAT_OR_PAGE = {"and": [{"fact": "channel", "op": "in", "value": ["telegram", "webchat", "page"]}, _MORE]}

FORM = Form(
    "visit_report",
    _("Report of a visit"),
    [
        Choice(
            "condition",
            label=_("How is she"),
            ask=_("How is she?"),
            options=[Choices(code, label, _SHORT[code]) for code, label in CONDITIONS.items()],
        ),
        LongText(
            "report",
            label=_("What was done"),
            ask=_("What did you see and do? A sentence is enough."),
            max_length=1000,
            optional=True,
            when=_MORE,
        ),
        Photo(
            "photo",
            label=_("Photo"),
            ask=_("A photo, if it helps?"),
            optional=True,
            when=_CHAT_OR_PAGE,
        ),
        Location(
            "place",
            label=_("Where you are"),
            ask=_("Could you share where you are?"),
            optional=True,
            when=_CHAT_OR_PAGE,
        ),
        Date(
            "next",
            label=_("Next visit"),
            ask=_("When should somebody go again? A day, or “skip”."),
            earliest="today",
            latest="today+365",
            optional=True,
            when=_MORE,
        ),
    ],
    review=False,
)


@dataclass(frozen=True, slots=True)
class Report:
    """What the Form's answers say; `photo` is a key of `core.media`. `at`: when it was reported, None for now."""

    condition: str
    report: str = ""
    photo: str | None = None
    place: Place | None = None
    next: date | None = None
    at: datetime | None = None


def report_of(answers: Mapping[str, Any]) -> Report:
    photo = answers.get("photo")
    return Report(
        answers["condition"],
        answers.get("report") or "",
        photo.key if photo is not None else None,
        answers.get("place"),
        answers.get("next"),
    )
