"""A column of another kind: first what would become of its values, then the conversion.

The old column keeps its values, out of use, and a new one with the same label takes its place: so no value is lost, the history stays
readable as it was written, and indexes never meet values of two kinds. What reads the old column (formulas, saved views) reads the new one.
Values are brought over in portions by the scheduler, as a batch that can be undone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import execute, transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import LANGUAGES, Text, _, render
from backend.fields.base import Context, Field, Misunderstood
from backend.fields.words import Said
from backend.records import bulk_runs, defining, formulas, history, holding, state, store, tables
from backend.records.formula_text import renamed
from backend.records.models import BulkRun, Conversion, DataColumn, SavedView
from backend.records.state import State
from backend.records.tables import SEALED, Column, Table

PORTION = 500
LONGEST_S = 10.0
"""Seconds of one look at the values, and of one sweep."""
EXAMPLES = 20
UNFIT = 10_000
"""Rows that do not fit which a report names."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """A value that would not be taken: as it is shown, masked where confidential."""

    row_id: int
    value: str
    why: Text


@dataclass(frozen=True, slots=True)
class Report:
    """`looked_at` rows have a value; `whole`: these are all, else time ran out. `examples` are (before, after), one of each value."""

    looked_at: int
    fit: int
    unfit: tuple[Unfit, ...]
    examples: tuple[tuple[str, str], ...]
    whole: bool


def report(
    actor: Actor, table: Table, column_key: str, field: Mapping[str, Any], *, longest: float = LONGEST_S
) -> Report:
    """What would become of the values, without changing any. Raises Forbidden, NotFound, Invalid, Conflict."""
    column = _column(actor, table, column_key)
    fresh = replace(column, field=_field(column, field))
    _check_readers(table, column, fresh)
    convert_ = _converter(column, fresh)
    ends = time.monotonic() + longest
    reach = actor.paths(table.permission("read"))
    paths = dict(execute("SELECT id, path FROM org").fetchall())
    looked_at = fit = after = 0
    unfit: list[Unfit] = []
    examples: dict[str, str] = {}
    while rows := _rows(table, after):
        after = rows[-1].id or 0
        for row in rows:
            value = holding.values(table, row.data, row.sealed).get(column_key)
            if value is None:
                continue
            looked_at += 1
            made = convert_(value)
            fit += not isinstance(made, Misunderstood)
            if not any(paths.get(row.org_id, "").startswith(top) for top in reach):
                continue
            if isinstance(made, Misunderstood):
                if len(unfit) < UNFIT:
                    unfit.append(Unfit(row.id or 0, _shown(column, value), made.text))
            elif len(examples) < EXAMPLES:
                examples.setdefault(_shown(column, value), _shown(fresh, made))
        if time.monotonic() > ends:
            return Report(looked_at, fit, tuple(unfit), tuple(examples.items()), whole=False)
    return Report(looked_at, fit, tuple(unfit), tuple(examples.items()), whole=True)


def convert(actor: Actor, table: Table, column_key: str, field: Mapping[str, Any]) -> Any:
    """The Conversion that begins: the new column is there at once, its values follow (see `sweep`). Raises as `report` does."""
    column = _column(actor, table, column_key)
    _check_readers(table, column, replace(column, field=_field(column, field)))
    with transaction():
        if defining.locked(table, column_key).retired_at is not None:
            raise Conflict(_("A colleague was faster: this column has become another one already."))
        label = render(column.label, "zh_CN")
        org_id = column.org_id or 0
        made = defining.add_column(
            actor,
            table.key,
            _sealed_too(column, field),
            org_id,
            keyword=column.keyword,
            indexed=column.indexed,
        )
        old = DataColumn.get_by_id(column.id)
        DataColumn.update(position=old.position).where(DataColumn.id == made.id).execute()
        defining.retire_column(actor, table.key, column_key)
        old.field = old.field | {"label": {c: f"{render(column.label, c)}{_OLD[c]}" for c in LANGUAGES}}
        old.save(only=(DataColumn.field,))
        _follow(table, column_key, made.key)
        batch_id = store.batch(actor, "convert", table, org_id, label)
        begun = Conversion.create(
            table_id=table.id, old_key=column_key, new_key=made.key, batch_id=batch_id, by_id=actor.id, by_name=actor.name[:80],
            total=_count(table), at=clock.now(),
        )  # fmt: skip
        audit.record(actor, "column.convert", f"table:{table.key}", org_id=org_id,
                     after={"from": column_key, "to": made.key, "kind": made.field.kind})  # fmt: skip
        return begun


def sweep(longest: float = LONGEST_S) -> int:
    """Bring more values over; how many rows were written."""
    ends = time.monotonic() + longest
    written = 0
    for (conversion_id,) in execute("SELECT id FROM conversion WHERE NOT finished ORDER BY id").fetchall():
        while time.monotonic() < ends:
            with transaction():
                rows, more = _portion(conversion_id)
            written += rows
            if not more:
                break
    return written


def of(table: Table) -> list[Any]:
    """The table's Conversions that are not undone, the latest first."""
    return list(
        Conversion.select()
        .where((Conversion.table_id == table.id) & ~Conversion.undone)
        .order_by(Conversion.id.desc())
    )


