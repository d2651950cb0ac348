"""What tables there are and what columns they have: built-in ones, and those that staff made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from backend.core import access, clock, orgs
from backend.core.access import Actor
from backend.core.db import execute, transaction
from backend.core.errors import NotFound
from backend.core.i18n import LANGUAGES, Text, render, text_from_json
from backend.fields.base import Field
from backend.fields.tree import TreeChoice
from backend.records import sources
from backend.records.models import DataColumn, DataTable

NUMBERS = frozenset({"integer", "decimal", "money", "rating"})
SEALED = frozenset({"id_number", "phone", "email"})
"""Kinds whose values are always sealed, whatever the definition says."""


@dataclass(frozen=True, slots=True)
class Column:
    """`id` is None for a built-in one. `formula`: its values are computed and never typed. `org_id`: seen there and below;
    None everywhere."""

    key: str
    field: Field
    id: int | None = None
    org_id: int | None = None
    formula: str = ""
    keyword: bool = False
    indexed: bool = False
    retired: bool = False
    writable: bool = True

    @property
    def sealed(self) -> bool:
        """Whether the value is encrypted, and found only whole."""
        return self.field.sensitive or self.field.kind in SEALED

    @property
    def tree(self) -> TreeChoice | None:
        """The classification that its values are places in."""
        return self.field if isinstance(self.field, TreeChoice) and not self.sealed else None

    @property
    def label(self) -> Text:
        return self.field.label


@dataclass(frozen=True)
class Table:
    """A table with its columns in order, retired ones among them."""

    id: int
    key: str
    title: Text
    org_id: int | None
    parent: str | None
    columns: tuple[Column, ...]
    retired: bool = False

    @property
    def source(self) -> sources.Source | None:
        """How rows of a built-in table are written; None for one that staff made."""
        return sources.find(self.key)

    @cached_property
    def by_key(self) -> dict[str, Column]:
        return {c.key: c for c in self.columns}

    @cached_property
    def open(self) -> tuple[Column, ...]:
        """The columns in use."""
        return tuple(c for c in self.columns if not c.retired)

    @cached_property
    def computed(self) -> tuple[Column, ...]:
        """The columns in use whose values formulas give."""
        return tuple(c for c in self.columns if c.formula and not c.retired)

    def column(self, key: str) -> Column:
        """Raises NotFound."""
        found = self.by_key.get(key)
        if found is None:
            raise NotFound()
        return found

    def permission(self, act: str) -> str:
        """What an actor needs to "read", "change", "create" or "delete" rows here."""
        source = self.source
        return source.permissions[act] if source else f"record.{act}"


def of(key: str) -> Table:
    """Raises NotFound."""
    row = DataTable.get_or_none(DataTable.key == key)
    if row is None:
        ensure_built_in()
        row = DataTable.get_or_none(DataTable.key == key)
    if row is None:
        raise NotFound()
    return _table(row)


def by_id(table_id: int) -> Table:
    """Raises NotFound."""
    row = DataTable.get_or_none(DataTable.id == table_id)
    if row is None:
        raise NotFound()
    return _table(row)


def subtables(table: Table, *, retired: bool = False) -> list[Table]:
    """Those in use, or with `retired` all that there ever were."""
    rows = DataTable.select().where(DataTable.parent == table.id)
    if not retired:
        rows = rows.where(DataTable.retired_at.is_null())
    return [_table(row) for row in rows.order_by(DataTable.position, DataTable.id)]


def visible(actor: Actor) -> list[Table]:
    """The tables in use that the actor may read something of, built-in ones first."""
    ensure_built_in()
    rows = DataTable.select().where(DataTable.retired_at.is_null()).order_by(DataTable.position, DataTable.id)
    tables = [_table(row) for row in rows]
    return [t for t in tables if shown_to(actor, t)]


def shown_to(actor: Actor, table: Table) -> bool:
    """Whether the table is among her lists; a guest's are those where rows of hers stand, and what belongs to these."""
    if not access.may(actor, table.permission("read")) or not reaches(actor, table, table.org_id):
        return False
    if not actor.guest:
        return True
    sql, params = access.org_ids(actor, table.permission("read")).sql()
    return bool(
        execute(
            "SELECT 1 FROM record WHERE table_id IN (?, (SELECT id FROM data_table WHERE key = ?))"
            f" AND deleted_at IS NULL AND org_id IN ({sql.replace('%s', '?')}) LIMIT 1",
            [table.id, table.parent or "", *params],
        ).fetchone()
    )


def reaches(actor: Actor, table: Table, org_id: int | None) -> bool:
    """Whether a definition made at `org_id` concerns the actor: made above her, or below."""
    if org_id is None:
        return True
    path = orgs.get(org_id).path
    tops = actor.paths(table.permission("read"))
    return any(path.startswith(top) or top.startswith(path) for top in tops)


def seen_at(column: Column, org_id: int) -> bool:
    """Whether rows that belong to the Org have the column: it was made there or above."""
    return column.org_id is None or orgs.get(org_id).path.startswith(orgs.get(column.org_id).path)


def columns_for(actor: Actor, table: Table) -> tuple[Column, ...]:
    """The columns in use that concern the actor."""
    return tuple(c for c in table.open if reaches(actor, table, c.org_id))


def ensure_built_in() -> None:
    """A row for every table that a domain has registered: ids are the database's own."""
    wanted = sources.all_keys()
    known = {row.key for row in DataTable.select(DataTable.key).where(DataTable.key.in_(wanted))}
    missing = [key for key in wanted if key not in known]
    if not missing:
        return
    now = clock.now()
    with transaction():
        for key in missing:
            source = sources.by_key(key)
            title = {code: render(source.title, code) for code in LANGUAGES}
            row = {
                "key": key,
                "title": title,
                "org_id": 0,
                "position": source.order,
                "created_at": now,
                "created_by": 0,
            }
            DataTable.insert(row).on_conflict_ignore().execute()
            if source.parent:
                main = DataTable.select(DataTable.id).where(DataTable.key == source.parent)
                DataTable.update(parent=main).where(DataTable.key == key).execute()


def _table(row: Any) -> Table:
    source = sources.find(row.key)
    built_in = source.columns if source else ()
    made = DataColumn.select().where(DataColumn.table == row.id).order_by(DataColumn.position, DataColumn.id)
    parent = DataTable.get_by_id(row.parent_id).key if row.parent_id else None
    title = source.title if source else text_from_json(row.title)
    columns = (*(_built_in(c) for c in built_in), *(column_of(c) for c in made))
    return Table(row.id, row.key, title, row.org_id or None, parent, columns, row.retired_at is not None)


def _built_in(given: sources.BuiltIn) -> Column:
    return Column(
        given.field.name,
        given.field,
        keyword=given.keyword,
        indexed=given.indexed,
        writable=given.writable,
    )


def column_of(row: Any) -> Column:
    """A stored column."""
    return Column(
        row.key,
        Field.from_json(row.field),
        row.id,
        row.org_id,
        row.formula,
        row.keyword,
        row.indexed,
        row.retired_at is not None,
        not row.formula,
    )


def titles(tables: Iterable[Table], locale: str) -> Mapping[str, str]:
    """Each table's title by its key."""
    return {t.key: render(t.title, locale) for t in tables}
