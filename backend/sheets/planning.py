"""What an import will do with each row: made of the file, the choices, and the rows that are there. The dry run and the run ask the
same question, so that the one foretells the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from backend.core import orgs
from backend.core.access import Actor
from backend.core.errors import Conflict
from backend.core.i18n import Text, _
from backend.core.orgs import Org
from backend.fields.base import Context, Misunderstood
from backend.fields.words import Said
from backend.records import history, holding, reading, tables
from backend.records.sources import KEPT
from backend.records.state import State
from backend.records.tables import Table
from backend.sheets.cells import Cell, text_of
from backend.sheets.checking import Checked, Checker, Once
from backend.sheets.choices import Choices
from backend.sheets.known import Known
from backend.sheets.lists import Base, Kept, ListTable
from backend.sheets.mapping import ID, ORG, PARENT, VERSION, bare

Act = Literal["create", "change", "same", "skip", "wrong"]
ACTS: tuple[Act, ...] = ("create", "change", "same", "skip", "wrong")
ROW = ""
"""Stands for the whole row among the keys of what is wrong."""
UNWRITABLE = frozenset({"photo", "location"})


@dataclass(slots=True)
class Planned:
    """One row: what will be done with it. `values` are those to be written; `record` the row that is there; `wrong` by column key."""

    number: int
    act: Act
    org_id: int
    values: dict[str, Any] = field(default_factory=dict)
    record: State | None = None
    parent_id: int | None = None
    wrong: dict[str, Text] = field(default_factory=dict)
    key: str | None = None


class Planner:
    """Plans parts of one import. What is known of the table's rows is looked up when it is made: make a new one every few seconds."""

    def __init__(self, actor: Actor, table: Table, org_id: int, choices: Choices, ctx: Context) -> None:
        self._table, self._org_id, self._choices = table, org_id, choices
        self._columns = [(p, table.column(key)) for p, key in choices.fields()]
        if gone := next((c for _p, c in self._columns if c.retired), None):
            # Converted or taken out of use since the file was understood: what went there now would be seen by nobody.
            raise Conflict(
                _(
                    "The column “{label}” is out of use by now. Please bring the file in anew.",
                    label=gone.label,
                )
            )
        self._checker = Checker([(c.key, c.field) for _p, c in self._columns], ctx)
        seen = _org_ids(actor, table.permission("read"))
        self._known = _known(table, choices.key, seen) if choices.key else None
        main = tables.of(table.parent) if table.parent else None
        self._main = (
            Known(main, choices.parent_by, _org_ids(actor, main.permission("read"))) if main else None
        )
        self._main_field = main.column(choices.parent_by).field if main and choices.parent_by != ID else None
        self._required = [c for c in table.open if c.writable and not c.field.optional]
        self._ctx = ctx
        self._orgs = {act: _org_ids(actor, table.permission(act)) for act in ("create", "change")}
        self._names = _org_names(self._orgs["create"] | self._orgs["change"])

    def part(self, rows: Sequence[tuple[int, Sequence[Cell]]], once: Once) -> list[Planned]:
        """What to do with these rows; `once` knows the keys of those before them."""
        planned, checked = [], []
        for number, cells in rows:
            found = self._checker.row([cells[p] if p < len(cells) else None for p, _c in self._columns])
            one = Planned(number, "wrong", self._org_id, wrong=dict(found.wrong))
            self._place(one, cells)
            self._key(one, cells, found, once)
            planned.append(one)
            checked.append(found)
        there = self._known.find(p.key for p in planned if p.key) if self._known else {}
        parents = self._parents([cells for _n, cells in rows])
        for one, found, (_n, cells), parent in zip(planned, checked, rows, parents, strict=True):
            self._decide(one, found, cells, there.get(one.key or "", []), parent)
        return planned

    # --- one row

    def _place(self, one: Planned, cells: Sequence[Cell]) -> None:
        said = text_of(_at(cells, self._choices.place(ORG)))
        if said:
            found = self._names.get(bare(said))
            if found is None:
                one.wrong[ORG] = _("There is no community or grid of this name that you look after.")
            one.org_id = found or one.org_id

    def _key(self, one: Planned, cells: Sequence[Cell], found: Checked, once: Once) -> None:
        by = self._choices.key
        if not by or self._known is None:
            return
        value = text_of(_at(cells, self._choices.place(ID))) if by == ID else found.values.get(by)
        if value in (None, ""):
            if by != ID and by not in one.wrong:
                one.wrong[by] = _("This is what rows are known by here; it must not be empty.")
            return
        one.key = self._known.kept(value)
        if again := once.again(one.key, one.number):
            one.wrong[by] = again

    def _decide(
        self,
        one: Planned,
        found: Checked,
        cells: Sequence[Cell],
        there: list[State],
        parent: State | Text | None,
    ) -> None:
        choices = self._choices
        if len(there) > 1:
            one.wrong[choices.key] = _(
                "{n} rows here have this; it is not clear which is meant.", n=len(there)
            )
        one.record = there[0] if there else None
        if one.key and choices.key == ID and not there:
            one.wrong[ID] = _("There is no row of this number.")
        if isinstance(parent, State):
            one.parent_id = parent.id
            if choices.place(ORG) is None:
                one.org_id = parent.org_id
        elif parent is not None and (one.record is None or choices.place(PARENT) is not None):
            one.wrong[PARENT] = parent
        if one.record is None:
            self._new(one, found)
        else:
            self._changed(one, found, cells, one.record)
        if one.wrong:
            one.act = "wrong"

    def _new(self, one: Planned, found: Checked) -> None:
        if self._choices.policy == "update":
            one.wrong[self._choices.key or ROW] = _(
                "There is no such row, and this import makes no new ones."
            )
            return
        if one.org_id not in self._orgs["create"]:
            one.wrong[ROW] = _("Your role does not allow new rows there.")
        one.act = "create"
        one.values = {k: v for k, v in found.values.items() if v is not None}
        self._whole(one, one.values)

    def _changed(self, one: Planned, found: Checked, cells: Sequence[Cell], record: State) -> None:
        if self._choices.policy == "create":
            one.act = "skip"
            return
        if self._choices.place(ORG) is None:
            one.org_id = record.org_id
        if record.org_id not in self._orgs["change"]:
            one.wrong[ROW] = _("This row belongs to another community; your role does not reach there.")
            return
        now = holding.values(self._table, record.data, record.sealed)
        self._left_masked(one, found, cells, now)
        version = text_of(_at(cells, self._choices.place(VERSION)))
        said = self._said(record, version)
        given = found.values if self._choices.erase or said else _filled(found.values)
        if said:
            given = self._merged(one, given, now, record, said)
        one.values = {k: v for k, v in given.items() if now.get(k) != v and k not in one.wrong}
        moved = one.org_id != record.org_id
        one.act = "change" if one.values or moved else "same"
        self._whole(one, {**now, **one.values})

    def _left_masked(self, one: Planned, found: Checked, cells: Sequence[Cell], now: dict[str, Any]) -> None:
        """A value that an export masked, and that was left so, says nothing new."""
        for place, column in self._columns:
            value = now.get(column.key)
            if value is None:
                continue
            left = text_of(_at(cells, place))
            masked = column.sealed and left == column.field.masked(value, self._ctx.locale)
            if left == KEPT or (masked and column.key in one.wrong):
                one.wrong.pop(column.key, None)
                found.values[column.key] = value

    def _said(self, record: State, version: str) -> Callable[[str, Any], bool] | None:
        """Whether the export of this version said a value; None for a row that is of no export."""
        if isinstance(self._table, ListTable):
            return Base(self._table, version).said if version else None
        if not version.isdecimal() or len(version) > 19:
            return None
        if record.since <= int(version):
            base = holding.values(self._table, record.data, record.sealed)
        else:
            before = [v for v in history.versions(record.id or 0) if v.since <= int(version)]
            base = holding.values(self._table, before[-1].data, before[-1].sealed) if before else {}
        return lambda key, value: bool(value == base.get(key))

    def _merged(
        self,
        one: Planned,
        given: dict[str, Any],
        now: dict[str, Any],
        record: State,
        said: Callable[[str, Any], bool],
    ) -> dict[str, Any]:
        """The three-way check: what the file's author changed since the export, where nobody else changed the same."""
        kept: dict[str, Any] = {}
        for key, mine in given.items():
            if said(key, mine):
                continue
            if now.get(key) != mine and not said(key, now.get(key)):
                one.wrong[key] = self._theirs(key, now.get(key), record)
            else:
                kept[key] = mine
        return kept

    def _theirs(self, key: str, value: Any, record: State) -> Text:
        column = self._table.column(key)
        who = record.by_name or "–"
        if isinstance(self._table, ListTable):
            shown = "–" if value is None else reading.text(column, value, self._ctx.locale)
            return _("After your export this became “{value}”. Both cannot stay; please look at the row.", value=shown)  # fmt: skip
        if value is None:
            return _(
                "{name} emptied this after your export. Both cannot stay; please look at the row.", name=who
            )
        hers = key in reading.kept_of(record, reading.private_of(self._table, [record]))
        said = KEPT if hers else reading.text(column, value, self._ctx.locale)
        return _("{name} wrote “{value}” here after your export. Both cannot stay; please look at the row.", name=who, value=said)  # fmt: skip

    def _whole(self, one: Planned, values: dict[str, Any]) -> None:
        for column in self._required:
            missing = values.get(column.key) in (None, "") and column.key not in one.wrong
            if missing and tables.seen_at(column, one.org_id):
                one.wrong[column.key] = _("“{label}” must not be empty.", label=column.label)

    # --- the main table's rows

    def _parents(self, rows: Sequence[Sequence[Cell]]) -> list[State | Text | None]:
        if self._main is None:
            return [None] * len(rows)
        kept = [self._parent_key(_at(cells, self._choices.place(PARENT))) for cells in rows]
        there = self._main.find({k for k in kept if isinstance(k, str)})
        found: list[State | Text | None] = []
        for key in kept:
            them = there.get(key, []) if isinstance(key, str) else []
            if not isinstance(key, str):
                found.append(key)
            elif len(them) == 1:
                found.append(them[0])
            else:
                found.append(_("We could not find the row of the main table that this belongs to."))
        return found

    def _parent_key(self, cell: Cell) -> str | Text:
        said = text_of(cell)
        if not said or self._main is None:
            return _("It is not said which row of the main table this belongs to.")
        if self._main_field is None:
            return said
        try:
            return self._main.kept(self._main_field.parse(Said(text=said), self._ctx))
        except Misunderstood as misread:
            return misread.text


def _at(cells: Sequence[Cell], place: int | None) -> Cell:
    return cells[place] if place is not None and place < len(cells) else None


def _known(table: Table, by: str, orgs_: set[int]) -> Known | Kept:
    return Kept(table, by) if isinstance(table, ListTable) else Known(table, by, orgs_)


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if v is not None}


def _org_ids(actor: Actor, permission: str) -> set[int]:
    return {org.id for org in orgs.within(actor.paths(permission))}


def _org_names(ids: set[int]) -> dict[str, int | None]:
    """By name, short and full, as it is compared; None where two are called the same."""
    names: dict[str, int | None] = {}
    for org in Org.select().where(Org.id.in_(ids)):
        for name in {bare(org.name), bare(orgs.full_name(org))}:
            names[name] = None if name in names else org.id
    return names