def undo(actor: Actor, table: Table, conversion_id: int) -> history.Undone | BulkRun:
    """The old column is in use again, the new one out of use with whatever was written into it since; what a large one wrote is taken
    back by a worker. Raises NotFound, Conflict."""
    found = Conversion.get_or_none((Conversion.id == conversion_id) & (Conversion.table_id == table.id))
    if found is None or found.undone:
        raise NotFound()
    fresh = table.column(found.new_key)
    with transaction():
        if (
            not Conversion.update(undone=True, finished=True)
            .where((Conversion.id == found.id) & ~Conversion.undone)
            .execute()
        ):
            raise Conflict(_("This was undone already."))
        defining.retire_column(actor, table.key, found.new_key)
        defining.retire_column(actor, table.key, found.old_key, back=True)
        old = DataColumn.get((DataColumn.table == table.id) & (DataColumn.key == found.old_key))
        old.field = old.field | {"label": {c: render(fresh.label, c) for c in LANGUAGES}}
        old.save(only=(DataColumn.field,))
        _follow(table, found.new_key, found.old_key)
    return bulk_runs.undo(actor, found.batch_id)


_OLD = {"zh_CN": "（旧）", "en": " (old)"}


def _portion(conversion_id: int) -> tuple[int, bool]:
    run = Conversion.get_by_id(conversion_id)
    if run.finished:
        return 0, False
    table = tables.by_id(run.table_id)
    column, fresh = table.column(run.old_key), table.column(run.new_key)
    convert_ = _converter(column, fresh)
    rows = _rows(table, run.position, lock=True)
    kept = formulas.kept_to_herself(table, [row.subject_id for row in rows])
    pairs: list[tuple[State, State]] = []
    for row in rows:
        values = holding.values(table, row.data, row.sealed)
        # What somebody typed into the new column meanwhile stands.
        if column.key not in values or fresh.key in values:
            continue
        made = convert_(values[column.key])
        if isinstance(made, Misunderstood):
            run.unfit += 1
        else:
            colour = row.cells.get(column.key)
            marked = replace(row, cells={**row.cells, fresh.key: colour}) if colour else row
            pairs.append((row, store.with_values(table, marked, {**values, fresh.key: made}, kept)))
    by = Actor("staff", run.by_id, run.by_name)
    store.replace_rows(pairs, by, "", run.batch_id)
    run.done += len(rows)
    run.finished = len(rows) < PORTION
    run.position = rows[-1].id or 0 if rows else run.position
    run.save(only=(Conversion.position, Conversion.done, Conversion.unfit, Conversion.finished))
    return len(pairs), not run.finished


def _column(actor: Actor, table: Table, key: str) -> Column:
    column = table.column(key)
    if column.id is None:
        raise Conflict(_("This column comes with Linli and stays."))
    access.check(actor, "record.define", column.org_id)
    if column.formula or column.retired:
        raise Conflict(_("Only a column in use, whose values are typed, is converted."))
    return column


