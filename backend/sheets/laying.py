"""How a sheet is understood: where its table begins, what its columns mean; remembered for the next sheet of the same layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backend.core import clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid
from backend.core.i18n import DEFAULT_LOCALE, LANGUAGES, Text, _
from backend.fields.base import Context, Field
from backend.records import defining, tables
from backend.records.tables import Table
from backend.sheets import mapping, runs
from backend.sheets.cells import Cell
from backend.sheets.choices import Choices
from backend.sheets.known import KINDS
from backend.sheets.lists import ListTable
from backend.sheets.mapping import ID, ORG, PARENT, VERSION
from backend.sheets.models import ImportLayout, ImportRun
from backend.sheets.planning import UNWRITABLE

_TELLING = ("id_number", "phone")
NEW = "+"
"""Begins a meaning that is a column still to be made: `+text`."""
NEW_KINDS: dict[str, Text] = {
    "text": _("a text"),
    "long_text": _("a longer text"),
    "integer": _("a whole number"),
    "decimal": _("a number"),
    "date": _("a day"),
    "yes_no": _("yes or no"),
    "phone": _("a phone number"),
}
SPECIAL: dict[str, Text] = {
    ORG: _("Community or grid"),
    PARENT: _("Row of the main table"),
    ID: _("System ID"),
    VERSION: _("Version of the export"),
}


def fields_for(actor: Actor, table: Table) -> dict[str, Field]:
    """The Fields that a file can fill, by column key."""
    columns = tables.columns_for(actor, table)
    return {c.key: c.field for c in columns if c.writable and c.field.kind not in UNWRITABLE}


def specials(table: Table) -> list[str]:
    """What else a column of the file may mean."""
    own = [] if isinstance(table, ListTable) else [ORG]
    return [*own, *([PARENT] if table.parent else []), ID, VERSION]


def laid(actor: Actor, run: ImportRun, sheet: int, at: int | None = None) -> Choices:
    """The sheet's columns and what they most likely mean; `at` is the row of their names, told from the sheet when None. Raises
    Invalid when there is no table."""
    chosen = Choices.from_json(run.choices)
    info = next((s for s in runs.preview(run) if s.index == sheet), None)
    header = info.header(1 if run.source else at) if info else None
    if info is None or header is None or not header.names:
        raise Invalid(
            _("We found no table on this sheet. In which row are the names of the columns?"), "header"
        )
    columns = tuple(header.names.items())
    laid_out = replace(
        chosen, sheet=sheet, header=header.row, last=header.last, columns=columns, meanings={}, key=""
    )
    table = runs.table_of(run)
    known = _remembered(table, laid_out)
    if known is not None:
        return known
    rows = [cells for number, cells in info.first if number > header.last]
    return _guessed(actor, table, laid_out, rows)


def settle(actor: Actor, run: ImportRun, choices: Choices) -> Choices:
    """The choices with columns that were still to be made; remembered for the layout. Raises Invalid for what cannot be."""
    table = runs.table_of(run)
    _check(actor, table, choices)
    with transaction():
        made = {
            p: _made(actor, table, run.org_id, choices.columns[p][1], said)
            for p, said in choices.meanings.items()
        }
        settled = replace(choices, meanings=made)
        remember(table, settled)
    return settled


def remember(table: Table, choices: Choices) -> None:
    """The layout's columns mean this from now on."""
    names = dict(choices.columns)
    kept = {
        "meanings": {names[choices.columns[p][0]]: key for p, key in choices.meanings.items()},
        "key": choices.key, "policy": choices.policy, "erase": choices.erase, "parent_by": choices.parent_by,
    }  # fmt: skip
    row = {
        "table_key": table.key,
        "signature": _signature(table, choices),
        "choices": kept,
        "changed_at": clock.now(),
    }
    (
        ImportLayout.insert(row)
        .on_conflict(
            conflict_target=[ImportLayout.table_key, ImportLayout.signature],
            update={"choices": kept, "changed_at": row["changed_at"]},
        )
        .execute()
    )


