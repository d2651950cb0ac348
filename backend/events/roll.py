"""The roll of an event: who comes, as a list that is taken away as a file, changed there, and brought back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Response

from backend.core import clock
from backend.core.i18n import DEFAULT_LOCALE, _, render
from backend.events import bringing, participants, queries, record, states
from backend.events.bringing import ANSWER, MOBILE, NAME, STATUS
from backend.events.form import NAMES
from backend.events.models import Event
from backend.events.participants import Participant
from backend.events.signing import COMPANIONS
from backend.fields.base import Context
from backend.fields.choices import Choice, Choices
from backend.fields.numbers import Integer
from backend.fields.phone import Phone
from backend.fields.text import Text
from backend.records.sources import Source
from backend.records.tables import Column
from backend.sheets import exporting, lists
from backend.sheets.lists import Entry, ListTable
from backend.sheets.mapping import HIDDEN
from backend.web import workbook
from backend.web.workbook import Cell, Look, Sheet

_RIGHTS = {
    "read": "event.read",
    "change": "event.change",
    "create": "event.change",
    "delete": "event.change",
}
_ONLY_SHOWN = (_("Check-in code"), _("Signed up on"), _("Arrived"), _("Rating"))
_COLUMNS = (
    Column(NAME, Text(NAME, label=_("Name"), max_length=80)),
    Column(MOBILE, Phone(MOBILE, label=_("Mobile"), optional=True)),
    Column(
        STATUS,
        Choice(
            STATUS,
            label=_("Status"),
            optional=True,
            options=[Choices(code, words) for code, words in states.SIGNUP_LABELS.items()],
        ),
    ),
    Column(COMPANIONS, Integer(COMPANIONS, label=_("Companions"), optional=True, least=0, most=100)),
    Column(NAMES, Text(NAMES, label=_("Companions' names"), optional=True, max_length=200)),
)


def table(event_id: int) -> ListTable:
    """The list as the wizard of imports sees it. Raises NotFound."""
    event = queries.by_id(event_id)
    source = Source(
        f"event:{event.id}", event.title, (), _RIGHTS, "events.show", "event_id", 0, list,
        partial(bringing.write, event.id),
    )  # fmt: skip
    return ListTable(
        0, source.key, event.title, event.org_id, None, _columns(event), rows=partial(_entries, event.id), by=source,
        subject_id=event.id,
    )  # fmt: skip


lists.register("event", table)


def download(event: Event, locale: str) -> Response:
    """Everybody on the event's lists, one row for each sign-up, with the number and the mark of each row in hidden columns."""
    columns = _columns(event)
    headers = [render(c.label, locale) for c in columns] + [render(h, locale) for h in _ONLY_SHOWN]
    looks = {n: exporting.look_of(c, locale) for n, c in enumerate(columns)}
    looks |= {len(headers) + n: Look(hidden=True) for n in range(len(HIDDEN))}
    title = render(event.title, locale)
    return workbook.download(title, Sheet(title, [*headers, *HIDDEN], _rows(event, columns, locale), looks))


def _columns(event: Event) -> tuple[Column, ...]:
    own = queries.questions_of(event)
    asked = []
    for field in own.fields if own else ():
        key = f"{ANSWER}{field.name}"
        asked.append(
            Column(key, replace(field, label=field.label or field.question, optional=True, sensitive=False))
        )
    return (*_COLUMNS, *asked)


def _entries(event_id: int) -> Sequence[Entry]:
    event, ctx = record.locked(event_id), Context(clock.now(), DEFAULT_LOCALE, clock.zone())
    of = table(event_id)
    return [
        Entry(person.signup.id, lists.as_read_back(of, _values(of.columns, person), ctx))
        for person in participants.participants(event)
    ]


def _values(columns: Sequence[Column], person: Participant) -> dict[str, Any]:
    signup = person.signup
    found: dict[str, Any] = {
        NAME: person.name,
        MOBILE: person.mobile,
        STATUS: signup.status,
        COMPANIONS: signup.companions,
        NAMES: signup.companion_names,
    }
    for column in columns:
        data = person.answers.get(column.key.removeprefix(ANSWER)) if column.key.startswith(ANSWER) else None
        if data is not None:
            found[column.key] = column.field.load(data)
    return found


def _rows(event: Event, columns: Sequence[Column], locale: str) -> Iterator[list[Cell]]:
    of, ctx = table(event.id), Context(clock.now(), DEFAULT_LOCALE, clock.zone())
    for person in participants.participants(event):
        values, signup = _values(columns, person), person.signup
        row: list[Cell] = [
            None if (value := values.get(c.key)) is None else c.field.cell(value, locale) for c in columns
        ]
        row += [signup.code, signup.created_at, signup.arrived_at, signup.rating]
        yield [*row, signup.id, lists.marked(of, lists.as_read_back(of, values, ctx))]
