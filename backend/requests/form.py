"""The repair Form: the same for a conversation on any channel and for staff who take a call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from backend.core.i18n import _
from backend.fields.address import Address
from backend.fields.base import Field
from backend.fields.choices import Choice, Choices, YesNo
from backend.fields.condition import Condition
from backend.fields.form import Form
from backend.fields.media import Photo
from backend.fields.phone import Phone
from backend.fields.slots import TimeSlot
from backend.fields.text import LongText
from backend.fields.words import Media
from backend.requests import triage
from backend.requests.booking import Report
from backend.requests.triage import CATEGORIES, NOT_A_REPAIR, Category

CHAT = ("telegram", "webchat")
PAGE = "page"
"""The fact `channel` where staff fill in the whole Form on one page."""

_NOT_PLAIN = re.compile(r"[\\^$.*+?()\[\]{}]")


def _plain_words(pattern: str) -> tuple[str, ...]:
    """The alternatives of a pattern that are words themselves."""
    return tuple(w for w in pattern.split("|") if w and not _NOT_PLAIN.search(w))


def degree_field(category: str) -> str:
    """The name of the question how bad it is."""
    return f"degree_{category}"


def _any_degree(*urgencies: str) -> Condition:
    return {
        "or": [
            {"field": degree_field(c.code), "op": "eq", "value": d.code}
            for c in CATEGORIES
            for d in c.degrees
            if d.urgency in urgencies
        ]
    }


EMERGENCY = _any_degree("emergency")
PRESSING = _any_degree("emergency", "urgent")
NO_REPAIR: Condition = {
    "or": [
        {"field": degree_field(c.code), "op": "eq", "value": NOT_A_REPAIR} for c in CATEGORIES if c.degrees
    ]
}
_IN_CHAT: Condition = {"fact": "channel", "op": "in", "value": [*CHAT, PAGE]}


def _degree(category: Category) -> Choice:
    return Choice(
        degree_field(category.code),
        label=_("How bad"),
        ask=category.ask,
        yes=category.yes,
        no=category.no,
        options=(
            *(Choices(d.code, d.label, d.short, _plain_words(d.words)) for d in category.degrees),
            Choices(
                NOT_A_REPAIR,
                _("Not a repair"),
                _("no repair"),
                ("不报修", "不用修", "不修了", "not a repair"),
            ),
        ),
        when={"field": "category", "op": "eq", "value": category.code},
    )


FIELDS: tuple[Field, ...] = (
    Choice(
        "category",
        label=_("What is broken"),
        ask=_("What needs repair?"),
        options=[Choices(c.code, c.label, None, _plain_words(c.words)) for c in CATEGORIES],
    ),
    *(_degree(c) for c in CATEGORIES if c.degrees),
    Address(
        "place",
        label=_("Place"),
        ask=_("Where is it? Building, unit and room, and the spot, like 3-2-501 kitchen."),
        ask_short=_("Where? Like 3-2-501 kitchen."),
        ask_spoken=_("Where is it? Please say building, unit and room."),
        free=True,
        partial=True,
        unless=NO_REPAIR,
    ),
    LongText(
        "description",
        label=_("Description"),
        ask=_("What is wrong with it? A sentence is enough."),
        ask_short=_("What is wrong? A sentence is enough."),
        min_length=2,
        max_length=1000,
        # An emergency needs no prose: what and where is enough to set out.
        unless={"or": [EMERGENCY, NO_REPAIR]},
    ),
    Phone(
        "phone",
        label=_("Phone to call back"),
        ask=_("Which phone number can we call back?"),
        when={"fact": "unregistered", "op": "eq", "value": True},
        unless=NO_REPAIR,
    ),
    TimeSlot(
        "slot",
        label=_("Time of the visit"),
        ask=_("When shall we come?"),
        optional=True,
        none_label=_("Any time"),
        none_words=(
            "随时",
            "都行",
            "都行吧",
            "随便什么时候",
            "啥时候都行",
            "哪天都行",
            "你们定",
            "你定",
            "你们看着办",
            "越快越好",
            "尽快",
            "都可以",
            "随便",
            "什么时候都行",
            "any time",
            "anytime",
            "whenever",
        ),
        when={"fact": "slots", "op": "filled"},
        unless={"or": [PRESSING, NO_REPAIR]},
    ),
    Photo(
        "photo",
        label=_("Photo"),
        ask=_("A photo helps the worker to bring the right parts. Could you take one?"),
        optional=True,
        when=_IN_CHAT,
        # Those that came by themselves, on any channel, are in the fact.
        unless={"or": [EMERGENCY, NO_REPAIR, {"fact": "photos", "op": "filled"}]},
    ),
    YesNo(
        "same",
        label=_("The same matter"),
        ask=_("Is this about that one?"),
        yes=_("Yes, the same"),
        no=_("No, something new"),
        when={"fact": "duplicate", "op": "filled"},
    ),
)

FORM = Form(
    "repair",
    _("Report a repair"),
    FIELDS,
    # Looked over in chat, where it costs nothing; an emergency is on its way at once, and what was looked over once is
    # not looked over again because a visiting time went or another request was found.
    review={
        "and": [
            {"fact": "channel", "op": "in", "value": list(CHAT)},
            {"not": EMERGENCY},
            {"not": NO_REPAIR},
            {"fact": "sure", "op": "empty"},
        ]
    },
    confirm_label=_("Send it"),
)


def photos_of(answers: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of all photos: the one that was asked for, and those that came by themselves."""
    asked: Media | None = answers.get("photo")
    return (*((asked.key,) if asked is not None else ()), *facts.get("photos", ()))


def report_of(
    answers: Mapping[str, Any], source: str, said: str = "", facts: Mapping[str, Any] | None = None
) -> Report:
    """The answers of the Form, and its facts, as a Report; `said` is what she wrote to begin with."""
    category = str(answers["category"])
    degree = answers.get(degree_field(category))
    slot = answers.get("slot")
    return Report(
        category=category,
        description=answers.get("description") or said or _in_words(category, degree),
        place=answers["place"],
        degree=degree,
        slot_id=int(slot) if slot is not None else None,
        photos=photos_of(answers, facts or {}),
        source=source,
    )


def _in_words(category: str, degree: str | None) -> str:
    """A description for an emergency that was only tapped."""
    found = triage.degree(category, degree)
    label = triage.BY_CODE[category].label
    return f"{label}:{found.label}" if found else str(label)