def sample(run: ImportRun, choices: Choices, most: int = 3) -> list[list[Cell]]:
    """The first rows under the header, cell by cell of `columns`."""
    info = next((s for s in runs.preview(run) if s.index == choices.sheet), None)
    rows = [cells for number, cells in info.first if number > choices.last] if info else []
    return [[row[at] if at < len(row) else None for at, _name in choices.columns] for row in rows[:most]]


def _remembered(table: Table, choices: Choices) -> Choices | None:
    found = ImportLayout.get_or_none(
        (ImportLayout.table_key == table.key) & (ImportLayout.signature == _signature(table, choices))
    )
    if found is None:
        return None
    usable = {c.key for c in table.open if c.writable} | set(SPECIAL)
    said: Mapping[str, Any] = found.choices
    meanings = {
        p: said["meanings"][name]
        for p, (_at, name) in enumerate(choices.columns)
        if said["meanings"].get(name) in usable
    }
    key = said["key"] if said["key"] in meanings.values() else ""
    return replace(
        choices,
        meanings=meanings,
        key=key,
        policy=said["policy"],
        erase=said["erase"],
        parent_by=said["parent_by"],
    )


def _guessed(actor: Actor, table: Table, choices: Choices, rows: list[list[Cell]]) -> Choices:
    fields = fields_for(actor, table)
    ctx = Context(clock.now(), DEFAULT_LOCALE, clock.zone())
    by_place = mapping.guess(dict(choices.columns), rows, fields, ctx)
    meanings = {
        p: by_place[at]
        for p, (at, _name) in enumerate(choices.columns)
        if at in by_place and by_place[at] in {*fields, *specials(table)}
    }
    filled = {p for p, (at, _name) in enumerate(choices.columns) if all(_filled(row, at) for row in rows)}
    telling = [k for p, k in meanings.items() if p in filled and k in fields and fields[k].kind in _TELLING]
    # A number of a document is one person's; a phone may be a family's.
    telling.sort(key=lambda k: _TELLING.index(fields[k].kind))
    key = ID if ID in meanings.values() else next(iter(telling), "")
    erase = VERSION in meanings.values()
    return replace(choices, meanings=meanings, key=key, erase=erase)


def _filled(row: list[Cell], at: int) -> bool:
    return at < len(row) and row[at] is not None


def _check(actor: Actor, table: Table, choices: Choices) -> None:
    fields = fields_for(actor, table)
    said = list(choices.meanings.values())
    twice = next((key for key in said if said.count(key) > 1 and not key.startswith(NEW)), None)
    if twice:
        raise Invalid(
            _("Two columns cannot mean the same. Please look at “{label}”.", label=_label(fields, twice))
        )
    for key in said:
        if key not in fields and key not in specials(table) and key.removeprefix(NEW) not in NEW_KINDS:
            raise Invalid(_("A column of the table is not there any more. Please choose again."))
    if not any(key in fields or key.startswith(NEW) for key in said):
        raise Invalid(_("Please say of at least one column what it means."))
    if choices.key and (
        choices.key not in said or (choices.key != ID and fields[choices.key].kind not in KINDS)
    ):
        raise Invalid(_("What rows are known by must be one of the file's columns."), "key")
    if choices.policy == "update" and not choices.key:
        raise Invalid(_("To change rows that are there, please choose what they are known by."), "key")


def _label(fields: Mapping[str, Field], key: str) -> Text:
    return fields[key].label if key in fields else SPECIAL.get(key, key)


def _made(actor: Actor, table: Table, org_id: int, name: str, said: str) -> str:
    if not said.startswith(NEW):
        return said
    label = dict.fromkeys(LANGUAGES, name)
    field = {"kind": said.removeprefix(NEW), "label": label, "optional": True}
    return defining.add_column(actor, table.key, field, org_id).key


def _signature(table: Table, choices: Choices) -> str:
    return mapping.signature([name for _at, name in choices.columns], table.key)
