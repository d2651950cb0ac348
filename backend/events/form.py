"""The Forms of events: signing up (with the event's own questions), and proposing a gathering."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from backend.core import clock
from backend.core.i18n import LOCALES, _
from backend.events import queries
from backend.events.models import Event
from backend.events.planning import Draft
from backend.events.signing import COMPANIONS, Wish
from backend.fields.base import Field
from backend.fields.choices import Choice, Choices
from backend.fields.dates import Date
from backend.fields.form import Form
from backend.fields.numbers import Integer
from backend.fields.text import LongText, Text

NAMES = "with_names"


def signup_form(event: Event) -> Form:
    """Who comes along, then what staff want to know. Without either it has no fields, and a tap signs up."""
    own = queries.questions_of(event)
    fields = _companions(event) if event.companions else []
    return Form(
        f"event:{event.id}",
        event.title,
        [*fields, *(own.fields if own else ())],
        review=bool(own and own.fields) and own is not None and own.review,
        intro=own.intro if own else None,
        confirm_label=_("Sign up"),
    )


def companions_form(event: Event) -> Form:
    """How many come along, asked anew."""
    return Form(f"event_companions:{event.id}", event.title, _companions(event), review=False)


def _companions(event: Event) -> list[Field]:
    return [
        Integer(
            COMPANIONS,
            label=_("Companions"),
            ask=_("How many people come with you? From 0 to {n}.", n=event.companions),
            least=0,
            most=event.companions,
        ),
        Text(
            NAMES,
            label=_("Their names"),
            ask=_("What are their names? It helps at the door."),
            ask_short=_("Their names?"),
            optional=True,
            max_length=200,
            when={"field": COMPANIONS, "op": "gt", "value": 0},
        ),
    ]


def wish_of(event: Event, answers: Mapping[str, Any]) -> Wish:
    """The answers of the sign-up Form, the event's own ones as JSON."""
    own = queries.questions_of(event)
    kept = {f.name: f.dump(answers[f.name]) for f in (own.fields if own else ()) if f.name in answers}
    return Wish(int(answers.get(COMPANIONS) or 0), answers.get(NAMES) or "", kept or None)


_STARTS = (9, 10, 14, 15, 16, 19)
_LASTS = {"60": _("An hour"), "120": _("Two hours"), "180": _("Three hours"), "240": _("Half a day")}


def _hour(hour: int) -> dict[str, str]:
    part = "上午" if hour < 12 else "下午" if hour < 18 else "晚上"
    twelve = hour - 12 if hour > 12 else hour
    return {"zh_CN": f"{part}{twelve}点", "en": f"{twelve} {'am' if hour < 12 else 'pm'}"}


PROPOSAL = Form(
    "event_propose",
    _("Organising a gathering"),
    [
        Text(
            "title",
            label=_("What"),
            ask=_("How nice. What is it called? A few words, like “book club”."),
            min_length=2,
            max_length=40,
        ),
        Date(
            "day",
            label=_("Day"),
            ask=_("On which day?"),
            earliest="today+1",
            latest="today+180",
        ),
        Choice(
            "start",
            label=_("Beginning"),
            ask=_("When does it begin?"),
            options=[Choices(str(h), _hour(h), None, (f"{h}:00", f"{h}点")) for h in _STARTS],
        ),
        Choice(
            "lasts",
            label=_("How long"),
            ask=_("How long does it take?"),
            options=[Choices(minutes, label) for minutes, label in _LASTS.items()],
        ),
        Text(
            "place",
            label=_("Place"),
            ask=_("Where do you meet? For example the community room, or under the old tree."),
            ask_short=_("Where do you meet?"),
            min_length=2,
            max_length=80,
        ),
        Integer(
            "capacity",
            label=_("Places"),
            ask=_("How many can come?"),
            least=2,
            most=500,
            optional=True,
            none_label=_("As many as like"),
            none_words=("不限", "都可以来", "随便来", "越多越好", "no limit", "everybody", "anyone"),
        ),
        LongText(
            "body",
            label=_("About it"),
            ask=_("What should neighbours know? What you do, what to bring."),
            optional=True,
            max_length=1000,
        ),
    ],
    review=True,
    confirm_label=_("Send it to the office"),
)


def draft_of(answers: Mapping[str, Any], org_id: int, locale: str) -> Draft:
    """What a resident proposes, in the language that she wrote it in."""
    wrote = next((known for known in LOCALES if locale.startswith(known)), LOCALES[0])
    begins = datetime.combine(answers["day"], time(int(answers["start"])), clock.zone())
    return Draft(
        org_id=org_id,
        title={wrote: answers["title"]},
        place={wrote: answers["place"]},
        body={wrote: answers["body"]} if answers.get("body") else {},
        starts_at=begins,
        ends_at=begins + timedelta(minutes=int(answers["lasts"])),
        capacity=answers.get("capacity"),
    )
