"""The participants as a workbook."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response

from backend.core.i18n import _, render
from backend.events import participants as lists
from backend.events import queries, states
from backend.events.models import Event
from backend.fields.base import Field
from backend.web import workbook
from backend.web.workbook import Cell, Sheet

HEADERS = (
    _("Name"),
    _("Mobile"),
    _("Status"),
    _("People"),
    _("Companions' names"),
    _("Code"),
    _("Signed up"),
    _("Arrived"),
    _("Rating"),
)


def participants(event: Event, locale: str) -> Response:
    """Everybody on the event's lists, with the answers to its own questions: one row for each sign-up."""
    own = queries.questions_of(event)
    fields = own.fields if own else ()
    headers = [render(h, locale) for h in HEADERS] + [render(f.label or f.question, locale) for f in fields]
    title = render(event.title, locale)
    return workbook.download(title, Sheet(title, headers, _rows(event, fields, locale)))


def _rows(event: Event, fields: tuple[Field, ...], locale: str) -> Iterator[list[Cell]]:
    for person in lists.participants(event):
        signup = person.signup
        row: list[Cell] = [
            person.name,
            person.mobile,
            render(states.SIGNUP_LABELS[signup.status], locale),
            signup.people,
            signup.companion_names,
            signup.code,
            signup.created_at,
            signup.arrived_at,
            signup.rating,
        ]
        for field in fields:
            data = person.answers.get(field.name)
            row.append(None if data is None else field.cell(field.load(data), locale))
        yield row
