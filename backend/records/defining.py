"""Staff make tables and columns, at run time: every act takes effect with its commit, in every process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import peewee

from backend.core import access, audit, clock, orgs
from backend.core.access import Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import LANGUAGES, _
from backend.fields.base import Field
from backend.records import formulas, tables
from backend.records.models import DataColumn, DataTable
from backend.records.tables import SEALED, Column, Table

MOST_COLUMNS = 200


def make_table(actor: Actor, title: Mapping[str, str], org_id: int, parent: str | None = None) -> Table:
    """A new, empty table, or with `parent` a sub-table of that one. Raises Forbidden, Invalid, NotFound."""
    access.check(actor, "record.define", org_id)
    with transaction():
        main = tables.of(parent) if parent else None
        if main is not None and main.parent is not None:
            raise Invalid(_("A sub-table has no sub-tables of its own."), "parent")
        row = DataTable.create(
            key=f"new{clock.now_ms()}", title=_title(title), org_id=org_id, parent=main.id if main else None,
            position=100, created_at=clock.now(), created_by=actor.id,
        )  # fmt: skip
        row.key = f"t{row.id}"
        row.save(only=(DataTable.key,))
        _record(actor, "table.make", row.key, org_id, after={"title": row.title, "parent": parent})
        return tables.of(row.key)


def retitle_table(actor: Actor, key: str, title: Mapping[str, str]) -> None:
    with transaction():
        row = _own_table(actor, key)
        before, row.title = row.title, _title(title)
        row.save(only=(DataTable.title,))
        _record(actor, "table.retitle", key, row.org_id, before={"title": before}, after={"title": row.title})


def retire_table(actor: Actor, key: str, *, back: bool = False) -> None:
    """Out of every list; its rows stay, and `back` brings it back."""
    with transaction():
        row = _own_table(actor, key)
        row.retired_at = None if back else clock.now()
        row.save(only=(DataTable.retired_at,))
        _record(actor, "table.restore" if back else "table.retire", key, row.org_id)


def add_column(
    actor: Actor,
    table_key: str,
    field: Mapping[str, Any],
    org_id: int,
    *,
    formula: str = "",
    keyword: bool = False,
    indexed: bool = False,
) -> Column:
    """A new column; `field` is JSON of a Field, whose name is given here. Seen at `org_id` and below. A `formula` names columns in
    braces, by label or key; its values are there when the scheduler has gone through the rows."""
    access.check(actor, "record.define", org_id)
    with transaction():
        table = tables.of(table_key)
        if len(table.columns) >= MOST_COLUMNS:
            raise Invalid(_("A table has {n} columns at most.", n=MOST_COLUMNS))
        if formula:
            formula = formulas.stored(table, formula, _field({**field, "name": "new"}))
        last = (
            DataColumn.select(peewee.fn.MAX(DataColumn.position)).where(DataColumn.table == table.id).scalar()
        )
        row = DataColumn.create(
            table=table.id, key=f"new{clock.now_ms()}", field={}, formula=formula, org_id=org_id, keyword=keyword,
            indexed=indexed, position=(last or 0) + 1, created_at=clock.now(), created_by=actor.id,
        )  # fmt: skip
        row.key = f"c{row.id}"
        row.field = _field({**field, "name": row.key}).to_json()
        row.save()
        column = tables.column_of(row)
        _record(actor, "column.add", table_key, org_id, after={"field": row.field, "formula": formula})
        return column


def change_column(
    actor: Actor,
    table_key: str,
    column_key: str,
    *,
    field: Mapping[str, Any] | None = None,
    formula: str | None = None,
    keyword: bool | None = None,
    indexed: bool | None = None,
) -> Column:
    """Other words, options or settings of the same kind of Field (another kind: see `converting`); the key stays."""
    with transaction():
        table, row = _own_column(actor, table_key, column_key)
        before = {"field": row.field, "formula": row.formula}
        if field is not None:
            fresh = _field({**field, "name": column_key})
            if fresh.kind != row.field["kind"]:
                raise Invalid(_("Another kind of value needs a conversion."), "kind")
            if fresh.sensitive != bool(row.field.get("sensitive")) and fresh.kind not in SEALED:
                # What is sealed would not be found among the open values, nor the other way about.
                raise Invalid(_("Whether a column is confidential is decided when it is made."), "sensitive")
            row.field = fresh.to_json()
        if formula is not None and bool(formula.strip()) != bool(row.formula):
            raise Conflict(_("Whether a column is computed is decided when it is made."))
        if row.formula:
            row.formula = formulas.stored(
                table, formula or row.formula, Field.from_json(row.field), column_key
            )
        row.keyword = row.keyword if keyword is None else keyword
        row.indexed = row.indexed if indexed is None else indexed
        row.save()
        column = tables.column_of(row)
        after = {"field": row.field, "formula": row.formula}
        _record(actor, "column.change", table_key, row.org_id, before=before, after=after)
        return column


def reorder(actor: Actor, table_key: str, keys: Sequence[str]) -> None:
    """The columns that staff made, in this order; those not named follow as they were."""
    with transaction():
        table = tables.of(table_key)
        made = [c for c in table.columns if c.id is not None]
        for column in made:
            access.check(actor, "record.define", column.org_id)
        place = {key: n for n, key in enumerate(keys)}
        for n, column in enumerate(sorted(made, key=lambda c: place.get(c.key, len(place)))):
            DataColumn.update(position=n).where(DataColumn.id == column.id).execute()
        _record(actor, "column.reorder", table_key, table.org_id, after={"keys": list(keys)})


def retire_column(actor: Actor, table_key: str, column_key: str, *, back: bool = False) -> None:
    """No longer shown or asked for; its values stay, and `back` brings it back."""
    with transaction():
        _table, row = _own_column(actor, table_key, column_key)
        row.retired_at = None if back else clock.now()
        row.save(only=(DataColumn.retired_at,))
        _record(
            actor,
            "column.restore" if back else "column.retire",
            table_key,
            row.org_id,
            after={"key": column_key},
        )


def _field(data: Mapping[str, Any]) -> Field:
    try:
        return Field.from_json(data)
    except (TypeError, ValueError) as error:
        raise Invalid(_("This definition of a column cannot be used.")) from error


def _title(title: Mapping[str, str]) -> dict[str, str]:
    kept = {code: (title.get(code) or "").strip()[:80] for code in LANGUAGES}
    some = next((t for t in kept.values() if t), "")
    if not some:
        raise Invalid(_("A table needs a name."), "title")
    return {code: text or some for code, text in kept.items()}


def _own_table(actor: Actor, key: str) -> Any:
    row = DataTable.get_or_none(DataTable.key == key)
    if row is None:
        raise NotFound()
    if not row.org_id:
        raise Conflict(_("This table comes with Linli and stays."))
    access.check(actor, "record.define", row.org_id)
    return row


def _own_column(actor: Actor, table_key: str, column_key: str) -> tuple[Table, Any]:
    table = tables.of(table_key)
    row = locked(table, column_key)
    access.check(actor, "record.define", row.org_id)
    return table, row


def locked(table: Table, column_key: str) -> DataColumn:
    """The stored column, which nobody else changes until the transaction ends. Raises NotFound."""
    query = DataColumn.select().where((DataColumn.table == table.id) & (DataColumn.key == column_key))
    row: DataColumn | None = (query.for_update() if is_postgres() else query).first()
    if row is None:
        raise NotFound()
    return row


def _record(actor: Actor, action: str, key: str, org_id: int | None, **what: Any) -> None:
    audit.record(actor, action, f"table:{key}", org_id=org_id or _top(), **what)


def _top() -> int | None:
    top = orgs.Org.select().order_by(orgs.Org.id).first()
    return top.id if top else None