def _check_readers(table: Table, column: Column, fresh: Column) -> None:
    """Raises Conflict where values that become confidential would go on being told by a formula that is not."""
    if not fresh.sealed or column.sealed:
        return
    main = tables.of(table.parent) if table.parent else None
    readers = [
        table.column(key) for key, formula in formulas.of(table).items() if column.key in formula.columns
    ]
    for key, formula in formulas.of(main).items() if main else ():
        if any((look.sub, look.column) == (table.key, column.key) for look in formula.looks):
            readers += [main.column(key)] if main else []
    if loud := next((c for c in readers if not c.sealed), None):
        raise Conflict(
            _("The formula of “{label}” reads this column and is not confidential. Please take it out of use first.",
              label=loud.label)
        )  # fmt: skip


def _field(column: Column, field: Mapping[str, Any]) -> Field:
    try:
        fresh = Field.from_json({**_sealed_too(column, field), "name": column.key})
    except (TypeError, ValueError) as error:
        raise Invalid(_("This definition of a column cannot be used.")) from error
    if fresh.kind == column.field.kind:
        raise Invalid(_("This is the kind that the column has."), "kind")
    return fresh


def _sealed_too(column: Column, field: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was confidential stays so."""
    return {**field, "sensitive": True} if column.sealed and field.get("kind") not in SEALED else field


def _converter(column: Column, fresh: Column) -> Callable[[Any], Any]:
    """From a value to the new kind's, or to the Misunderstood that says why not. Each value is looked at once."""
    ctx = Context(clock.now(), "zh_CN", clock.zone())
    known: dict[str, Any] = {}

    def convert_(value: Any) -> Any:
        said = str(column.field.dump(value))
        if said not in known:
            if len(known) > 50_000:
                known.clear()
            known[said] = converted(column.field, fresh.field, value, ctx)
        return known[said]

    return convert_


def converted(old: Field, new: Field, value: Any, ctx: Context) -> Any:
    """The value as the new Field keeps it, or the Misunderstood that says why it does not."""
    ways = [old.show(value, "zh_CN"), old.show(value, "en")]
    if (
        new.kind not in ("text", "long_text")
        and isinstance(value, int | Decimal | str)
        and not isinstance(value, bool)
    ):
        # A number without its unit or sign, a choice by what is kept.
        ways.insert(0, str(old.dump(value)))
    refused = None
    for text in ways:
        try:
            return new.parse(Said(text=text), ctx)
        except Misunderstood as misunderstood:
            refused = refused or misunderstood
    return refused


def _shown(column: Column, value: Any) -> str:
    return column.field.masked(value, "zh_CN") if column.sealed else column.field.show(value, "zh_CN")


def _rows(table: Table, after: int, *, lock: bool = False) -> list[State]:
    sql = "SELECT id FROM record WHERE table_id = ? AND id > ? ORDER BY id LIMIT ?"
    ids = [row[0] for row in execute(sql, [table.id, after, PORTION]).fetchall()]
    return state.read_ids(ids, lock=lock)


def _count(table: Table) -> int:
    return int(execute("SELECT COUNT(*) FROM record WHERE table_id = ?", [table.id]).fetchone()[0])


def _follow(table: Table, old: str, new: str) -> None:
    """Formulas and saved views that read the one read the other."""
    found = execute("SELECT id, table_id, formula FROM data_column WHERE formula <> ''").fetchall()
    for column_id, table_id, formula in found:
        text = renamed(formula, partial(_other, table_id, table, old, new))
        if text != formula:
            DataColumn.update(formula=text).where(DataColumn.id == column_id).execute()
    for view in SavedView.select().where(SavedView.table == table.id):
        view.shown = [new if key == old else key for key in view.shown]
        view.asked = {
            name: [v.replace(old, new) if v in (old, f"-{old}") else v for v in given]
            if name in ("col", "sort")
            else given
            for name, given in view.asked.items()
        }
        view.save(only=(SavedView.shown, SavedView.asked))


def _other(at: int, table: Table, old: str, new: str, name: str, within: str | None) -> str:
    here = at == table.id if within is None else within == table.key
    return new if name == old and here else name
