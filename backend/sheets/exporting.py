"""Rows as a file: to be read elsewhere, or to be changed there and brought in again; and empty files to be filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from backend.core import access, audit, clock, orgs
from backend.core.access import Actor
from backend.core.i18n import Text, _, render
from backend.core.orgs import Org
from backend.fields.base import Context
from backend.fields.choices import Choice
from backend.fields.numbers import Decimal, Integer, Money, Rating
from backend.records import query, reading, store, tables
from backend.records.query import Query
from backend.records.sources import KEPT
from backend.records.state import AT_ONCE, State
from backend.records.tables import Column, Table
from backend.sheets.mapping import HIDDEN
from backend.sheets.planning import UNWRITABLE
from backend.web.workbook import Cell, Coloured, Look, Sheet, bare

ORG = _("Community or grid")
_MASKED = _("Masked. What is left as it is stays as it is when the file is brought in again.")
_TEXT_KINDS = frozenset({"text", "long_text", "real_name", "id_number", "phone", "email", "address"})


def sheet(
    actor: Actor, asked: Query, columns: Sequence[Column], locale: str, *, full: bool = False, title: str = ""
) -> Sheet:
    """The rows that the actor may read and that fit, with these columns; written down in the audit log. `full`: sensitive values as
    they are, where the actor may see them. Rows of now carry their number and version in hidden columns, so that the file can be
    changed and brought in again. Raises Forbidden."""
    access.check(actor, "record.export")
    table = asked.table
    of = [c for c in columns if c.field.kind not in UNWRITABLE]
    open_at = {o.id for o in orgs.within(actor.paths("resident.reveal"))} if full else set()
    headers = [*(render(c.label, locale) for c in of), render(ORG, locale)]
    looks = {n: look_of(c, locale, masked=c.sealed and not open_at) for n, c in enumerate(of)}
    if asked.as_of is None:
        looks |= {len(headers) + n: Look(hidden=True) for n in range(len(HIDDEN))}
        headers += HIDDEN
    what = {
        "table": table.key,
        "columns": [c.key for c in of],
        "full": bool(open_at),
        "text": asked.text,
        "where": asked.where,
    }
    audit.record(actor, "record.export", f"table:{table.key}", org_id=_home(actor), after=what)
    return Sheet(
        title or render(table.title, locale), headers, _rows(actor, asked, of, locale, open_at), looks
    )


def template(table: Table, columns: Sequence[Column], locale: str) -> Sheet:
    """An empty file for new rows: lists to choose from, rules for what is typed, and a note at the head of each column."""
    of = [c for c in columns if c.writable and c.field.kind not in UNWRITABLE]
    headers = [f"{render(c.label, locale)}{'' if c.field.optional else '*'}" for c in of]
    looks = {n: look_of(c, locale) for n, c in enumerate(of)}
    if table.parent:
        main = tables.of(table.parent)
        headers.append(render(_("Row of the main table"), locale))
        looks[len(of)] = Look(text=True, note=render(_("Its number, or what it is known by, in “{table}”.", table=main.title), locale))  # fmt: skip
    return Sheet(render(table.title, locale), headers, (), looks)


def _rows(
    actor: Actor, asked: Query, columns: Sequence[Column], locale: str, open_at: set[int]
) -> Iterator[list[Cell]]:
    names = {org.id: org.name for org in Org.select()}
    # She may read in more places than she may take rows along from.
    taken = {org.id for org in orgs.within(actor.paths("record.export"))}
    found = (row for row in query.all_rows(actor, asked) if row.org_id in taken)
    for row, kept in _with_kept(asked.table, found):
        values = store.values_of(asked.table, row)
        cells: list[Cell] = []
        for column in columns:
            value = values.get(column.key)
            if value is None:
                cells.append(None)
            elif column.key in kept:
                cells.append(KEPT)
            elif column.sealed and row.org_id not in open_at:
                cells.append(column.field.masked(value, locale))
            else:
                cells.append(column.field.cell(value, locale))
            if colour := row.cells.get(column.key) or row.colour:
                cells[-1] = Coloured(bare(cells[-1]), colour)
        cells.append(names.get(row.org_id))
        if asked.as_of is None:
            cells += [row.id, row.since]
        yield cells


def _with_kept(table: Table, rows: Iterable[State]) -> Iterator[tuple[State, frozenset[str]]]:
    """Each row with the columns that its person keeps to herself, asked for many rows at once."""
    coming = iter(rows)
    while part := list(islice(coming, AT_ONCE)):
        private = reading.private_of(table, part)
        for row in part:
            yield row, reading.kept_of(row, private)


def look_of(column: Column, locale: str, *, masked: bool = False) -> Look:
    """How a column of a file is filled in: a list to choose from, a rule, a note at its head."""
    field = column.field
    notes: list[Text] = [_MASKED] if masked else []
    if field.help:
        notes.append(field.help)
    elif field.kind not in ("choice", "yes_no", "text", "long_text"):
        example = field.example(Context(clock.now(), locale, clock.zone()))
        notes += [example] if example else []
    note = "\n".join(render(text, locale) for text in notes)
    if masked:
        return Look(text=True, note=note)
    if isinstance(field, Choice) or field.kind == "yes_no":
        options = field.options(Context(clock.now(), locale, clock.zone()))
        return Look(choices=[render(o.label, locale) for o in options], note=note)
    if isinstance(field, Integer | Decimal | Money | Rating):
        least, most = getattr(field, "least", None), getattr(field, "most", None)
        return Look(
            number="whole" if isinstance(field, Integer | Rating) else "decimal",
            least=least,
            most=most,
            note=note,
        )
    return Look(day=field.kind == "date", text=field.kind in _TEXT_KINDS, note=note)


def _home(actor: Actor) -> int | None:
    top: Iterable[Org] = orgs.within(actor.paths("record.export"))
    return next((org.id for org in top), None)
